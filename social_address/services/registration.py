"""
社会保障宛名の管理 and its linkage with 団体内統合宛名: who is served gets, or has, a 宛名番号.

Numbers of the 社会保障 systems, those of 児童手当 included, are registered here and nowhere else.
"""

from django.db import transaction

from sapporo_base import selectors as base_selectors
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest
from sapporo_base.bulk import temporary_staging
from sapporo_base.models import BusinessSystem
from sapporo_base.rules.check_digits import is_corporate_number
from sapporo_base.sealing import NumberSealer
from social_address.models import (
    OutOfRegistryPerson,
    ServiceSubject,
    SocialAddressee,
)
from social_address.services.newcomers import Newcomer, create_addressee, next_numbers, serve
from social_address.services.subjects import READ, SUBJECT_COLUMNS, register_subjects


@transaction.atomic
def register_addressee(
    *, newcomer: Newcomer, individual_number: str | None, system: BusinessSystem, act: Act
) -> SocialAddressee:
    """
    Register someone who is not a resident, or a corporation, and link the number of the system.

    A known 個人番号 leads to the addressee that has it already; a corporation known by its 法人番号
    likewise. A corporation gets no 団体内統合宛名番号.

    :raises InvalidRequest: a corporation with a 個人番号, or a wrong 法人番号.
    :raises NoNumbersLeft: the reserved ranges are used up.
    """
    if newcomer.is_corporation:
        return _register_corporation(newcomer, individual_number, system, act)
    columns = {**SUBJECT_COLUMNS}
    with temporary_staging("social_address_single", columns) as staging:
        sealed = NumberSealer().seal(individual_number) if individual_number else None
        staging.copy(
            READ,
            [
                (
                    None,
                    sealed.digest if sealed else None,
                    sealed.ciphertext if sealed else None,
                    newcomer.name,
                    newcomer.name_kana,
                    newcomer.born_on,
                    newcomer.sex,
                    newcomer.municipality_code,
                    newcomer.residential_address,
                    newcomer.postal_code,
                )
            ],
        )
        register_subjects(staging=staging, system=system, act=act)
        number, problem = staging.select("SELECT addressee_number, problem FROM {staging}")[0]
    if not number:
        raise InvalidRequest(problem)
    addressee = SocialAddressee.objects.get(addressee_number=number)
    if newcomer.not_for_other_work and addressee.registered_by_system == system.code:
        addressee.not_for_other_work = True
        addressee.save(update_fields=["not_for_other_work"])
    return addressee


def _register_corporation(
    newcomer: Newcomer, individual_number: str | None, system: BusinessSystem, act: Act
) -> SocialAddressee:
    if individual_number:
        raise InvalidRequest("法人に個人番号は登録できません。")
    if newcomer.corporate_number and not is_corporate_number(newcomer.corporate_number):
        raise InvalidRequest(
            "法人番号の検査数字が合いません。", fields={"corporate_number": "検査数字の誤り"}
        )
    known = (
        SocialAddressee.objects.filter(corporate_number=newcomer.corporate_number).first()
        if newcomer.corporate_number
        else None
    )
    addressee = known or create_addressee(newcomer, next(iter([*next_numbers(1)])), system, act)
    serve([addressee], system, act)
    base.record_linkage(
        act,
        "addressee_registered",
        subjects=[("social", addressee.addressee_number)],
        receiver_code=system.code,
        detail="法人",
    )
    return addressee


# What `register_subjects` reads and fills; a caller's table may have more columns.
@transaction.atomic
def become_resident(
    *, addressee_number: str, resident_number: str, act: Act
) -> OutOfRegistryPerson:
    """
    Note that a 住登外者 now is in the 住民基本台帳 under a 住民宛名番号; both numbers remain.

    :raises InvalidRequest: one of the two is not what it should be.
    """
    person = (
        OutOfRegistryPerson.objects.select_for_update()
        .filter(addressee__addressee_number=addressee_number)
        .first()
    )
    resident = SocialAddressee.objects.filter(
        addressee_number=resident_number, origin=SocialAddressee.Origin.RESIDENT
    ).first()
    if person is None or resident is None:
        raise InvalidRequest("住登外者または住民の宛名番号が正しくありません。")
    if person.resident_number == resident_number:
        return person
    person.became_resident_on, person.resident_number = act.day, resident_number
    person.save(update_fields=["became_resident_on", "resident_number"])
    for served in ServiceSubject.objects.filter(addressee=person.addressee, until__isnull=True):
        serve([resident], base_selectors.system(served.system_code), act)
    base.record_linkage(
        act,
        "became_resident",
        subjects=[("social", addressee_number), ("resident", resident_number)],
    )
    return person
