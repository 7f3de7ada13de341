"""The board of 符号取得状況: every state with its people and the oldest of them, oldest first."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action

from integrated_address import selectors, services
from integrated_address.admin.people import CODE_LEVELS, FILE, PROCEDURE
from integrated_address.models import LinkageCodeStatus
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.looks import OPEN_PROTECTED, RecordedLookMixin
from sapporo_base.admin.rights import holds

State = LinkageCodeStatus.State
_LONG_WAIT_HOURS = 72


def board_url(state: str = "") -> str:
    """Return the address of the board, filtered by a state."""
    url = reverse("admin:integrated_address_linkagecodestatus_changelist")
    return f"{url}?state__exact={state}" if state else url


@admin.register(LinkageCodeStatus)
class LinkageCodeStatusAdmin(RecordedLookMixin, ReadOnlyAdmin):
    # Place and words
    duty = "連携"
    duty_title = "符号取得状況"
    duty_order = 20
    icon = "key"
    about = "符号を取得できていない方を、待っている時間の長い順に表示します。"
    empty_text = "符号を待っている方はいません。付番された方は、ここに「未要求」として現れます。"
    # Rights and record
    personal_file = FILE
    look_items = ("団体内統合宛名番号", "符号取得状況")
    look_procedure = PROCEDURE
    # List
    list_display = ("number", "state_badge", "moment_since", "waiting", "cause")
    list_filter = ("state",)
    list_before_template = "integrated_address/code_board.html"
    search_fields = ("addressee__integrated_number",)
    search_help_text = "団体内統合宛名番号"
    ordering = ("since", "addressee")
    actions = ("request_codes",)
    # Page
    fields = ("number", "state_badge", "moment_since", "waiting", "cause", "person_page")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[LinkageCodeStatus]:
        """Return the people; those under 支援措置 only for who may see them."""
        people = super().get_queryset(request)
        if not holds(request, OPEN_PROTECTED, file=FILE):
            people = people.filter(addressee__under_support=False)
        return people

    def look_subjects(self, obj: LinkageCodeStatus) -> list[tuple[str, str]]:
        """Return the number of the person."""
        return [("integrated", obj.pk)]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the states above the list; the list opens with who still waits."""
        context = {"board": _board()} if self.has_view_permission(request) else {}
        return super().changelist_view(request, context | (extra_context or {}))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LinkageCodeStatus], search_term: str
    ) -> tuple[QuerySet[LinkageCodeStatus], bool]:
        """Leave out who has a 符号, unless somebody is searched for or the filter asks for them."""
        if search_term:
            return queryset.filter(pk=search_term), False
        if "state__exact" not in request.GET:
            queryset = queryset.exclude(state=State.ACQUIRED)
        return queryset, False

    @admin.display(description="団体内統合宛名番号")
    def number(self, obj: LinkageCodeStatus) -> SafeString:
        """Return the number in groups of five."""
        return display.grouped(obj.pk)

    @admin.display(description="状態", ordering="state")
    def state_badge(self, obj: LinkageCodeStatus) -> SafeString:
        """Return the state as a word with a shape."""
        return display.badge(obj.get_state_display(), CODE_LEVELS[obj.state])

    @admin.display(description="この状態になった日時", ordering="since")
    def moment_since(self, obj: LinkageCodeStatus) -> SafeString:
        """Return since when."""
        return display.moment(obj.since)

    @admin.display(description="経過")
    def waiting(self, obj: LinkageCodeStatus) -> str:
        """Return how long it has waited; nothing for who has a 符号."""
        if obj.state == State.ACQUIRED:
            return ""
        return display.waited(obj.since, at=timezone.now())

    @admin.display(description="本人")
    def person_page(self, obj: LinkageCodeStatus) -> SafeString:
        """Return the way to the person."""
        url = reverse("admin:integrated_address_integratedaddressee_change", args=[obj.pk])
        return format_html('<a href="{}">本人の番号と経過を見る</a>', url)

    def has_request_code_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may have a 符号 acquired."""
        return request.user.has_perm("integrated_address.request_linkage_code")

    @action(description="符号の取得を依頼する", permissions=["request_code"])
    def request_codes(
        self, request: HttpRequest, chosen: QuerySet[LinkageCodeStatus]
    ) -> HttpResponse | None:
        """Show for how many it is, then request."""
        waiting = chosen.filter(state__in=[State.NOT_REQUESTED, State.FAILED])
        numbers = list(waiting.values_list("pk", flat=True))
        if not numbers:
            messages.info(request, "選択した方に、依頼できる方(未要求・エラー)はいません。")
            return None

        def do(data: dict[str, Any]) -> str:
            asked = services.request_linkage_codes(
                integrated_numbers=numbers, act=staff_act(request, procedure=PROCEDURE)
            )
            return f"{asked:,}人の符号取得を依頼しました。"

        return self.act_page(
            request,
            title="符号の取得を依頼する",
            button="符号の取得を依頼する",
            do=do,
            effects=[Effect("対象", f"{len(numbers):,}人(未要求・エラーの方)")],
            undo="依頼は取り消せません。",
        )


def _board() -> SafeString:
    now = timezone.now()
    rows = [
        (
            format_html(
                '<a href="{}">{}</a>',
                board_url(one.state),
                display.badge(State(one.state).label, CODE_LEVELS[one.state]),
            ),
            one.people,
            display.moment(one.oldest) if one.oldest else "",
            display.waited(one.oldest, at=now)
            if one.oldest and one.state != State.ACQUIRED
            else "",
        )
        for one in selectors.code_counts()
    ]
    return display.table(
        ("状態", "人数", "最も古い方", "経過"), rows, caption="符号取得状況ごとの人数"
    )


def home_block(request: HttpRequest) -> HomeBlock | None:
    """Return what waits and what failed on the way to a 符号."""
    if not request.user.has_perm("integrated_address.view_linkagecodestatus"):
        return None
    counts = {one.state: one for one in selectors.code_counts()}
    failed = counts[State.FAILED].people
    waiting = [counts[State.REQUESTED], counts[State.REQUESTED_AGAIN]]
    oldest = min((one.oldest for one in waiting if one.oldest), default=None)
    late = oldest is not None and (timezone.now() - oldest).total_seconds() > (
        _LONG_WAIT_HOURS * 3600
    )
    people = sum(one.people for one in waiting)
    return HomeBlock(
        title="符号取得",
        state=f"エラー{failed:,}人" if failed else f"{people:,}人待ち" if people else "正常",
        attention=Attention.WARNED
        if failed or late
        else Attention.WAITING
        if people
        else Attention.CALM,
        rows=[
            HomeRow("エラー", f"{failed:,}人", board_url(State.FAILED)),
            HomeRow("要求中・再要求", f"{people:,}人", board_url(State.REQUESTED)),
            HomeRow(
                "未要求",
                f"{counts[State.NOT_REQUESTED].people:,}人",
                board_url(State.NOT_REQUESTED),
            ),
        ],
        links=[("符号取得状況を開く", board_url())],
        order=30,
    )
