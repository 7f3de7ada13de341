"""
One protected person planted in every app with a residence that nobody else has, and a walk over
everything that an app shows or sends.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import NoReverseMatch, reverse
from guardian.shortcuts import assign_perm

from gateway.models import Provision
from integrated_address import selectors as addressees
from integrated_address import services as addressee_services
from integrated_address.services import FourBasicItems
from resident_basic import services as residents
from resident_basic.models import SupportMeasure
from resident_basic.rules.items import resident_items
from sapporo_base.models import PersonalInformationFile, Staff
from social_address import services as social_address
from social_address.models import BankAccount, SocialAddressee
from tests.child_allowance.factories import (
    ClaimChildFactory,
    ClaimFactory,
    RecipientFactory,
    SupportedChildFactory,
)
from tests.factories import StaffFactory, system
from tests.resident_basic.approvals import approved
from tests.resident_basic.factories import a_file, a_resident_number, an_individual_number, row

BUILDING, FORMER_PLACE = "ヒミツノモリ荘", "モトノイエ町"
SECRETS = (BUILDING, FORMER_PLACE)
RIGHT = "open_protected_person"
_FILE_RIGHTS = (
    "open_personalinformationfile",
    "change_contents_personalinformationfile",
    "open_individual_number",
)
_ROWS = 12
_TERMS = ("", "ヒミツ", "秘密", "1988-08-08", "ヒミツノモリ", "桜台西", "0640099")


@dataclass
class Planted:
    """Whom the tests look for: the protected, who lives with her, and the people's numbers."""

    number: str
    other: str
    household: str
    integrated_number: str
    measure: SupportMeasure


def plant(act, folder) -> Planted:
    """Make Moriko known to every app, with history, account, contact and claim; then protect her."""
    for code in ("030-002", "027-000"):
        approved(code, *resident_items(), protected_people=True)
    number, other, household = a_resident_number(), a_resident_number(), a_resident_number()
    moriko = {
        "resident_number": number,
        "household_number": household,
        "name": "秘密　守子",
        "name_kana": "ヒミツ　モリコ",
        "born_on": "1988-08-08",
        "head_name": "秘密　守子",
        "head_resident_number": number,
        "town": "桜台西",
        "block": "９９番地",
        "building": f"{BUILDING}３０３",
        "postal_code": "0640099",
        "previous_residential_address": f"長崎県{FORMER_PLACE}１番地",
        "individual_number": an_individual_number(),
    }
    register = replace(act, path="file", system=system("001-000"))
    residents.receive_residents(
        path=a_file(
            folder / "planted.csv",
            row(**moriko | {"previous_residential_address": ""}),
            row(**moriko | {"history_number": 2, "change_reason": "41", "block": "１００番地"}),
            row(
                resident_number=other,
                household_number=household,
                name="同居　一郎",
                name_kana="ドウキョ　イチロウ",
                relationship_1="11",
                head_name="秘密　守子",
                head_resident_number=number,
            ),
        ),
        act=register,
    )
    # A row of hers that could not be taken waits, sealed, in the list of rejects.
    residents.receive_residents(
        path=a_file(folder / "bad.csv", row(**moriko | {"history_number": 3, "sex": "7"})),
        act=register,
    )
    integrated = addressees.integrated_numbers_of(
        system=system("001-000"), business_numbers=[number]
    )[number]
    for place in (f"札幌市{BUILDING}３０３", f"札幌市{BUILDING}３０４"):
        addressee_services.update_basics(
            system=system("001-000"),
            business_number=number,
            basics=FourBasicItems(
                name="秘密　守子",
                name_kana="ヒミツ　モリコ",
                birth_on=date(1988, 8, 8),
                sex="2",
                residential_address=place,
            ),
            resident_state="1",
            act=act,
        )
    social_address.follow_residents(act=replace(act, path="task", system=system("030-002")))
    _plant_in_social_address(number, act)
    _plant_in_child_allowance(number, other)
    residents.forward_households(act=replace(act, path="task", system=system("030-001")))
    Provision.objects.create(
        provision_id="P1",
        integrated_number=integrated,
        asker_code="9900000000000075",
        information_code="TM99000000000001",
        asked_at=act.at,
        noted_at=act.at,
        due_at=act.at,
        copy_items={"住所": f"札幌市{BUILDING}３０３"},
    )
    measure = residents.start_support_measure(
        resident_number=number,
        kind=SupportMeasure.Kind.DECIDED,
        subject_kind=SupportMeasure.SubjectKind.APPLICANT,
        since=act.day,
        reason="申出",
        act=act,
    )
    return Planted(number, other, household, integrated, measure)


def _plant_in_social_address(number, act):
    addressee = SocialAddressee.objects.get(addressee_number=number)
    BankAccount.objects.create(
        addressee=addressee,
        system_code="027-000",
        purpose=BankAccount.Purpose.PAYMENT,
        bank_code="0116",
        branch_code="101",
        deposit_type="1",
        account_number="7654321",
        holder_kana="ﾋﾐﾂ ﾓﾘｺ",
        valid_from=act.day,
        recorded_at=act.at,
    )
    social_address.record_contact(
        addressee=addressee,
        contact=social_address.Contact(
            system_code="027-000",
            channel="visit",
            subject=f"{BUILDING}を訪問",
            content=f"{BUILDING}で面談",
        ),
        act=replace(act, at=act.at - timedelta(days=1), path="admin", staff=StaffFactory()),
    )


def _plant_in_child_allowance(number, other):
    recipient = RecipientFactory(addressee_number=number, ward_code="011096")
    SupportedChildFactory(recipient=recipient)
    ClaimFactory(
        claimant_number=number,
        remarks=f"{BUILDING}へ送付",
        state_reason="確認",
        recipient=recipient,
    )
    elsewhere = ClaimFactory(claimant_number=other, spouse_number=number, has_spouse=True)
    ClaimChildFactory(claim=elsewhere, child_number=number)
    RecipientFactory(addressee_number=other, spouse_number=number)


def member_of_staff(*, with_right: bool = False) -> Staff:
    """Return someone with every right there is, but that of opening protected people."""
    staff: Any = StaffFactory()
    staff.user_permissions.set(Permission.objects.exclude(codename=RIGHT))
    for file in PersonalInformationFile.objects.all():
        for right in (*_FILE_RIGHTS, *((RIGHT,) if with_right else ())):
            assign_perm(f"sapporo_base.{right}", staff, file)
    return staff


def addresses_of(app: str, planted: Planted, *, without: Sequence[str] = ()) -> Iterator[str]:
    """
    Yield every address of an app's pages: lists, searches, exports, rows, their history and acts.

    :param without: names of tables that hold nothing of anybody.
    """
    numbers = (planted.number, planted.household, planted.integrated_number)
    reverse("admin:index")  # the pages are found with the addresses
    for model, page in admin.site._registry.items():
        if model._meta.app_label != app or model._meta.model_name in without:
            continue
        name = f"admin:{app}_{model._meta.model_name}"
        listed = reverse(f"{name}_changelist")
        for term in (*_TERMS, *numbers) if page.search_fields else ("",):
            yield f"{listed}?{urlencode({'q': term})}"
        for pattern in page.get_urls():
            yield from _plain(f"admin:{pattern.name}") if pattern.name else ()
        for pk in model._default_manager.order_by("-pk").values_list("pk", flat=True)[:_ROWS]:
            for act in ("change", "history", *_acts(page)):
                try:
                    yield reverse(f"{name}_{act}", args=[pk])
                except NoReverseMatch:
                    continue


def _plain(name: str) -> Iterator[str]:
    try:
        yield reverse(name)
    except NoReverseMatch:
        return


def _acts(page: Any) -> Sequence[str]:
    return [one for one in page.actions_detail or () if isinstance(one, str)]


def seen(browser: Client, addresses: Iterator[str]) -> dict[str, str]:
    """Return what came back from each address, whatever the status."""
    return {address: text_of(browser.get(address)) for address in addresses}


def text_of(answer: Any) -> str:
    """Return a response as text, a stream to its end."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8", errors="replace")


def leaks(pages: dict[str, str]) -> list[str]:
    """Return where a secret stands, with what is around it."""
    found = []
    for address, text in pages.items():
        for secret in SECRETS:
            for match in re.finditer(secret, text):
                around = text[max(match.start() - 90, 0) : match.end() + 20].replace("\n", " ")
                # What was typed into the search box comes back as it was typed.
                if f'value="{secret[:6]}"' not in around or "ヒミツノモリ荘" in around:
                    found.append(f"{address}: …{around}…")
    return found


def give_reason(browser: Client, address: str) -> str:
    """Open a protected person's page with a reason, as asked for; return the page."""
    asked = browser.get(address)
    assert not leaks({address: text_of(asked)}), "shown before a reason was given"
    browser.post(address, {"_look_reason": "1", "reason": "窓口での相談"})
    return text_of(browser.get(address))


def linkage_history() -> str:
    """Return everything that the linkage history holds, as text."""
    return "\n".join(
        f"{entry.object_repr} {entry.changes} {entry.additional_data}"
        for entry in LogEntry.objects.all()
    )
