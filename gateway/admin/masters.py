"""マスター更新情報: one person checks it, another lets it take effect; what holds, and what differs."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from gateway import selectors, services
from gateway.admin.words import StateMixin
from gateway.models import MasterUpdate, PermittedCombination, PlatformCode
from gateway.rules.codes import organisation_name
from sapporo_base.admin import display as shown
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow

_KINDS = {"inquire": "情報照会", "provide": "情報提供"}


def _party(code: str) -> str:
    return "市町村" if code == "municipality" else organisation_name(code, {})


@admin.register(MasterUpdate)
class MasterUpdateAdmin(StateMixin, ReadOnlyAdmin):
    """マスター更新情報: one person checks, another lets take effect."""

    duty = "連携"
    icon = "published_with_changes"
    duty_order = 60
    about = (
        "プラットフォームが知らせたコード表と許可された組合せの更新です。"
        "職員が確認し、別の職員が承認すると、適用開始日から効力を持ちます。"
    )
    empty_text = "更新はまだ届いていません。1時間ごとに自動で受け取ります。"
    list_display = ("sequence", "state_word", "change", "what_words", "valid_from")
    list_filter = ("state", "kind", "change")
    ordering = ("-sequence",)
    fields = (
        "sequence",
        "kind",
        "change",
        "what_words",
        "valid_from",
        "valid_until",
        "received_at",
        "state_word",
        "checked_by",
        "checked_at",
        "decided_by",
        "decided_at",
        "reason",
    )
    actions = ("check_chosen", "apply_chosen", "decline_chosen")

    @display(description="内容")
    def what_words(self, obj: MasterUpdate) -> str:
        """Return what changes, in words."""
        if obj.table:
            return f"{obj.table} {obj.code} {obj.name}"
        return f"{obj.what} {_party(obj.inquirer_code)} → {_party(obj.provider_code)}"

    def has_check_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may check updates."""
        return request.user.has_perm("gateway.check_masterupdate")

    def has_apply_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may let updates take effect."""
        return request.user.has_perm("gateway.apply_masterupdate")

    @action(description="選んだ更新を確認済みにする", permissions=["check"])
    def check_chosen(self, request: HttpRequest, updates: QuerySet[MasterUpdate]) -> HttpResponse:
        """Note that the updates were looked at."""
        return self._decide(
            request,
            updates.filter(state=MasterUpdate.State.RECEIVED),
            title="マスター更新情報の確認",
            button="確認済みにする",
            undo="反映が承認されるまで、効力はありません。",
            do=lambda ids, _: services.check_updates(sequences=ids, act=staff_act(request)),
            done="{}件を確認済みにしました。別の職員が反映を承認します。",
        )

    @action(description="選んだ更新の反映を承認する", permissions=["apply"])
    def apply_chosen(self, request: HttpRequest, updates: QuerySet[MasterUpdate]) -> HttpResponse:
        """Let checked updates take effect."""
        return self._decide(
            request,
            updates.filter(state=MasterUpdate.State.CHECKED),
            title="マスター更新情報の反映",
            button="反映を承認する",
            undo="反映は取り消せません。誤りは、プラットフォームの次の更新で直します。",
            danger=True,
            do=lambda ids, _: services.apply_updates(sequences=ids, act=staff_act(request)),
            done="{}件を反映しました。適用開始日から効力を持ちます。",
        )

    @action(description="選んだ更新を見送る", permissions=["check"])
    def decline_chosen(self, request: HttpRequest, updates: QuerySet[MasterUpdate]) -> HttpResponse:
        """Leave updates without effect."""
        open_states = [MasterUpdate.State.RECEIVED, MasterUpdate.State.CHECKED]
        return self._decide(
            request,
            updates.filter(state__in=open_states),
            title="マスター更新情報の見送り",
            button="見送る",
            undo="見送った更新は、効力を持ちません。",
            danger=True,
            form_class=ReasonForm,
            do=lambda ids, data: services.decline_updates(
                sequences=ids, act=staff_act(request, reason=data["reason"])
            ),
            done="{}件を見送りました。",
        )

    def _decide(
        self,
        request: HttpRequest,
        updates: QuerySet[MasterUpdate],
        *,
        do: Callable[[Sequence[int], dict[str, Any]], int],
        done: str,
        **page: Any,
    ) -> HttpResponse:
        rows = list(updates.order_by("sequence")[:1000])
        counts = {
            word: sum(row.get_change_display() == word for row in rows)
            for word in MasterUpdate.Change.labels
        }
        effects = [
            Effect(
                "対象", f"{len(rows):,}件" if rows else "この操作を待つ更新は選ばれていません。"
            ),
            *(Effect(word, f"{count:,}件") for word, count in counts.items() if count),
            *(
                Effect(
                    row.get_change_display(),
                    f"{self.what_words(row)}({row.valid_from:%Y-%m-%d}から)",
                )
                for row in rows[:20]
            ),
        ]
        return self.act_page(
            request,
            effects=effects,
            do=lambda data: done.format(do([row.pk for row in rows], data)),
            **page,
        )


@admin.register(PlatformCode)
class PlatformCodeAdmin(ReadOnlyAdmin):
    """プラットフォームコード: what the platform's codes mean, for a time."""

    duty = "連携"
    icon = "list_alt"
    duty_order = 62
    about = "プラットフォームのコード表のうち、反映された行です。適用期間ごとに残ります。"
    empty_text = "反映されたコードはありません。マスター更新情報を確認し、反映してください。"
    list_display = ("table", "code", "name", "valid_from", "valid_until", "update")
    list_filter = ("table",)
    list_select_related = ("update",)
    search_fields = ("=code", "name")
    search_help_text = "コードまたは名称"
    ordering = ("table", "code", "valid_from")


@admin.register(PermittedCombination)
class PermittedCombinationAdmin(ReadOnlyAdmin):
    """許可された組合せ, and where it differs from the city's 法令上の根拠."""

    duty = "連携"
    icon = "join"
    duty_order = 61
    about = (
        "プラットフォームが許可している照会・提供の組合せです。"
        "市の法令上の根拠と異なるものを、一覧の前に示します。"
    )
    empty_text = "反映された組合せはありません。マスター更新情報を確認し、反映してください。"
    list_display = (
        "procedure_code",
        "information_code",
        "inquirer_words",
        "provider_words",
        "valid_from",
    )
    list_filter = ("information_code",)
    ordering = ("procedure_code", "information_code", "valid_from")
    list_before_template = "gateway/differences.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list with the differences above it."""
        differences = _difference_table()
        return super().changelist_view(
            request, {**(extra_context or {}), "differences": differences}
        )

    @display(description="情報照会者", ordering="inquirer_code")
    def inquirer_words(self, obj: PermittedCombination) -> str:
        """Return who asks."""
        return _party(obj.inquirer_code)

    @display(description="情報提供者", ordering="provider_code")
    def provider_words(self, obj: PermittedCombination) -> str:
        """Return who answers."""
        return _party(obj.provider_code)


def _difference_table() -> SafeString:
    found = selectors.combination_differences(day=timezone.localdate())
    rows = [
        (
            _KINDS[one.kind],
            f"{one.procedure_code} {one.step_code}",
            one.information_code,
            "プラットフォームは許可しているが、市に根拠がない"
            if one.is_permitted
            else "市に根拠があるが、プラットフォームは許可していない",
        )
        for one in found
    ]
    waiting = selectors.updates_to_decide()
    note = f"(確認・承認を待つ更新 {waiting:,}件)" if waiting else ""
    return shown.table(
        ("区分", "事務・事務手続", "特定個人情報", "差"),
        rows,
        caption=f"本日の法令上の根拠との差 {len(rows):,}件{note}",
        empty="差はありません。",
    )


def master_block(request: HttpRequest) -> HomeBlock | None:
    """Return what waits of the masters for a person, and where they differ from the law here."""
    if not request.user.has_perm("gateway.view_masterupdate"):
        return None
    waiting = selectors.updates_to_decide()
    differing = len(selectors.combination_differences(day=timezone.localdate()))
    rows = []
    if waiting:
        url = reverse("admin:gateway_masterupdate_changelist")
        rows.append(HomeRow("確認・承認を待つ更新", f"{waiting:,}件", url, Attention.WAITING))
    if differing:
        url = reverse("admin:gateway_permittedcombination_changelist")
        rows.append(HomeRow("法令上の根拠との差", f"{differing:,}件", url, Attention.WARNED))
    if not rows:
        return None
    return HomeBlock(
        title="マスター更新情報",
        state=f"{waiting:,}件待ち" if waiting else "差あり",
        attention=Attention.WAITING if waiting else Attention.WARNED,
        rows=rows,
        order=25,
    )
