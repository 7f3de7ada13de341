"""住記異動情報の連携: what 個人基本 hands on is taken over, in order, with its receipt."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from resident_basic import services as resident_basic
from sapporo_base.acts import Act
from sapporo_base.bulk import Staging, temporary_staging
from sapporo_base.rules.kana import kana_key, name_key
from social_address.models import ResidentFeedReceipt

_PAGE: Final = 5_000

# Column of a version → (items it is made of, expression). An item that was not approved is not
# among the columns: what is made of it stays empty.
_MADE_OF: Final[dict[str, tuple[tuple[str, ...], str, str]]] = {
    "name": (("name",), "coalesce(s.name, '')", "''"),
    "name_kana": (("name_kana",), "coalesce(s.name_kana, '')", "''"),
    "alias": (("alias",), "coalesce(s.alias, '')", "''"),
    "born_on": (("born_on",), "s.born_on", "NULL::date"),
    "born_text": (("born_on",), "coalesce(s.born_on_text, '')", "''"),
    "sex": (("sex",), "coalesce(s.sex, '')", "''"),
    "household_number": (("household_number",), "coalesce(s.household_number, '')", "''"),
    "head_number": (("head_resident_number",), "coalesce(s.head_resident_number, '')", "''"),
    "relationship": (
        ("relationship_1", "relationship_2", "relationship_3", "relationship_4"),
        "concat(s.relationship_1, s.relationship_2, s.relationship_3, s.relationship_4)",
        "''",
    ),
    "municipality_code": (("municipality_code",), "coalesce(s.municipality_code, '')", "''"),
    "postal_code": (("postal_code",), "coalesce(s.postal_code, '')", "''"),
    "residential_address": (
        ("prefecture", "municipality", "town", "block", "building"),
        "concat(s.prefecture, s.municipality, s.town, s.block,"
        " CASE WHEN s.building <> '' THEN '　' || s.building END)",
        "''",
    ),
    "resident_status": (("resident_status",), "coalesce(s.resident_status, '')", "''"),
    "resident_since": (("became_resident_on",), "s.became_resident_on", "NULL::date"),
    "previous_municipality_code": (
        ("previous_municipality_code",),
        "coalesce(s.previous_municipality_code, '')",
        "''",
    ),
    "moved_out_on": (
        ("moved_out_on", "moving_out_planned_on"),
        "coalesce(s.moved_out_on, s.moving_out_planned_on)",
        "NULL::date",
    ),
    "moved_to_municipality_code": (
        ("confirmed_municipality_code", "planned_municipality_code"),
        "coalesce(nullif(s.confirmed_municipality_code, ''), s.planned_municipality_code, '')",
        "''",
    ),
    "removed_on": (("removed_on",), "s.removed_on", "NULL::date"),
    "changed_on": (("changed_on",), "s.changed_on", "NULL::date"),
    "change_reason": (("change_reason",), "coalesce(s.change_reason, '')", "''"),
}
_COLUMNS: Final = [name for name in _MADE_OF if name not in {"changed_on", "change_reason"}]

_INCOMING: Final = """
CREATE TEMPORARY TABLE {incoming} ON COMMIT DROP AS
SELECT made.*, md5(concat_ws(chr(31), {texts})) AS fingerprint FROM (
    SELECT DISTINCT ON (s.resident_number, s.history_number)
        s.receipt, s.kind, s.resident_number, s.history_number, {expressions}
    FROM {{staging}} s
    ORDER BY s.resident_number, s.history_number, s.receipt DESC
) made
"""
_ADDRESSEES: Final = """
INSERT INTO social_address_socialaddressee (addressee_number, kind, origin, corporate_number,
    integrated_number, not_for_other_work, registered_by_system, registered_at)
SELECT DISTINCT resident_number, '1', 'resident', '', '', false, '', %(at)s::timestamptz
FROM {staging} ON CONFLICT (addressee_number) DO NOTHING
"""
_SUPERSEDE: Final = """
UPDATE social_address_addresseeversion v SET superseded_at = %(at)s, is_latest = false
FROM {staging} i JOIN social_address_socialaddressee a ON a.addressee_number = i.resident_number
WHERE v.addressee_id = a.id AND v.history_number = i.history_number
    AND v.superseded_at IS NULL AND v.fingerprint <> i.fingerprint
"""
_VERSIONS: Final = """
INSERT INTO social_address_addresseeversion (addressee_id, history_number, is_latest, source,
    {columns}, name_key, kana_key, fingerprint, valid_from, recorded_at)
SELECT a.id, i.history_number, false, 'resident_basic', {values}, k.name_key, k.kana_key,
    i.fingerprint, coalesce(i.changed_on, %(day)s::date), %(at)s::timestamptz
FROM {{staging}} i
JOIN social_address_socialaddressee a ON a.addressee_number = i.resident_number
JOIN social_address_incoming_keys k ON k.receipt = i.receipt
WHERE NOT EXISTS (
    SELECT FROM social_address_addresseeversion v WHERE v.addressee_id = a.id
        AND v.history_number = i.history_number AND v.superseded_at IS NULL
)
"""
_NOT_LATEST: Final = """
UPDATE social_address_addresseeversion v SET is_latest = false
FROM social_address_socialaddressee a
WHERE v.addressee_id = a.id AND v.is_latest
    AND a.addressee_number IN (SELECT resident_number FROM {staging})
    AND EXISTS (SELECT FROM social_address_addresseeversion n WHERE n.addressee_id = a.id
        AND n.superseded_at IS NULL AND n.history_number > v.history_number)
"""
_LATEST: Final = """
UPDATE social_address_addresseeversion v SET is_latest = true
FROM social_address_socialaddressee a
WHERE v.addressee_id = a.id AND NOT v.is_latest AND v.superseded_at IS NULL
    AND a.addressee_number IN (SELECT resident_number FROM {staging})
    AND NOT EXISTS (SELECT FROM social_address_addresseeversion n WHERE n.addressee_id = a.id
        AND n.superseded_at IS NULL AND n.history_number > v.history_number)
"""
_CHANGES: Final = """
INSERT INTO social_address_socialaddresseechange (addressee_id, version_id, kind, change_reason,
    changed_on, recorded_at)
SELECT v.addressee_id, v.id, i.kind, i.change_reason, i.changed_on, %(at)s::timestamptz
FROM {staging} i
JOIN social_address_socialaddressee a ON a.addressee_number = i.resident_number
JOIN social_address_addresseeversion v ON v.addressee_id = a.id
    AND v.history_number = i.history_number AND v.superseded_at IS NULL
ORDER BY i.receipt
"""


@dataclass(frozen=True, slots=True)
class Followed:
    """How many changes were taken over, and the receipt to go on from."""

    count: int
    receipt: int


def follow_residents(*, act: Act, page: int = _PAGE) -> Followed:
    """
    Take over every 異動情報 of 個人基本 since the last receipt (source text, システム6 function 1).

    Each page is one transaction with its receipt, so nothing is lost or taken twice. The acting
    system (030-002) gets what its own 利用申請 was approved for, like any other.

    :raises NoApproval: there is no 利用申請 in force.
    """
    total = 0
    while True:
        resident_basic.publish_changes()
        followed = _follow_page(act, page)
        total += followed.count
        if followed.count < page:
            return Followed(total, followed.receipt)


@transaction.atomic
def _follow_page(act: Act, page: int) -> Followed:
    ResidentFeedReceipt.objects.get_or_create(pk=1)
    receipt = ResidentFeedReceipt.objects.select_for_update().get(pk=1)
    staged = resident_basic.stage_changes(
        name="social_address_staged", receipt=receipt.receipt, limit=page, act=act
    )
    if staged.count:
        _take_over(staged.staging, staged.whole, act)
        receipt.receipt, receipt.read_at = staged.receipt, act.at
        receipt.save(update_fields=["receipt", "read_at"])
        resident_basic.acknowledge(receipt=staged.receipt, act=act)
    return Followed(staged.count, staged.receipt)


def _take_over(staging: Staging, items: Collection[str], act: Act) -> None:
    incoming = Staging("social_address_incoming")
    incoming.drop()
    present = {
        column: made if set(needs) <= set(items) else empty
        for column, (needs, made, empty) in _MADE_OF.items()
    }
    staging.execute(
        _INCOMING.format(
            incoming=incoming.name,
            expressions=", ".join(f"{made} AS {column}" for column, made in present.items()),
            texts=", ".join(f"coalesce(made.{column}::text, '')" for column in present),
        )
    )
    keys = {"receipt": "bigint", "name_key": "text", "kana_key": "text"}
    with temporary_staging("social_address_incoming_keys", keys) as keyed:
        keyed.copy(
            list(keys),
            (
                (place, name_key(name), kana_key(kana))
                for place, name, kana in incoming.select(
                    "SELECT receipt, name, name_kana FROM {staging}"
                )
            ),
        )
        incoming.execute(_ADDRESSEES, at=act.at)
        incoming.execute(_SUPERSEDE, at=act.at)
        incoming.execute(
            _VERSIONS.format(
                columns=", ".join(_COLUMNS), values=", ".join(f"i.{one}" for one in _COLUMNS)
            ),
            at=act.at,
            day=act.day,
        )
    incoming.execute(_NOT_LATEST)
    incoming.execute(_LATEST)
    incoming.execute(_CHANGES, at=act.at)
    incoming.drop()
