"""What the flows of the gateway have in common: acts, questions, copies, rounds of the workers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from guardian.shortcuts import assign_perm

from gateway import services, tasks
from gateway.models import InterfacePermission
from gateway.services import CopyData, InquiryRequest
from sapporo_base.acts import Act
from sapporo_base.models import LegalBasis, PersonalInformationFile
from tests.factories import StaffFactory, system
from tests.gateway.far_end import CHILD_ALLOWANCE, TAX

START = datetime.fromisoformat("2026-11-24T03:00:00+00:00")
BEFORE_2024 = datetime.fromisoformat("2024-01-15T03:00:00+00:00")


@dataclass
class Now:
    """The far end's clock: the same as ours."""

    def __call__(self):
        return timezone.now()


def now_act(**changes):
    return Act(at=timezone.now(), path="task", system=system("027-000"), **changes)


def acquire(clock):
    from integrated_address import services as addressee_services

    addressee_services.request_linkage_codes(act=now_act())
    work_for_a_while(clock)


def work_for_a_while(clock):
    """Let the bulk worker do its rounds until what was asked of the platform has come back."""
    for _ in range(4):
        tasks.work_bulk()
        clock.shift(timedelta(seconds=3))


def asked(key="k1", *, number="J1", information=TAX, provider="131041", **changes):
    ordinary = {
        "procedure_code": "JM99000000000074",
        "step_code": "JT99000000000074",
        "fiscal_year": 2024,
        "lane": "interactive",
    }
    return InquiryRequest(
        request_key=key,
        business_number=number,
        information_code=information,
        provider_code=provider,
        **(ordinary | changes),
    )


def accept(*requests, act=None):
    return services.accept_inquiries(
        system=system("027-000"), requests=requests, act=act or now_act()
    )


def results(code="027-000", receipt=0):
    return services.inquiry_results(
        system=system(code), receipt=receipt, limit=100, act=now_act()
    ).results


def may_provide(information, *codes):
    """Give systems the ground to provide a 特定個人情報."""
    ground = LegalBasis.objects.create(
        code=f"provide-{information}",
        kind="provide",
        law="番号法",
        item="第19条第8号",
        procedure="試験の事務",
        information_code=information,
        valid_from=date(2020, 1, 1),
        certainty="assumed",
    )
    ground.systems.set([system(code) for code in codes])
    return ground


def copy(number="J1", *, key="2026-12", amount="10000", withdrawn=False):
    return CopyData(
        business_number=number,
        dataset="0001",
        key=key,
        items={"受給者区分": "1", "支給": [{"支給年月": key, "支給額": amount}]},
        published_from=date(2026, 11, 1),
        is_withdrawn=withdrawn,
    )


def forward(*copies):
    return services.accept_copies(
        system=system("027-000"), information_code=CHILD_ALLOWANCE, copies=copies, act=now_act()
    )


def who_opens_addressees(*rights):
    """Return a member of staff with these rights who may open 団体内統合宛名ファイル."""
    staff = StaffFactory(rights=rights)
    file = PersonalInformationFile.objects.get(code="integrated-address")
    assign_perm("open_personalinformationfile", staff, file)
    return staff


def permit(code, group, information_code=""):
    """Let a business system use a group of interfaces (インターフェイス利用許可)."""
    InterfacePermission.objects.get_or_create(
        system=system(code),
        group=group,
        information_code=information_code,
        defaults={"valid_from": date(2015, 10, 5), "reason": "試験"},
    )
