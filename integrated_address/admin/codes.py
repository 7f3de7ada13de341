"""The board of 符号取得状況: states by age, failures by cause, whom to ask for again; oldest first."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action

from integrated_address import selectors, services
from integrated_address.admin import code_board
from integrated_address.admin.code_board import board_url, bulk_url
from integrated_address.admin.finding import FILE, PROCEDURE, page_of
from integrated_address.admin.people import CODE_LEVELS
from integrated_address.models import LinkageCodeStatus
from integrated_address.rules import AGES, CodeState, cure_of
from integrated_address.selectors import CodeSelection
from sapporo_base import selectors as base
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.looks import OPEN_PROTECTED, RecordedLookMixin
from sapporo_base.admin.rights import holds
from sapporo_base.rules.check_digits import WARDS_OF_SAPPORO

State = LinkageCodeStatus.State
_LONG_WAIT_HOURS = 72
_SHORT_CAUSE = 40
_ASKABLE = {CodeState.NOT_REQUESTED: "一括で依頼する", CodeState.FAILED: "一括で再要求する"}


class WardFilter(admin.SimpleListFilter):
    """People by the ward of their present 住所, as far as it tells one."""

    title = "住所の区"
    parameter_name = "ward"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the wards this person serves; who serves the city, also those of no ward."""
        served = base.wards_of(request.user)
        wards = [(c, n) for c, n in WARDS_OF_SAPPORO.items() if served is None or c in served]
        return wards if served is not None else [*wards, ("none", "市外・住所不明")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the people of the ward."""
        return selectors.living_in(queryset, self.value()) if self.value() else queryset


class AgeFilter(admin.SimpleListFilter):
    """People by how long they have been in their state."""

    title = "経過"
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the ages that the board counts by."""
        return [(str(place), age.words) for place, age in enumerate(AGES)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the people of that age."""
        if not self.value():
            return queryset
        after, before = selectors.spans_of_ages(timezone.now())[int(self.value())]
        queryset = queryset.filter(since__gte=after) if after else queryset
        return queryset.filter(since__lt=before) if before else queryset


class CauseFilter(admin.SimpleListFilter):
    """People by the cause for which no 符号 was had."""

    title = "エラーの理由"
    parameter_name = "cause"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the causes that there are."""
        causes = selectors.failure_causes(with_protected=_sees_protected(request))
        return [(one.cause, one.cause[:_SHORT_CAUSE] or "理由の記録なし") for one in causes]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return who failed for it."""
        if self.value() is None:
            return queryset
        return queryset.filter(state=State.FAILED, cause=self.value())


@admin.register(LinkageCodeStatus)
class LinkageCodeStatusAdmin(RecordedLookMixin, ReadOnlyAdmin):
    # Place and words
    duty = "連携"
    duty_title = "符号取得状況"
    duty_order = 20
    icon = "key"
    about = "符号を取得できていない方を、待っている時間の長い順に表示します。"
    empty_text = "符号を待っている方はいません。付番された方は、ここに「未要求」として現れます。"
    nothing_found_text = "絞り込みの条件に当てはまる方はいません。条件を外すと全員を表示します。"
    # Rights and record
    personal_file = FILE
    look_items = ("団体内統合宛名番号", "符号取得状況")
    look_procedure = PROCEDURE
    # List
    list_display = ("number", "state_badge", "moment_since", "waiting", "cause")
    list_filter = ("state", AgeFilter, WardFilter, CauseFilter)
    list_before_template = "integrated_address/code_board.html"
    search_fields = ("addressee__integrated_number",)
    search_help_text = "団体内統合宛名番号"
    ordering = ("since", "addressee")
    actions = ("request_codes",)
    # Page
    fields = ("number", "state_badge", "moment_since", "waiting", "cause", "cure", "person_page")
    readonly_fields = fields

    def get_urls(self) -> list[URLPattern]:
        """Add the page that requests for many."""
        view = self.admin_site.admin_view(self.bulk_request_view)
        name = "integrated_address_linkagecodestatus_bulk_request"
        return [path("bulk-request/<str:state>/", view, name=name), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LinkageCodeStatus]:
        """Return the people; those under 支援措置 only for who may see them."""
        people = super().get_queryset(request)
        if not _sees_protected(request):
            people = people.filter(addressee__under_support=False)
        return people

    def look_subjects(self, obj: LinkageCodeStatus) -> list[tuple[str, str]]:
        """Return the number of the person."""
        return [("integrated", obj.pk)]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the states above the list; the list opens with who still waits."""
        context: dict[str, Any] = {}
        if self.has_view_permission(request):
            context = {
                "board": code_board.states(with_protected=_sees_protected(request)),
                "causes": code_board.causes(
                    with_protected=_sees_protected(request),
                    may_ask=self.has_request_code_permission(request),
                ),
                "bulk": self._ways_to_ask(request),
                "further": code_board.further(request),
            }
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

    # Columns ---------------------------------------------------------------------------------

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
    def waiting(self, obj: LinkageCodeStatus) -> SafeString | str:
        """Return how long it has waited; nothing for who has a 符号."""
        if obj.state == State.ACQUIRED:
            return ""
        waited = display.waited(obj.since, at=timezone.now())
        return format_html('<span class="sb-one-line">{}</span>', waited)

    @admin.display(description="対処")
    def cure(self, obj: LinkageCodeStatus) -> str:
        """Return what to do about a failure."""
        return cure_of(obj.cause).words if obj.state == State.FAILED else ""

    @admin.display(description="本人")
    def person_page(self, obj: LinkageCodeStatus) -> SafeString:
        """Return the way to the person."""
        return format_html('<a href="{}">本人の番号と経過を見る</a>', page_of(obj.pk))

    # Requests --------------------------------------------------------------------------------

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
        others = chosen.count() - len(numbers)

        def do(data: dict[str, Any]) -> str:
            asked = services.request_linkage_codes(
                integrated_numbers=numbers,
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )
            return f"{asked:,}人の符号取得を依頼しました。"

        return self.act_page(
            request,
            title="符号の取得を依頼する",
            button="符号の取得を依頼する",
            do=do,
            form_class=ReasonForm,
            effects=[
                Effect("対象", f"{len(numbers):,}人(未要求・エラーの方)"),
                *([Effect("対象外", f"{others:,}人(要求中または取得済)")] if others else []),
            ],
            undo="依頼は取り消せません。",
        )

    def bulk_request_view(self, request: HttpRequest, state: str) -> HttpResponse:
        """Show whom the filter takes and whom it leaves out, then request for all of them at once."""
        if not self.has_view_permission(request) or not self.has_request_code_permission(request):
            raise PermissionDenied
        selection = _selection(request, CodeState(state))
        preview = selectors.code_preview(selection)
        again = selection.state is CodeState.FAILED
        effects = [
            Effect("条件", selection.in_words()),
            Effect("対象", f"{preview.people:,}人"),
            *_left_out(preview),
        ]
        if preview.oldest:
            waited = display.waited(preview.oldest, at=timezone.now())
            effects.insert(2, Effect("最も古い方", f"{waited}前から"))
        effects += [Effect("対処", cure_of(one).words) for one in selection.causes]

        def do(data: dict[str, Any]) -> str:
            asked = services.request_selected_codes(
                selection=selection,
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )
            return (
                f"{asked:,}人の符号取得を{'再要求' if again else '依頼'}しました。"
                if asked
                else "依頼できる方がいなくなっていました。何も変わっていません。"
            )

        return self.act_page(
            request,
            title="符号を一括で再要求する" if again else "符号の取得を一括で依頼する",
            button=f"{preview.people:,}人を再要求する"
            if again
            else f"{preview.people:,}人を依頼する",
            do=do,
            form_class=ReasonForm,
            effects=effects,
            back=f"{board_url(state)}",
            undo="依頼は取り消せません。中間サーバ・プラットフォームへは稼働時間内に順に送信します。",
        )

    def _ways_to_ask(self, request: HttpRequest) -> SafeString:
        """Return the buttons that ask for all of the present filter, with how many they take."""
        if not self.has_request_code_permission(request):
            return SafeString("")
        shown = request.GET.get("state__exact")
        ways = []
        for state, words in _ASKABLE.items():
            if shown not in {None, state.value}:
                continue
            if state is CodeState.NOT_REQUESTED and "cause" in request.GET:
                continue
            people = selectors.code_preview(_selection(request, state)).people
            if people:
                label = f"{State(state).label}の{people:,}人を{words}"
                ways.append((bulk_url(state, request.GET), label))
        links = format_html_join("", '<a class="sb-button sb-secondary" href="{}">{}</a>', ways)
        return format_html('<p class="sb-buttons">{}</p>', links) if ways else SafeString("")


def _sees_protected(request: HttpRequest) -> bool:
    return holds(request, OPEN_PROTECTED, file=FILE)


def _selection(request: HttpRequest, state: CodeState) -> CodeSelection:
    """Return whom the filter of the address takes."""
    age, ward = request.GET.get("age", ""), request.GET.get("ward", "")
    after = before = None
    if age.isdigit() and int(age) < len(AGES):
        after, before = selectors.spans_of_ages(timezone.now())[int(age)]
    cause = request.GET.get("cause")
    return CodeSelection(
        state=state,
        with_protected=_sees_protected(request),
        causes=[cause] if cause is not None and state is CodeState.FAILED else [],
        ward=ward if ward in {*WARDS_OF_SAPPORO, "none"} else "",
        begun_after=after,
        begun_before=before,
    )


def _left_out(preview: selectors.CodePreview) -> Sequence[Effect]:
    left = []
    if preview.protected:
        words = f"{preview.protected:,}人(支援措置。扱う権限のある職員が依頼します)"
        left.append(Effect("対象外", words, "warned"))
    if preview.without_number:
        words = f"{preview.without_number:,}人(個人番号未登録。登録されるまで要求できません)"
        left.append(Effect("対象外", words))
    return left or [Effect("対象外", "なし")]


def home_block(request: HttpRequest) -> HomeBlock | None:
    """Return what waits and what failed on the way to a 符号."""
    if not request.user.has_perm("integrated_address.view_linkagecodestatus"):
        return None
    counts = {one.state: one for one in selectors.open_code_counts()}
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
