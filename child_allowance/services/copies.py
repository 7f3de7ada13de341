"""児童手当情報 as 副本: what others may ask about a recipient (番号法別表第二26, 30, 87, 106)."""

from collections.abc import Iterator
from datetime import date

from django.db import connection

from child_allowance.services.systems import asking, own_system
from gateway import services as gateway
from sapporo_base.acts import Act

INFORMATION = "TM99000000000027"
DATASET = "0001"

# One row a recipient: what is due in the newest computed month, and what was last paid.
CONTENTS = """
SELECT r.approval_number, r.addressee_number, r.approved_on, r.entitled_from, r.entitled_until,
       r.ended_because, due.month, coalesce(due.yen, 0), coalesce(due.children, 0),
       coalesce(due.raised, 0), paid.pay_on, paid.amount
  FROM child_allowance_recipient r
  LEFT JOIN LATERAL (
       SELECT e.month, sum(e.amount) AS yen, count(*) AS children,
              count(*) FILTER (WHERE e.rule = 'third_or_later') AS raised
         FROM child_allowance_entitlement e
        WHERE e.recipient_id = r.id GROUP BY e.month ORDER BY e.month DESC LIMIT 1) due ON true
  LEFT JOIN LATERAL (
       SELECT n.pay_on, p.amount FROM child_allowance_payment p
         JOIN child_allowance_paymentrun n ON n.id = p.run_id
        WHERE p.recipient_id = r.id AND p.state IN ('in_file', 'paid')
        ORDER BY n.pay_on DESC LIMIT 1) paid ON true
 ORDER BY r.id
"""


def forward_copies(*, act: Act) -> gateway.CopyCounts:
    """
    Hand 児童手当情報 of every recipient to 市中間サーバ; what did not change is not sent again.

    Who has no 団体内統合宛名番号 goes to its error list, the rest is sent.
    """
    return gateway.accept_copies(
        system=own_system(), information_code=INFORMATION, copies=_copies(), act=asking(act)
    )


def _copies() -> Iterator[gateway.CopyData]:
    with connection.cursor() as cursor:
        cursor.execute(CONTENTS)
        rows = cursor.fetchall()
    for number, addressee, approved, start, until, ended, month, yen, count, raised, *paid in rows:
        pay_on, amount = paid
        yield gateway.CopyData(
            business_number=addressee,
            dataset=DATASET,
            key=number,
            items={
                "受給者区分": "一般受給者",
                "認定年月日": f"{approved:%Y-%m-%d}",
                "支給開始年月": f"{start:%Y-%m}",
                "支給終了年月": _month_before(until),
                "消滅事由": ended or None,
                "支給対象年月": f"{month:%Y-%m}" if month else None,
                "支給月額": str(yen),
                "対象児童数": str(count),
                "第3子以降の児童数": str(raised),
                "支払年月日": f"{pay_on:%Y-%m-%d}" if pay_on else None,
                "支払額": str(amount) if amount else None,
            },
            published_from=approved,
        )


def _month_before(until: date | None) -> str | None:
    if until is None:
        return None
    year, month = divmod(until.year * 12 + until.month - 2, 12)
    return f"{year:04}-{month + 1:02}"
