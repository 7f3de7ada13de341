"""One person over all subsystems, section by section, and how months, births and places are shown."""

from datetime import date

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from child_allowance.models import Recipient
from child_allowance.rules.months import Month
from child_allowance.services.person import Person
from sapporo_base.admin import display, record_lines

PAYMENTS = {"held": "warned", "in_file": "info", "paid": "done", "returned": "stopped"}
CODES = {
    "not_requested": "未要求",
    "requested": "要求中",
    "acquired": "取得済",
    "failed": "エラー",
    "requested_again": "再要求",
}


def sections_of(person: Person) -> list[tuple[str, SafeString]]:
    """Return the headings and contents of the page, in the order of the way from intake to payment."""
    subject = person.subject
    return [
        (
            "基本の事項(社会保障宛名)",
            display.facts(
                [
                    ("宛名番号", display.grouped(person.number)),
                    ("氏名", subject.name if subject else "確認できません"),
                    ("フリガナ", subject.name_kana if subject else ""),
                    ("生年月日", born(subject)),
                    ("住所", place(subject)),
                ]
            ),
        ),
        (
            "番号と符号(団体内統合宛名)",
            display.facts(
                [
                    ("団体内統合宛名番号", display.grouped(person.integrated_number)),
                    ("符号", CODES.get(person.code_state, "—")),
                ]
            ),
        ),
        (
            "請求・届出(児童手当)",
            display.table(
                ["受付番号", "種別", "受付日", "状態"],
                [
                    (
                        format_html(
                            '<a href="{}">{}</a>',
                            reverse("admin:child_allowance_claim_change", args=(one.pk,)),
                            one.claim_number,
                        ),
                        one.get_kind_display(),
                        display.day(one.received_on),
                        one.get_state_display(),
                    )
                    for one in person.claims
                ],
                caption="請求・届出",
            ),
        ),
        (
            "他機関への照会(市中間サーバ)",
            display.table(
                ["項", "課税年度", "状態", "回答"],
                [
                    (
                        f"{fact.item}の項",
                        str(fact.tax_year or "—"),
                        fact.get_state_display(),
                        display.moment(fact.answered_at) if fact.answered_at else "—",
                    )
                    for fact in person.inquiries
                ],
                caption="他機関への照会",
            ),
        ),
        (
            "受給(児童手当)",
            display.table(
                ["認定番号", "支給期間"],
                [
                    (_approval(one), months(one.entitled_from, one.entitled_until))
                    for one in person.recipients
                ]
                + [
                    (_approval(one.recipient), months(one.counted_from, one.counted_until))
                    for one in person.links
                ],
                caption="受給者または算定児童として",
            ),
        ),
        (
            "支払",
            display.table(
                ["支払日", "支払額", "状態"],
                [
                    (
                        display.day(one.run.pay_on),
                        display.money(one.amount),
                        display.badge(one.get_state_display(), PAYMENTS[one.state]),
                    )
                    for one in person.payments
                ],
                caption="支払",
            ),
        ),
        (
            "誰が見て、何が連携されたか(情報連携記録)",
            record_lines.one_by_one(person.records),
        ),
    ]


def _approval(recipient: Recipient) -> SafeString:
    """Return the 認定番号, leading to the recipient's page."""
    page = reverse("admin:child_allowance_recipient_change", args=(recipient.pk,))
    return format_html('<a href="{}">{}</a>', page, recipient.approval_number)


def months(first: date, after_last: date | None) -> SafeString:
    """Return 令和8年8月分から令和9年3月分まで; open, without an end."""
    if after_last is None:
        return format_html("{}分から", display.month(first))
    if after_last <= first:
        return SafeString("支給した月はありません")
    last = Month.of(after_last).plus(-1).first_day
    return format_html("{}分から{}分まで", display.month(first), display.month(last))


def born(subject) -> SafeString | str:
    if subject is None:
        return ""
    return display.day(subject.born_on, weekday=False) if subject.born_on else subject.born_text


def place(subject) -> str:
    if subject is None:
        return ""
    return subject.residential_address or "非公開"
