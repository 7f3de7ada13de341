"""Makes people for the tests of 団体内統合宛名."""

from datetime import date

from integrated_address import services
from integrated_address.services import FourBasicItems
from tests.factories import fictitious_individual_number, system

HANAKO = FourBasicItems(
    name="札幌　花子",
    name_kana="サッポロ　ハナコ",
    birth_on=date(1990, 4, 5),
    sex="2",
    residential_address="北海道札幌市中央区北一条西二丁目",
)


def numbered(act, *, number="100", serial=1, code="001-000", basics=HANAKO, state="1"):
    """Number one person by the register's request; `serial` None means without 個人番号."""
    return services.number_person(
        system=system(code),
        business_number=number,
        individual_number=None if serial is None else fictitious_individual_number(serial),
        basics=basics,
        resident_state=state,
        act=act,
    )
