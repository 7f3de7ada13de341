"""利用申請 for tests: stated in full, drafted by one and approved by another."""

from dataclasses import replace
from datetime import UTC, date, datetime

from resident_basic import services
from resident_basic.models import ApprovedItem, RequestedItem, UseApplication
from resident_basic.rules.applications import FORMS
from resident_basic.rules.items import HOUSEHOLD_ITEMS, NUMBERING_ITEMS
from sapporo_base.acts import JAPAN, Act
from sapporo_base.models import Staff
from sapporo_base.selectors import legal_basis_for
from tests.factories import StaffFactory, system

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
GROUND = "transfer-resident"
BEGINS, ENDS = date(2026, 4, 1), date(2099, 4, 1)


def contents(*items, reductions=None, **said):
    """Return what an ordinary 利用申請 states; `said` replaces parts of it."""
    ground = legal_basis_for(kind="transfer", day=NOON.date(), code=GROUND)
    ordinary = {
        "purpose": "学齢簿の編製",
        "procedure": "学齢簿の編製に関する事務",
        "legal_basis": ground,
        "items": [
            services.ItemRequest(item, "本人の確認に必要", (reductions or {}).get(item, ""))
            for item in items
        ],
        "valid_from": BEGINS,
        "valid_until": ENDS,
        "subjects": "市内に住所を有する者",
        "expected_count": 1000,
        "retention": "5年",
        "handling_section": "教育推進課",
        "delivery_forms": tuple(FORMS),
    }
    return services.ApplicationContents(**(ordinary | said))


def drafted(code, *items, at=NOON, **said):
    """Return a drafted 利用申請 of a system."""
    act = Act(at=at, path="command", staff=StaffFactory())
    return services.draft_application(
        system=system(code), contents=contents(*items, **said), act=act
    )


def submitted(code, *items, at=NOON, **said):
    """Return a 利用申請 that waits for its decision."""
    application = drafted(code, *items, at=at, **said)
    act = Act(at=at, path="command", staff=application.drafted_by)
    return services.submit_application(application=application, act=act)


def approved(code, *items, at=NOON, grant=None, reason="", **said):
    """Return a 利用申請 that was approved, as asked or with changes."""
    return services.approve_application(
        application=submitted(code, *items, at=at, **said),
        grant=grant or services.Grant(),
        reason=reason,
        act=Act(at=at, path="command", staff=StaffFactory()),
    )


def on(day, staff=None):
    """Return an act of somebody at noon of a day."""
    return Act(
        at=datetime(day.year, day.month, day.day, 12, tzinfo=JAPAN),
        path="admin",
        staff=staff or StaffFactory(),
    )


def receiving(code, act):
    """Return an act of a system that receives over the API."""
    return replace(act, path="api", system=system(code))


# What every installation has before its first file: put in without acts, so that no record is made.
_STANDING = {
    "032-000": (NUMBERING_ITEMS, True),
    "030-003": (tuple(HOUSEHOLD_ITEMS.values()), False),
}


def stand_approved():
    """Have 団体内統合宛名 and 市中間サーバ approved for what they live on; again changes nothing."""
    if UseApplication.objects.filter(system=system("032-000")).exists():
        return
    drafter, decider = Staff.objects.bulk_create(
        [
            Staff(staff_number=number, name="試験 一", section="試験", valid_from=date(2020, 4, 1))
            for number in ("TEST-A", "TEST-B")
        ]
    )
    ground = legal_basis_for(kind="transfer", day=NOON.date(), code=GROUND)
    begins, at = date(2020, 4, 1), datetime(2020, 4, 1, 3, 0, tzinfo=UTC)
    for code, (items, number) in _STANDING.items():
        (one,) = UseApplication.objects.bulk_create(
            [
                UseApplication(
                    system=system(code),
                    purpose="試験",
                    procedure="試験",
                    legal_basis=ground,
                    subjects="全住民",
                    expected_count=2_000_000,
                    retention="5年",
                    handling_section="試験",
                    delivery_forms=["api"],
                    individual_number=number,
                    protected_people=True,
                    valid_from=begins,
                    valid_until=ENDS,
                    drafted_by=drafter,
                    drafted_at=at,
                )
            ]
        )
        RequestedItem.objects.bulk_create(
            RequestedItem(application=one, item=item, reason="試験") for item in items
        )
        ours = UseApplication.objects.filter(pk=one.pk)
        ours.update(state="submitted", submitted_by=drafter, submitted_at=at)
        ours.update(
            state="approved",
            decided_by=decider,
            decided_at=at,
            granted_from=begins,
            granted_until=ENDS,
            grants_individual_number=number,
            grants_protected_people=True,
            granted_forms=["api"],
            recertify_on=ENDS,
        )
        ApprovedItem.objects.bulk_create(
            ApprovedItem(
                application=one, item=item, reason="試験", valid_from=begins, valid_until=ENDS
            )
            for item in items
        )
