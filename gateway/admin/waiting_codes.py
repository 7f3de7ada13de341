"""符号待ち: people without 符号 on whom inquiries or copies wait, the oldest first."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from gateway import selectors
from gateway.admin.code_differences import FILE
from gateway.admin.words import words
from gateway.models import CodeWaiting, PlatformNumber
from integrated_address import selectors as addressees
from sapporo_base.admin import display as shown
from sapporo_base.admin.bases import ReadOnlyAdmin
from sapporo_base.admin.looks import OPEN_PROTECTED, RecordedLookMixin
from sapporo_base.admin.rights import holds

_LEVELS = {"none": "warned", "waiting": "waiting", "requested": "info", "failed": "stopped"}
_NEXT = {
    "none": "符号取得状況から依頼します(個人番号未登録の方は、個人番号が登録されてから)。",
    "waiting": "稼働時間内に自動で要求します。",
    "requested": "プラットフォームの回答を待っています。",
    "failed": "理由を取り除き、符号取得状況から再要求します。",
}


class WaitingFilter(admin.SimpleListFilter):
    """People by what waits for their 符号."""

    title = "待っているもの"
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return what can wait."""
        return [("inquiry", "照会"), ("copy", "副本")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the people on whom it waits."""
        narrowed = {"inquiry": selectors.with_inquiries, "copy": selectors.with_copies}
        narrow = narrowed.get(self.value() or "")
        return narrow(queryset) if narrow else queryset


@admin.register(CodeWaiting)
class CodeWaitingAdmin(RecordedLookMixin, ReadOnlyAdmin):
    """符号待ち: whose 符号 is waited for, and by what."""

    duty = "連携"
    duty_title = "符号を待つ照会・副本"
    icon = "hourglass_top"
    duty_order = 21
    about = (
        "符号がまだないために、送信できない照会や、登録済でも照会に答えられない副本がある方です。"
        "待っている時間の長い順に表示します。"
    )
    empty_text = (
        "符号を待っている照会・副本はありません。符号のない方への照会を受け付けると表示されます。"
    )
    nothing_found_text = "条件に当てはまる方はいません。条件を外すと全員を表示します。"
    personal_file = FILE
    look_items = ("団体内統合宛名番号", "符号取得状況", "待っている照会・副本の件数")
    look_procedure = "符号取得状況の管理"
    list_before_template = "gateway/code_differences.html"
    list_display = ("number", "code_word", "inquiries", "copies", "waited", "reason_words")
    list_filter = ("code_state", WaitingFilter)
    search_fields = ("integrated_number__exact",)
    search_help_text = "団体内統合宛名番号"
    sortable_by = ()
    fields = (
        *("number", "code_word", "next_step", "inquiries", "copies", "waited"),
        *("reason_words", "requested_at", "attempts", "due_at", "person_page"),
    )
    readonly_fields = (
        *("number", "code_word", "next_step", "inquiries", "copies", "waited"),
        *("reason_words", "person_page"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[CodeWaiting]:
        """Return who is waited for; the protected only for who may see them."""
        people = selectors.numbers_waited_for()
        if not holds(request, OPEN_PROTECTED, file=FILE):
            people = people.exclude(pk__in=addressees.numbers_under_support())
        return people

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the oldest first: since when, the queryset knows and the table does not."""
        return ("oldest", "pk")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show how much waits in which state above the list."""
        context = {"summary": _summary()} if self.has_view_permission(request) else {}
        return super().changelist_view(request, context | (extra_context or {}))

    def prepare(self, request: HttpRequest, rows: Any) -> None:
        """Bring along what waits, for the whole page at once."""
        waiting = selectors.waiting_of([row.pk for row in rows])
        for row in rows:
            row.waits = waiting.get(row.pk, selectors.WaitingOfPerson())

    def look_subjects(self, obj: CodeWaiting) -> list[tuple[str, str]]:
        """Return the number of the person."""
        return [("integrated", obj.pk)]

    def is_protected(self, obj: CodeWaiting) -> bool:
        """Say whether the person is under 支援措置."""
        return bool(addressees.under_support([obj.pk]))

    @display(description="団体内統合宛名番号")
    def number(self, obj: CodeWaiting) -> SafeString:
        """Return the number in groups of five."""
        return shown.grouped(obj.pk)

    @display(description="符号")
    def code_word(self, obj: CodeWaiting) -> SafeString:
        """Return how far the 符号 is."""
        return shown.badge(obj.get_code_state_display(), _LEVELS.get(obj.code_state, "plain"))

    @display(description="次に起こること")
    def next_step(self, obj: CodeWaiting) -> str:
        """Say what goes on by itself, and what staff do."""
        return _NEXT.get(obj.code_state, "")

    @display(description="待っている照会")
    def inquiries(self, obj: Any) -> SafeString:
        """Return how many inquiries wait, and of which systems."""
        waits = _waits(obj)
        if not waits.inquiries:
            return shown.NOTHING
        return format_html(
            "{} {}", shown.count(waits.inquiries), shown.roomy("、".join(waits.systems))
        )

    @display(description="副本")
    def copies(self, obj: Any) -> SafeString:
        """Return how many copies wait to go out, and how many nobody can be answered from."""
        waits = _waits(obj)
        parts = []
        if waits.unsent_copies:
            parts.append(f"送信待{waits.unsent_copies:,}件")
        if waits.sent_copies:
            parts.append(f"登録済{waits.sent_copies:,}件")
        words = "、".join(parts)
        return format_html('<span class="sb-one-line">{}</span>', words) if parts else shown.NOTHING

    @display(description="経過")
    def waited(self, obj: Any) -> SafeString:
        """Return how long the oldest has waited."""
        waited = shown.waited(obj.oldest, at=timezone.now()) if obj.oldest else ""
        return format_html('<span class="sb-one-line">{}</span>', waited)

    @display(description="エラーの理由")
    def reason_words(self, obj: CodeWaiting) -> str:
        """Return why no 符号 was had."""
        return words(obj.reason)

    @display(description="本人")
    def person_page(self, obj: CodeWaiting) -> SafeString:
        """Return the way to the person, where a 符号 is asked for."""
        url = reverse("admin:integrated_address_integratedaddressee_change", args=[obj.pk])
        return format_html('<a href="{}">本人の番号と経過を見る・符号を依頼する</a>', url)


def _waits(obj: Any) -> selectors.WaitingOfPerson:
    """Return what waits, asked for here only on the page of one person."""
    if not hasattr(obj, "waits"):
        obj.waits = selectors.waiting_of([obj.pk]).get(obj.pk, selectors.WaitingOfPerson())
    waits: selectors.WaitingOfPerson = obj.waits
    return waits


def _summary() -> SafeString:
    url, now = reverse("admin:gateway_codewaiting_changelist"), timezone.now()
    rows = [
        (
            format_html(
                '<a href="{}?code_state__exact={}">{}</a>',
                url,
                one.code_state,
                shown.badge(
                    PlatformNumber.CodeState(one.code_state).label,
                    _LEVELS.get(one.code_state, "plain"),
                ),
            ),
            one.people,
            int(one.inquiries),
            int(one.unsent_copies),
            int(one.sent_copies),
            shown.waited(one.oldest, at=now),
            _NEXT.get(one.code_state, ""),
        )
        for one in selectors.waiting_for_codes()
    ]
    return shown.table(
        (
            "符号",
            "人数",
            "待つ照会",
            "送信待の副本",
            "登録済の副本",
            "最も古いもの",
            "次に起こること",
        ),
        rows,
        caption="符号を待っている照会・副本",
        empty="ありません。",
    )
