"""How a 利用申請 is written on pages: its phase with a shape, its items by name, its period."""

from collections.abc import Collection, Iterable
from datetime import date

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from resident_basic import selectors
from resident_basic.models import ApplicationNotice, UseApplication
from resident_basic.rules.applications import FORMS, Phase, stops_on
from resident_basic.rules.items import REDUCTIONS, resident_items
from sapporo_base.admin import display

PROCEDURE = "住民基本台帳ファイル利用申請"
WHOLE = "限定なし"
LEVELS = {
    Phase.DRAFT: "plain",
    Phase.RETURNED: "warned",
    Phase.SUBMITTED: "waiting",
    Phase.REFUSED: "stopped",
    Phase.TAKEN_BACK: "stopped",
    Phase.REVOKED: "stopped",
    Phase.NOT_BEGUN: "info",
    Phase.ACTIVE: "done",
    Phase.CERTIFICATION_DUE: "warned",
    Phase.CERTIFICATION_LATE: "warned",
    Phase.STOPPED: "stopped",
    Phase.EXPIRING: "warned",
    Phase.EXPIRED: "stopped",
}


def label_of(item: str) -> str:
    """Return the Japanese name of an item."""
    known = resident_items().get(item)
    return known.label if known else item


def item_with_marks(item: str) -> SafeString:
    """Return the name of an item; what 支援措置 hides is marked in words."""
    known = resident_items().get(item)
    if known is None or not known.is_protected:
        return format_html("{}", label_of(item))
    return format_html("{} {}", known.label, display.badge("支援措置で非公開", "info"))


def reduction_of(reduction: str) -> str:
    """Return how a value is reduced, in words."""
    return REDUCTIONS.get(reduction, WHOLE)


def phase_badge(application: UseApplication, *, day: date | None = None) -> SafeString:
    """Return where a 利用申請 stands on a day (today), as a word with a shape."""
    phase = selectors.phase(application, day=day or timezone.localdate())
    return display.badge(phase.value, LEVELS[phase])


def period(begin: date | None, end: date | None) -> SafeString:
    """Return a period as people say it; the last day is the one before its end."""
    if begin is None or end is None:
        return display.NOTHING
    return format_html(
        "{}から{}の前日まで", display.day(begin, weekday=False), display.day(end, weekday=False)
    )


def yes_or_no(value: bool) -> SafeString:  # noqa: FBT001 - a value to be said, no switch
    """Return する or しない."""
    return display.badge("する", "warned") if value else display.badge("しない", "plain")


def forms_of(forms: Collection[str]) -> str:
    """Return forms of delivery in words, in the order in which they are offered."""
    return "、".join(words for form, words in FORMS.items() if form in forms)


def asked_and_granted(asked: object, granted: object, *, decided: bool) -> SafeString:
    """Return what was asked; where it was granted otherwise, both."""
    if not decided or str(asked) == str(granted):
        return format_html("{}", asked)
    return format_html("{}<br>{} {}", granted, display.badge("申請", "plain"), asked)


def certification_day(application: UseApplication) -> SafeString:
    """Return the day of the next 年次確認, and when the transfer stops without it."""
    due, ends = application.recertify_on, application.granted_until
    if due is None or ends is None or due >= ends:
        return display.NOTHING
    last = stops_on(due, selectors.terms())
    return format_html(
        "{}(確認がなければ{}から移転を停止)",
        display.day(due, weekday=False),
        display.day(last, weekday=False),
    )


def of_mail(notice: ApplicationNotice) -> str:
    """Return whether a notice went out by e-mail."""
    if notice.told_at:
        return "メールでも知らせました。"
    return f"メールを送信できていません: {notice.told_error}" if notice.told_error else ""


def lines(parts: Iterable[object]) -> SafeString:
    """Return several values under one another."""
    return format_html_join(SafeString("<br>"), "{}", ((part,) for part in parts))
