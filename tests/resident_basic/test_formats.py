"""The same city in every form and character set ends in the same register; what is lost is said."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from resident_basic import services
from resident_basic.models import ResidentVersion
from resident_basic.rules.items import FIXED_LAYOUT, LAYOUT, register_layout
from sapporo_base.layouts import write_records
from sapporo_base.models import RejectedRow
from sapporo_base.sample_city.files import encoded
from tests.resident_basic.factories import a_file, an_individual_number, row

pytestmark = pytest.mark.django_db

# A fingerprint belongs to the form in which the row came: under another the content is compared.
_OWN = {"id", "recorded_at", "batch_number", "fingerprint"}


@pytest.fixture
def people():
    """People whom a format could spoil: unknown days, open ends, spaces, a foreign name."""
    return [
        row(individual_number=an_individual_number(), building="札幌ビル　１０１"),
        row(born_on="", born_on_unknown="1", born_on_text="昭和二十年頃"),
        row(changed_on="", changed_on_unknown="1", changed_on_text="年月日不詳", entry_order=12),
        row(name="ＳＭＩＴＨ　ＪＯＨＮ", name_roman="SMITH JOHN", resident_kind="2"),
        row(support_measure="1", support_from="2026-10-01", support_until="2027-09-30"),
    ]


def register(rows=None):
    """Return what stands in the register, by 宛名番号, without what each reception makes its own."""
    return [
        {name: value for name, value in version.items() if name not in _OWN}
        for version in ResidentVersion.objects.order_by("resident_number").values()
    ]


def forget():
    ResidentVersion.objects.all().delete()


@pytest.mark.parametrize(
    ("layout", "encoding", "said"),
    [
        (LAYOUT, "utf-8-sig", ""),
        (LAYOUT, "cp932", "cp932"),
        (LAYOUT, "utf-16", "utf-16"),
        (FIXED_LAYOUT, "utf-8", ""),
        (FIXED_LAYOUT, "utf-8-sig", ""),
        (FIXED_LAYOUT, "cp932", "cp932"),
        (FIXED_LAYOUT, "utf-16", "utf-16"),
    ],
)
def test_every_form_and_character_set_ends_in_the_same_register(
    act, tmp_path, people, layout, encoding, said
):
    services.receive_residents(path=a_file(tmp_path / "a.csv", *people), act=act)
    expected = register()
    forget()
    path = tmp_path / "b.dat"
    with path.open("wb") as stream:
        written = write_records(stream, register_layout(layout), people, encoding=encoding)

    receipt = services.receive_residents(path=path, layout=layout, encoding=said, act=act)

    assert (written.rows, receipt.rejected) == (len(people), 0)
    assert register() == expected


def test_the_same_people_in_another_form_change_nothing(act, tmp_path, people):
    services.receive_residents(path=a_file(tmp_path / "a.csv", *people), act=act)
    path = tmp_path / "b.txt"
    with path.open("wb") as stream:
        write_records(stream, register_layout(FIXED_LAYOUT), people)

    again = services.receive_residents(path=path, layout=FIXED_LAYOUT, act=act)

    assert (again.counts.unchanged, again.counts.corrections) == (len(people), 0)


def test_a_name_that_the_senders_character_set_lost_is_rejected_and_the_known_one_stays(
    act, tmp_path
):
    """𠮷 is not in CP932: the sender writes 〓, and a name of 〓 must not replace the true one."""
    one = row(name="𠮷田　花子")
    services.receive_residents(path=a_file(tmp_path / "a.csv", one), act=act)
    again = a_file(tmp_path / "b.csv", one, row())
    again.write_bytes(encoded(again.read_text(encoding="utf-8"), "cp932"))

    receipt = services.receive_residents(path=again, encoding="cp932", act=act)

    assert (receipt.rejected, receipt.counts.new_residents) == (1, 1)
    rejected = RejectedRow.objects.get()
    assert (rejected.item, "〓" in rejected.reason) == ("氏名", True)
    assert ResidentVersion.objects.get(resident_number=one["resident_number"]).name == one["name"]


class TestConversion:
    def convert(self, source: Path, target: Path, **options):
        shown = StringIO()
        call_command("convert_records", source, target, stdout=shown, **options)
        return shown.getvalue()

    def test_a_file_becomes_fixed_length_and_is_received(self, act, tmp_path, people):
        source = a_file(tmp_path / "juki_daily_20261104.csv", *people)
        target = tmp_path / "juki_daily_20261104.txt"
        services.receive_residents(path=source, act=act)
        expected = register()
        forget()

        assert "5行を書きました" in self.convert(source, target)
        receipt = services.receive_residents(path=target, layout=FIXED_LAYOUT, act=act)

        assert receipt.rejected == 0
        assert register() == expected

    def test_what_can_not_be_written_is_named_and_the_rest_is_there(self, tmp_path):
        number = an_individual_number()
        source = a_file(tmp_path / "a.csv", row(sex="7", individual_number=number), row())

        with pytest.raises(CommandError) as told:
            self.convert(source, tmp_path / "b.txt")

        assert told.value.returncode == 1
        assert "性別" in str(told.value)
        assert number not in str(told.value)
        assert len((tmp_path / "b.txt").read_text(encoding="utf-8").splitlines()) == 2

    def test_no_file_is_overwritten_and_no_layout_guessed(self, tmp_path):
        source = a_file(tmp_path / "a.csv", row())
        for target, options in [(source, {}), (tmp_path / "b.txt", {"to_layout": "none"})]:
            with pytest.raises(CommandError) as refused:
                self.convert(source, target, **options)
            assert refused.value.returncode == 2


def test_both_layouts_have_the_same_items():
    assert register_layout(FIXED_LAYOUT).fields == register_layout(LAYOUT).fields


def test_the_command_takes_the_fixed_layout(tmp_path, people):
    path = tmp_path / "juki_daily_20261104.txt"
    with path.open("wb") as stream:
        write_records(stream, register_layout(FIXED_LAYOUT), people)

    call_command("receive_residents", path, layout=FIXED_LAYOUT, stdout=StringIO())

    assert ResidentVersion.objects.count() == len(people)
