"""名寄せ通知: which system was told of a 名寄せ or of its undoing, and has acknowledged it."""

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
from integrated_address.admin.finding import FILE
from integrated_address.models import MergeNotice
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.looks import OPEN_PROTECTED, RecordedLookMixin
from sapporo_base.admin.rights import holds

PROCEDURE = "団体内統合宛名の名寄せ"


def acknowledged(notice: MergeNotice) -> SafeString:
    """Return when a notice was acknowledged, or how long it waits."""
    if notice.acknowledged_at:
        moment = display.moment(notice.acknowledged_at)
        return format_html("{} {}", display.badge("確認済", "done"), moment)
    waited = display.waited(notice.at, at=timezone.now())
    return display.badge(f"確認待ち {waited}", "waiting")


@admin.register(MergeNotice)
class MergeNoticeAdmin(RecordedLookMixin, ReadOnlyAdmin):
    # Place and words
    duty = "連携"
    duty_title = "名寄せ通知"
    duty_order = 16
    icon = "mark_email_unread"
    about = (
        "名寄せとその解除を、紐付いている業務が受領したかを、待っている時間の長い順に表示します。"
    )
    empty_text = "受領確認を待っている通知はありません。名寄せまたは解除をすると、ここに載ります。"
    # Rights and record
    personal_file = FILE
    look_items = ("業務番号", "団体内統合宛名番号")
    look_procedure = PROCEDURE
    # List
    list_display = ("system", "kind_badge", "merge_page", "told_at", "acknowledgement")
    list_filter = ("system", "kind")
    ordering = ("at", "pk")
    # Page
    fields = ("system", "kind_badge", "merge_page", "told_at", "acknowledgement")
    readonly_fields = fields
    actions_detail = ("note_acknowledgement",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[MergeNotice]:
        """Return the notices; those about people under 支援措置 only for who may see them."""
        notices = super().get_queryset(request).select_related("system", "merge")
        may_see = holds(request, OPEN_PROTECTED, file=FILE)
        return notices.filter(merge__in=selectors.merges(with_protected=may_see).values("pk"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[MergeNotice], search_term: str
    ) -> tuple[QuerySet[MergeNotice], bool]:
        """Open with what waits for an acknowledgement."""
        return queryset.filter(acknowledged_at=None) if not request.GET else queryset, False

    def look_subjects(self, obj: MergeNotice) -> list[tuple[str, str]]:
        """Return the numbers of the two."""
        return [("integrated", obj.merge.survivor_id), ("integrated", obj.merge.retired_id)]

    @admin.display(description="種別")
    def kind_badge(self, obj: MergeNotice) -> SafeString:
        """Return what happened."""
        return display.badge(
            obj.get_kind_display(), "info" if obj.kind == MergeNotice.Kind.MERGED else "stopped"
        )

    @admin.display(description="名寄せ")
    def merge_page(self, obj: MergeNotice) -> SafeString:
        """Return the way to the 名寄せ."""
        url = reverse("admin:integrated_address_merge_change", args=[obj.merge_id])
        return format_html('<a href="{}">第{}号</a>', url, obj.merge_id)

    @admin.display(description="通知日時", ordering="at")
    def told_at(self, obj: MergeNotice) -> SafeString:
        """Return since when it is there to be read."""
        return display.moment(obj.at)

    @admin.display(description="受領確認", ordering="acknowledged_at")
    def acknowledgement(self, obj: MergeNotice) -> SafeString:
        """Return when it was acknowledged, or how long it waits."""
        return acknowledged(obj)

    def has_note_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may note that a system was told otherwise."""
        return request.user.has_perm("integrated_address.approve_merge")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer it only where nothing was acknowledged yet."""
        obj = self.get_object(request, str(object_id))
        waits = obj is not None and obj.acknowledged_at is None
        return super().get_actions_detail(request, object_id) if waits else []

    @action(description="受領確認を記録する", permissions=["note"])
    def note_acknowledgement(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Note how a system that reads no feed was told."""
        obj = self.found(request, object_id)

        def do(data: dict[str, Any]) -> None:
            services.acknowledge_by_staff(
                notice_number=obj.pk,
                reason=data["reason"],
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )

        return self.act_page(
            request,
            title="受領確認を記録する",
            button="受領確認を記録する",
            do=do,
            obj=obj,
            form_class=ReasonForm,
            effects=[Effect("対象", f"{obj.system.name}への通知 第{obj.pk}号")],
            explanation="APIで受領しない業務に電話や文書で伝えた場合に、伝え方を理由に書いて記録します。",
            done="受領確認を記録しました。",
            undo="取り消せません。",
        )
