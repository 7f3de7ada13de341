"""稼働カレンダー: the hours of the platform as a picture, two weeks at a time, by group of interfaces."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gateway import selectors
from gateway.models import Group
from sapporo_base.admin import display as shown
from sapporo_base.rules.dates import NotADate, format_date, parse_date

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin as _Page
else:
    _Page = object

_DAYS = 14
_LEFT, _HOUR, _ROW, _TOP = 200, 30, 34, 28
_WIDE = _LEFT + 24 * _HOUR + 24
_MINUTES_AN_HOUR = 60
_SATURDAY = 5


class CalendarMixin(_Page):
    """Gives the page of 稼働時間 its picture."""

    def further_places(self, request: HttpRequest) -> list[tuple[str, str, str, str, int, str]]:
        """Return the place of the calendar."""
        if not self.has_view_permission(request):
            return []
        about = "プラットフォームの稼働時間を図で表示します。"
        return [("運用", "稼働カレンダー", calendar_url(), "calendar_month", 9, about)]

    def get_urls(self) -> list[URLPattern]:
        """Add the calendar."""
        view = self.admin_site.admin_view(self.calendar_view)
        return [path("calendar/", view, name="gateway_calendar"), *super().get_urls()]

    def calendar_view(self, request: HttpRequest) -> HttpResponse:
        """Show two weeks of a group from a day on."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        group = request.GET.get("group", Group.SKI)
        if group not in Group.values or not group:
            group = Group.SKI
        try:
            first = parse_date(request.GET.get("from", ""))
        except NotADate:
            today = timezone.localdate()
            first = today - timedelta(days=today.weekday())
        days = selectors.days_of_hours(group=group, first=first, days=_DAYS)
        return TemplateResponse(
            request,
            "gateway/calendar.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": "稼働カレンダー",
                "about": "色の付いた時間に、自動的に送信します。白い時間に受け付けたものは、次の稼働時間まで待ちます。",
                "groups": [
                    (label, calendar_url(value, first), value == group)
                    for value, label in Group.choices
                    if value
                ],
                "before": calendar_url(group, first - timedelta(days=_DAYS)),
                "after": calendar_url(group, first + timedelta(days=_DAYS)),
                "today": calendar_url(group),
                "drawing": drawing(days, group=Group(group).label, now=timezone.now()),
                "table": _table(days),
                "is_known": any(one.spans and not _is_all_day(one) for one in days),
            },
        )


def calendar_url(group: str = "", first: date | None = None) -> str:
    """Return the address of the calendar of a group from a day on."""
    told = {"group": group, "from": first.isoformat() if first else ""}
    asked = "&".join(f"{name}={value}" for name, value in told.items() if value)
    url = reverse("admin:gateway_calendar")
    return f"{url}?{asked}" if asked else url


def _is_all_day(day: selectors.DayOfHours) -> bool:
    (first, *others) = day.spans
    return not others and first.closes_at - first.opens_at == timedelta(days=1)


def _x(at: datetime, day: date) -> float:
    local = timezone.localtime(at)
    if local.date() < day:
        return _LEFT
    if local.date() > day:
        return _LEFT + 24 * _HOUR
    return _LEFT + (local.hour + local.minute / _MINUTES_AN_HOUR) * _HOUR


def drawing(days: Sequence[selectors.DayOfHours], *, group: str, now: datetime) -> SafeString:
    """Return the open hours as bars, planned stops hatched over them, and a line for now."""
    parts: list[str] = []
    height = _TOP + len(days) * _ROW + 4
    for hour in range(0, 25, 3):
        x = float(_LEFT + hour * _HOUR)
        parts.append(f'<line class="sb-hour" x1="{x}" x2="{x}" y1="{_TOP}" y2="{height - 4}"/>')
        parts.append(f'<text class="sb-hour-word" x="{x}" y="18">{hour}時</text>')
    for place, one in enumerate(days):
        y = _TOP + place * _ROW
        kind = "sb-holiday" if one.holiday or one.day.weekday() >= _SATURDAY else "sb-weekday"
        parts.append(
            f'<text class="{kind}" x="0" y="{y + 22}">{escape(format_date(one.day, weekday=True))}</text>'
        )
        if one.holiday:
            parts.append(
                f'<text class="sb-holiday-name" x="{_LEFT + 4}" y="{y + 22}">{escape(one.holiday)}</text>'
            )
        for span in one.spans:
            left, right = _x(span.opens_at, one.day), _x(span.closes_at, one.day)
            told = f"{_clock(span.opens_at)}から{_clock(span.closes_at, is_end=True)}まで稼働"
            parts.append(
                f'<rect class="sb-open" x="{left}" y="{y + 5}" width="{right - left}" '
                f'height="{_ROW - 10}"><title>{told}</title></rect>'
            )
            if right - left >= 4 * _HOUR:
                parts.append(
                    f'<text class="sb-open-word" x="{left + 8}" y="{y + 22}">'
                    f"{_clock(span.opens_at)}–{_clock(span.closes_at, is_end=True)}</text>"
                )
        for stop in one.stops:
            left, right = _x(stop.starts_at, one.day), _x(stop.ends_at, one.day)
            parts.append(
                f'<rect class="sb-stop" x="{left}" y="{y + 5}" width="{max(right - left, 3)}" '
                f'height="{_ROW - 10}"><title>{escape(stop.notice)}</title></rect>'
            )
            if right - left >= 3 * _HOUR:
                parts.append(
                    f'<text class="sb-stop-word" x="{left + 8}" y="{y + 22}">'
                    f"{escape(_short(stop.notice, int((right - left) // 16)))}</text>"
                )
        if timezone.localtime(now).date() == one.day:
            x = _x(now, one.day)
            parts.append(f'<line class="sb-now" x1="{x}" x2="{x}" y1="{y}" y2="{y + _ROW}"/>')
            parts.append(f'<text class="sb-now-word" x="{x + 4}" y="{y + 10}">現在</text>')
    return format_html(
        '<div class="sb-scroll" tabindex="0" role="region" aria-label="{}の稼働時間の図">'
        '<svg class="sb-calendar" viewBox="0 0 {} {}" width="{}" height="{}" role="img" '
        'aria-label="{}の稼働時間の図。下の表に同じ内容があります。">'
        '<defs><pattern id="sb-hatch" width="8" height="8" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="8" height="8" fill="#ffeee2"/>'
        '<rect width="3" height="8" fill="#d08a4a"/></pattern></defs>{}</svg></div>',
        group,
        _WIDE,
        height,
        _WIDE,
        height,
        group,
        SafeString("".join(parts)),
    )


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: max(most - 1, 1)] + "…"


def _clock(at: datetime, *, is_end: bool = False) -> str:
    local = timezone.localtime(at)
    if is_end and local.hour == 0 and local.minute == 0:
        return "24:00"
    return f"{local.hour}:{local:%M}"


def _table(days: Sequence[selectors.DayOfHours]) -> SafeString:
    rows = [
        (
            shown.day(one.day),
            one.holiday,
            "、".join(f"{_clock(s.opens_at)}–{_clock(s.closes_at, is_end=True)}" for s in one.spans)
            or "終日停止",
            format_html_join(
                SafeString("<br>"),
                "{}から {}まで {}",
                ((shown.moment(s.starts_at), shown.moment(s.ends_at), s.notice) for s in one.stops),
            ),
        )
        for one in days
    ]
    return shown.table(("日", "祝日など", "稼働時間", "計画停止"), rows, caption="稼働時間(表)")
