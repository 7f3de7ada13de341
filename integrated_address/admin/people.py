"""People under their 団体内統合宛名番号: search, one person's page, and the search by 個人番号."""

from itertools import pairwise
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action

from integrated_address import selectors, services
from integrated_address.admin.finding import FILE, PROCEDURE, basics_of, in_words, way_to
from integrated_address.admin.list_acts import ListActs
from integrated_address.admin.number_search import NumberSearch
from integrated_address.admin.person_acts import PersonActs
from integrated_address.models import IntegratedAddressee, LinkageCodeStatus
from integrated_address.rules import CodeState
from sapporo_base import selectors as base
from sapporo_base.acts import Act
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.looks import OPEN_PROTECTED, ShownNumberMixin
from sapporo_base.admin.person_records import PersonRecordsMixin
from sapporo_base.admin.record_lines import names_of
from sapporo_base.admin.rights import holds
from sapporo_base.rules.dates import format_date

CODE_LEVELS = {
    "not_requested": "plain",
    "requested": "waiting",
    "acquired": "done",
    "failed": "stopped",
    "requested_again": "waiting",
}
_LOOKS_SHOWN = 20


@admin.register(IntegratedAddressee)
class IntegratedAddresseeAdmin(
    PersonActs, ListActs, NumberSearch, PersonRecordsMixin, ShownNumberMixin, ReadOnlyAdmin
):
    # Place and words
    duty = "連携"
    duty_title = "団体内統合宛名"
    duty_order = 10
    icon = "badge"
    about = "一人に一つの団体内統合宛名番号と、各業務の番号・符号取得状況を確認します。"
    empty_title = "検索する語を入力してください"
    empty_text = (
        "氏名(漢字・カナ・混在、前方一致)・生年月日・住所・業務番号・団体内統合宛名番号で検索すると、"
        "該当する方を表示します。住所だけで探すときは、区から番地まで入力してください。"
        "過去の氏名・住所でも見つかります。支援措置対象者は、閲覧の権限がある職員の検索にだけ表示します。"
    )
    nothing_found_text = (
        "氏名の初めから、または生年月日(年月日まで)・業務番号でも探せます。住所だけで探すときは"
        "区から番地まで、町名で絞り込むときは氏名や生年月日とともに入力してください。"
        "支援措置対象者は、閲覧の権限がある職員の検索にだけ表示します。"
    )
    # Rights and record
    personal_file = FILE
    look_items = ("基本4情報", "団体内統合宛名番号", "業務番号", "符号取得状況")
    look_procedure = PROCEDURE
    # List
    list_display = ("number", "person", "born", "place", "code_state", "states")
    search_fields = ("integrated_number",)
    search_help_text = "氏名・カナ・生年月日・住所・業務番号(個人番号での検索は専用の画面から)"
    ordering = ("integrated_number",)
    actions_list = ("search_by_individual_number", "search_by_list", "take_file")
    # Page
    readonly_fields = (
        "card",
        "numbers",
        "individual_number_history",
        "items_history",
        "code_history",
        "drafts",
        "looks",
    )
    fieldsets = (
        ("本人", {"fields": ("card",)}),
        ("業務番号", {"fields": ("numbers",)}),
        ("符号取得", {"fields": ("code_history",)}),
        ("個人番号の登録", {"fields": ("individual_number_history",)}),
        ("番号訂正", {"fields": ("drafts",)}),
        ("基本4情報の履歴", {"fields": ("items_history",)}),
        ("閲覧・提供の記録", {"fields": ("looks",)}),
    )
    actions_detail = (
        "at_a_time",
        "request_code",
        {
            "title": "番号を訂正する",
            "icon": "edit",
            "items": ["correct_period", "move_link", "change_number", "delete_addressee"],
        },
    )

    # Who is found ----------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[IntegratedAddressee]:
        """Return people with what the list shows of them."""
        return selectors.with_basics(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[IntegratedAddressee], search_term: str
    ) -> tuple[QuerySet[IntegratedAddressee], bool]:
        """Find nobody without a term, and nobody under 支援措置 for who lacks the right."""
        may_see = holds(request, OPEN_PROTECTED, file=FILE)
        if not may_see:
            act = staff_act(request, procedure=PROCEDURE)
            services.record_withheld_search(term=search_term, act=act)
        matching = selectors.people_matching(search_term, with_protected=may_see)
        return queryset.filter(pk__in=matching.values("pk")), False

    def look_subjects(self, obj: IntegratedAddressee) -> list[tuple[str, str]]:
        """Return the number of the person."""
        return [("integrated", obj.pk)]

    def is_protected(self, obj: IntegratedAddressee) -> bool:
        """Say whether the person is under 支援措置."""
        return obj.under_support

    def disclose_number(self, obj: IntegratedAddressee, act: Act) -> str | None:
        """Return the 個人番号 by the recorded service."""
        return services.show_individual_number(integrated_number=obj.pk, act=act)

    # List columns ----------------------------------------------------------------------------

    @admin.display(description="団体内統合宛名番号", ordering="integrated_number")
    def number(self, obj: IntegratedAddressee) -> SafeString:
        """Return the number in groups of five."""
        return display.grouped(obj.pk)

    @admin.display(description="氏名")
    def person(self, obj: IntegratedAddressee) -> SafeString | str:
        """Return name and kana."""
        known = basics_of(obj)
        return display.name_and_kana(known.name, known.name_kana) if known else "(削除)"

    @admin.display(description="生年月日")
    def born(self, obj: IntegratedAddressee) -> SafeString:
        """Return the birth date, or its words."""
        known = basics_of(obj)
        if known is None:
            return display.NOTHING
        return display.day(known.birth_on, weekday=False, words=known.birth_text)

    @admin.display(description="住所")
    def place(self, obj: IntegratedAddressee) -> SafeString:
        """Return where the person lives; of who is under 支援措置 their page tells it, with a reason."""
        if obj.under_support:
            return display.roomy("住所非表示")
        known = basics_of(obj)
        return display.roomy(known.residential_address) if known else display.NOTHING

    @admin.display(description="符号")
    def code_state(self, obj: IntegratedAddressee) -> SafeString:
        """Return the 符号取得状況 as a word with a shape."""
        status = getattr(obj, "linkage_code_status", None)
        if obj.state != IntegratedAddressee.State.ACTIVE:
            return display.badge("終了", "plain")
        if status is None:
            return display.badge("個人番号未登録", "plain")
        return display.badge(status.get_state_display(), CODE_LEVELS[status.state])

    @admin.display(description="状態")
    def states(self, obj: IntegratedAddressee) -> SafeString:
        """Return what is special about the person."""
        if obj.state == IntegratedAddressee.State.MERGED:
            return display.badge("名寄せ済", "stopped")
        if obj.state == IntegratedAddressee.State.DELETED:
            return display.badge("削除", "stopped")
        return display.badge("支援措置", "warned") if obj.under_support else display.NOTHING

    # Page ------------------------------------------------------------------------------------

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Let the page bear the person's name; who may not see it is asked or refused before."""
        obj = self.get_object(request, object_id)
        name = self.person_name(obj) if obj else ""
        title = {"title": name, "subtitle": "団体内統合宛名"} if name else {}
        return super().change_view(request, object_id, form_url, title | (extra_context or {}))

    @admin.display(description="基本4情報")
    def card(self, obj: IntegratedAddressee) -> SafeString:
        """Return who it is."""
        known = basics_of(obj)
        sexes = base.code_names("sex", day=timezone.localdate())
        states = base.code_names("resident_status", day=timezone.localdate())
        pairs: list[tuple[str, Any]] = [("団体内統合宛名番号", display.grouped(obj.pk))]
        if obj.state == IntegratedAddressee.State.MERGED:
            pairs.append(("名寄せ後の番号", way_to(selectors.present_number(obj.pk))))
        if known:
            pairs += [
                ("氏名", known.name),
                ("氏名フリガナ", known.name_kana),
                ("生年月日", display.day(known.birth_on, words=known.birth_text)),
                ("性別", sexes.get(known.sex, "")),
                ("住所", known.residential_address),
                ("住民状態", states.get(known.resident_state, "住登外または不明")),
                (
                    "情報元",
                    format_html(
                        "{} {}から", known.source.name, display.day(known.valid_from, weekday=False)
                    ),
                ),
            ]
        pairs += [("状態", self.states(obj)), ("付番日時", display.moment(obj.numbered_at))]
        return display.facts(pairs)

    @admin.display(description="各業務の番号")
    def numbers(self, obj: IntegratedAddressee) -> SafeString:
        """Return the numbers of all systems with their periods."""
        rows = [
            (
                link.system.name,
                display.grouped(link.number),
                display.day(link.valid_from, weekday=False),
                display.day(link.valid_until, weekday=False) if link.valid_until else "現在",
                display.badge("あり", "done") if link.integrated_flag else "",
            )
            for link in selectors.links_of(obj)
        ]
        return display.table(
            ("庁内業務システム", "業務番号", "から", "まで", "統合宛名フラグ"),
            rows,
            caption="各業務で管理している番号",
            empty="紐付いている業務番号はありません。",
        )

    @admin.display(description="個人番号")
    def individual_number_history(self, obj: IntegratedAddressee) -> SafeString:
        """Return since when and why a 個人番号 is registered, never the number."""
        rows = [
            (
                one.get_cause_display(),
                display.day(one.valid_from),
                display.day(one.valid_until) if one.valid_until else "現在",
                display.moment(one.recorded_at),
            )
            for one in selectors.individual_numbers_of(obj)
        ]
        return display.table(
            ("事由", "から", "まで", "記録日時"),
            rows,
            caption="個人番号の登録(番号は権限のある職員が理由を記録して表示します)",
            empty="個人番号は登録されていません。符号は要求できません。",
        )

    @admin.display(description="起案と決裁")
    def drafts(self, obj: IntegratedAddressee) -> SafeString:
        """Return what was, or is to be, amended."""
        drafts = selectors.drafts_of(obj)
        who = names_of(number for one in drafts for number in (one.drafted_by, one.decided_by))
        moments = [
            display.Moment(
                at=one.drafted_at,
                what=one.get_state_display(),
                text=f"{one.get_kind_display()} {one.reason}",
                who=f"起案: {who(one.drafted_by)} 決裁: {who(one.decided_by) or '待ち'}",
                url=reverse("admin:integrated_address_numberamendment_change", args=[one.pk]),
                level={"proposed": "waiting", "done": "done"}.get(one.state, "stopped"),
            )
            for one in drafts
        ]
        return display.timeline(moments, empty="番号訂正はありません。")

    @admin.display(description="履歴")
    def items_history(self, obj: IntegratedAddressee) -> SafeString:
        """Return each version beside the one before it, what was put right on its day too."""
        sexes = base.code_names("sex", day=timezone.localdate())
        states = base.code_names("resident_status", day=timezone.localdate())
        versions = [
            (
                {
                    "氏名": one.name,
                    "氏名フリガナ": one.name_kana,
                    "生年月日": one.birth_text
                    or (format_date(one.birth_on) if one.birth_on else ""),
                    "性別": sexes.get(one.sex, ""),
                    "住所": one.residential_address,
                    "住民状態": states.get(one.resident_state, "住登外または不明"),
                },
                one,
            )
            for one in selectors.tellings_of(obj)
        ]
        if len(versions) < 2:  # noqa: PLR2004 - one version has nothing to differ from
            return display.facts([("変更", "登録してから変更はありません。")])
        tables = [
            display.differences(
                before,
                after,
                caption=f"{format_date(version.valid_from)} {version.source.name}からの更新",
            )
            for (after, version), (before, _) in pairwise(versions)
        ]
        return SafeString("".join(tables))

    @admin.display(description="経過")
    def code_history(self, obj: IntegratedAddressee) -> SafeString:
        """Return how the 符号取得状況 came about."""
        steps = obj.linkage_code_steps.order_by("-at", "-pk")
        moments = [
            display.Moment(
                at=step.at,
                what=step.get_state_display(),
                text=step.cause,
                level=CODE_LEVELS[step.state],
            )
            for step in steps
        ]
        line = display.timeline(moments, empty="まだ要求していません。")
        return SafeString(f"{self.code_state(obj)}{line}")

    @admin.display(description="最近の記録")
    def looks(self, obj: IntegratedAddressee) -> SafeString:
        """Return who looked at this person or got something about them."""
        return self.latest_records(obj, most=_LOOKS_SHOWN)

    def person_name(self, obj: IntegratedAddressee) -> str:
        """Return the name of today."""
        known = basics_of(obj)
        return known.name if known else ""

    # Acts ------------------------------------------------------------------------------------

    def has_request_code_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may have a 符号 acquired, and there is something to ask for."""
        askable = LinkageCodeStatus.objects.filter(
            pk=object_id, state__in=[CodeState.NOT_REQUESTED, CodeState.FAILED]
        )
        may = request.user.has_perm("integrated_address.request_linkage_code")
        return may and (not object_id or askable.exists())

    @action(description="符号の取得を依頼する", permissions=["request_code"])
    def request_code(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what a request does, then make it."""
        obj = self.get_object(request, object_id)
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if self.permit_look(request, obj) is None:
            return self._ask_reason(request, obj)

        def do(data: dict[str, Any]) -> str:
            services.request_code_of_person(
                integrated_number=obj.pk,
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )
            return "符号の取得を依頼しました。"

        return self.act_page(
            request,
            title="符号の取得を依頼する",
            button="符号の取得を依頼する",
            do=do,
            obj=obj,
            form_class=ReasonForm,
            effects=[
                Effect("対象", in_words(obj)),
                Effect("送り先", "中間サーバ・プラットフォーム(稼働時間内に順に送信)"),
            ],
            undo="依頼は取り消せません。",
        )
