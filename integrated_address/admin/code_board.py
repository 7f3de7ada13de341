"""The tables above the list of 符号取得状況: states by age, failures by cause, ways to what waits."""

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from integrated_address import selectors
from integrated_address.admin.people import CODE_LEVELS
from integrated_address.models import LinkageCodeStatus
from integrated_address.rules import AGES, CodeState
from sapporo_base.admin import display

State = LinkageCodeStatus.State
_NARROWING = ("ward", "age", "cause")
# Pages of the apps that stand on this one, by name only: who may see them finds the way from here.
_FURTHER = (
    (
        "gateway.view_codewaiting",
        "admin:gateway_codewaiting_changelist",
        "符号を待っている照会・副本",
    ),
    (
        "gateway.view_codedifference",
        "admin:gateway_codedifference_changelist",
        "中間サーバとの符号照合",
    ),
)


def board_url(state: str = "") -> str:
    """Return the address of the board, filtered by a state."""
    url = reverse("admin:integrated_address_linkagecodestatus_changelist")
    return f"{url}?state__exact={state}" if state else url


def bulk_url(state: CodeState, query: QueryDict) -> str:
    """Return the address of the page that asks for all whom a filter takes."""
    kept = QueryDict(mutable=True)
    for name in _NARROWING:
        if name in query:
            kept[name] = query.get(name, "")
    url = reverse("admin:integrated_address_linkagecodestatus_bulk_request", args=[state.value])
    return f"{url}?{kept.urlencode()}" if kept else url


def states(*, with_protected: bool) -> SafeString:
    """Return how many people are in which state, by how long, each figure the way to them."""
    now = timezone.now()
    rows = []
    for one in selectors.code_counts(at=now, with_protected=with_protected):
        url = board_url(one.state)
        is_open = one.state != State.ACQUIRED
        ages = [
            format_html('<a href="{}&age={}">{}</a>', url, place, display.count(people, "人"))
            if people
            else ""
            for place, people in enumerate(one.by_age)
        ]
        rows.append(
            (
                format_html(
                    '<a href="{}">{}</a>',
                    url,
                    display.badge(State(one.state).label, CODE_LEVELS[one.state]),
                ),
                one.people,
                display.waited(one.oldest, at=now) if one.oldest and is_open else "",
                *(ages or [""] * len(AGES)),
            )
        )
    return display.table(
        ("状態", "人数", "最も古い方", *(age.words for age in AGES)),
        rows,
        caption="符号取得状況ごとの人数と、その状態になってからの時間",
    )


def further(request: HttpRequest) -> SafeString:
    """Return the ways to the pages that say more, for who may see them."""
    ways = [
        (reverse(name), words) for right, name, words in _FURTHER if request.user.has_perm(right)
    ]
    links = format_html_join("", '<li><a href="{}">{}</a></li>', ways)
    return format_html('<ul class="sb-links">{}</ul>', links) if ways else SafeString("")


def causes(*, with_protected: bool, may_ask: bool) -> SafeString:
    """Return the failures by cause, with what to do, and the ways to the people and to ask again."""
    found = selectors.failure_causes(with_protected=with_protected)
    if not found:
        return SafeString("")
    rows, now = [], timezone.now()
    for one in found:
        query = QueryDict(mutable=True)
        query["cause"] = one.cause
        people = format_html(
            '<a href="{}&{}">{}</a>',
            board_url(State.FAILED),
            query.urlencode(),
            display.count(one.people, "人"),
        )
        # Where asking again alone does not help, the button says so.
        words = "再要求する" if one.cure.is_worth_asking_again else "対処後に再要求"
        again = format_html(
            '<a class="sb-one-line" href="{}">{}</a>', bulk_url(CodeState.FAILED, query), words
        )
        rows.append(
            (
                display.roomy(one.cause or "理由の記録なし"),
                people,
                display.waited(one.oldest, at=now),
                display.roomy(one.cure.words),
                again if may_ask else "",
            )
        )
    return display.table(
        ("理由", "人数", "最も古い方", "対処", "一括"), rows, caption="エラーの理由と対処"
    )
