"""付番: of one person and of masses, of two at once; sentence by sentence of 共通機能標準 032."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import Error, connection, transaction

from integrated_address import selectors, services
from integrated_address.models import (
    BasicItems,
    BusinessNumber,
    IndividualNumber,
    IntegratedAddressee,
    LinkageCodeStatus,
)
from integrated_address.rules import integrated_number, is_integrated_number
from integrated_address.services.numbering import ASKED, STAGED
from sapporo_base import sealing
from sapporo_base.acts import InvalidRequest, NotPermitted
from sapporo_base.bulk import temporary_staging
from sapporo_base.rules.kana import kana_key
from tests.factories import fictitious_individual_number, system
from tests.integrated_address.factories import HANAKO, numbered, open_flag

pytestmark = pytest.mark.django_db


class TestNumbering:
    def test_an_unknown_person_is_numbered_linked_and_flagged(self, act):
        result = numbered(act)
        assert (result.is_new, result.is_linked) == (True, False)
        assert is_integrated_number(result.integrated_number)
        assert open_flag() == "100"
        assert selectors.code_states_of([result.integrated_number]) == {
            result.integrated_number: "not_requested"
        }

    def test_a_known_individual_number_is_linked_only(self, act):
        first = numbered(act)
        second = numbered(act, number="N7", code="024-000")
        assert second.integrated_number == first.integrated_number
        assert (second.is_new, second.is_linked) == (False, True)
        assert IntegratedAddressee.objects.count() == 1

    def test_what_adds_rows_only_makes_no_table(self, act, django_assert_max_num_queries):
        numbered(act, number="0")
        with django_assert_max_num_queries(30) as asked:
            first = numbered(act, number="1", serial=2, state="1")
            linked = numbered(act, number="N7", serial=2, code="024-000")
            again = numbered(act, number="N7", serial=2, code="024-000")
        said = [one["sql"] for one in asked.captured_queries]
        assert (linked.is_linked, again.is_linked) == (True, False)
        assert {first.integrated_number} == {one.integrated_number for one in (linked, again)}
        assert not [one for one in said if "TABLE" in one]

    def test_the_same_request_again_changes_nothing(self, act):
        first = numbered(act)
        again = numbered(act)
        assert again == replace(first, is_new=False, is_linked=False)
        assert BusinessNumber.objects.count() == BasicItems.objects.count() == 1

    def test_without_an_individual_number_no_code_can_be_requested(self, act):
        result = numbered(act, serial=None)
        assert selectors.code_states_of([result.integrated_number]) == {}
        assert services.request_linkage_codes(act=act) == 0

    def test_four_items_alone_never_link(self, act):
        first = numbered(act, serial=None)
        second = numbered(act, number="N7", serial=None, code="024-000")
        assert first.integrated_number != second.integrated_number

    def test_an_individual_number_that_arrives_later_is_added(self, act):
        before = numbered(act, serial=None)
        after = numbered(act)
        assert after.integrated_number == before.integrated_number
        assert IndividualNumber.objects.get().cause == "arrived"

    def test_the_register_changes_an_individual_number_and_its_history_stays(self, act):
        person = numbered(act, serial=1).integrated_number
        later = replace(act, at=act.at + timedelta(days=10))
        numbered(later, serial=2)
        held = IndividualNumber.objects.filter(superseded_at=None).order_by("valid_from")
        assert [(one.valid_until is None, one.cause) for one in held] == [
            (False, "numbered"),
            (True, "on_request"),
        ]
        opened = services.disclose_individual_numbers(
            system=system("001-000"), business_numbers=["100"], act=later
        )
        assert opened == {"100": fictitious_individual_number(2)}
        assert selectors.integrated_numbers_of(
            system=system("001-000"), business_numbers=["100"]
        ) == {"100": person}

    def test_another_system_may_not_change_an_individual_number(self, act):
        numbered(act, number="N7", code="024-000", serial=1)
        with pytest.raises(services.NumberingDoubtful, match="個人番号の変更"):
            numbered(act, number="N7", code="024-000", serial=2)

    def test_a_number_of_one_person_is_not_given_to_another(self, act):
        numbered(act, number="100", serial=1)
        numbered(act, number="200", serial=2)
        with pytest.raises(services.NumberingDoubtful, match="別の方"):
            numbered(act, number="100", serial=2)

    def test_a_wrong_check_digit_is_refused_and_not_repeated(self, act):
        right = fictitious_individual_number(1)
        wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
        with pytest.raises(InvalidRequest) as refused:
            services.number_person(
                system=system("001-000"),
                business_number="1",
                individual_number=wrong,
                basics=HANAKO,
                act=act,
            )
        assert wrong not in str(refused.value)

    def test_a_system_that_does_not_use_it_may_not_send_it(self, act):
        with pytest.raises(NotPermitted):
            numbered(act, code="017-000")
        assert numbered(act, code="017-000", serial=None).is_new

    def test_no_plain_number_lies_in_the_table(self, act):
        numbered(act)
        row = IndividualNumber.objects.get()
        plain = fictitious_individual_number(1).encode()
        assert plain not in bytes(row.ciphertext)
        assert bytes(row.digest) == sealing.digest(plain.decode())

    def test_a_number_is_never_deleted_nor_given_again(self, act):
        first = numbered(act).integrated_number
        services.delete_addressee(integrated_number=first, act=act)
        with pytest.raises(Error), transaction.atomic():
            IntegratedAddressee.objects.filter(pk=first).delete()
        assert numbered(act).integrated_number != first
        kinds = [entry.kind for entry in selectors.addressee_changes_after(0, 10)]
        assert kinds == ["numbered", "deleted", "numbered"]

    def test_numbers_of_sql_and_of_the_rule_are_the_same(self, act):
        given = {numbered(act, number=str(n), serial=n).integrated_number for n in range(1, 25)}
        made = {integrated_number(int(number[:-1])) for number in given}
        assert given == made
        assert len(given) == 24


class TestBulk:
    def stage(self, staging, rows):
        sealer = sealing.NumberSealer()
        staging.copy(
            ASKED,
            [
                (
                    number,
                    sealed.digest if sealed else None,
                    sealed.ciphertext if sealed else None,
                    name,
                    "サッポロ",
                    None,
                    "昭和20年頃",
                    "1",
                    "札幌市",
                    "1",
                )
                for number, serial, name in rows
                for sealed in [
                    sealer.seal(fictitious_individual_number(serial)) if serial else None
                ]
            ],
        )

    def number(self, act, rows, code="001-000"):
        with transaction.atomic(), temporary_staging("newcomers", STAGED) as staging:
            self.stage(staging, rows)
            counts = services.number_newcomers(staging=staging, system=system(code), act=act)
            filled = dict(
                staging.select("SELECT business_number, integrated_number FROM {staging}")
            )
        return counts, filled

    def test_newcomers_are_numbered_and_the_known_linked(self, act):
        known = numbered(act, number="N1", code="024-000", serial=1).integrated_number
        counts, filled = self.number(act, [("1", 1, "甲"), ("2", 2, "乙"), ("3", None, "丙")])
        assert (counts.numbered, counts.linked, counts.known) == (2, 1, 0)
        assert filled["1"] == known
        assert len(set(filled.values())) == 3

    def test_one_person_twice_in_a_list_is_numbered_once(self, act):
        counts, filled = self.number(act, [("1", 1, "甲"), ("2", 1, "甲")])
        assert (counts.numbered, counts.linked) == (1, 1)
        assert filled["1"] == filled["2"]

    def test_the_same_list_again_changes_nothing(self, act):
        rows = [(str(n), n, "甲") for n in range(1, 40)]
        self.number(act, rows)
        counts, _ = self.number(act, rows)
        assert (counts.numbered, counts.linked, counts.known) == (0, 0, 39)
        assert BasicItems.objects.count() == IntegratedAddressee.objects.count() == 39

    def test_changed_items_become_a_new_version(self, act):
        self.number(act, [("1", 1, "旧姓")])
        later = replace(act, at=act.at + timedelta(days=3))
        self.number(later, [("1", 1, "新姓")])
        rows = BasicItems.objects.filter(superseded_at=None).order_by("valid_from")
        assert [(row.name, row.valid_until) for row in rows] == [
            ("旧姓", later.day),
            ("新姓", None),
        ]

    def test_a_doubtful_row_is_left_and_the_rest_is_done(self, act):
        self.number(act, [("1", 1, "甲"), ("2", 2, "乙")])
        counts, filled = self.number(act, [("1", 2, "乙"), ("3", 3, "丙")])
        assert counts.doubts == {services.Doubt.NUMBER_IS_ANOTHERS: 1}
        assert filled["1"] is None
        assert filled["3"]

    def test_staging_columns_are_filled_from_numbers_and_digests(self, act):
        person = numbered(act, number="100", serial=1).integrated_number
        services.link_business_number(
            integrated_number=person, system=system("027-000"), number="J1", act=act
        )
        columns = {"number": "text", "digest": "bytea", "found": "text", "own": "text"}
        with temporary_staging("looked_up", columns) as staging:
            staging.copy(
                ["number", "digest"], [("100", sealing.digest(fictitious_individual_number(1)))]
            )
            selectors.fill_integrated_numbers(staging, system("001-000"), "number", "found")
            assert staging.select("SELECT found FROM {staging}") == [(person,)]
            staging.execute("UPDATE {staging} SET found = NULL")
            selectors.fill_integrated_numbers_by_digest(staging, "digest", "found")
            selectors.fill_business_numbers(staging, system("027-000"), "found", "own")
            assert staging.select("SELECT found, own FROM {staging}") == [(person, "J1")]

    def test_links_in_bulk_leave_other_peoples_numbers_alone(self, act):
        mine = numbered(act, number="100", serial=1).integrated_number
        hers = numbered(act, number="200", serial=2).integrated_number
        services.link_business_number(
            integrated_number=hers, system=system("027-000"), number="J2", act=act
        )
        columns = {"number": "text", "person": "text", "problem": "text"}
        with temporary_staging("pairs", columns) as staging:
            staging.copy(["number", "person"], [("J1", mine), ("J2", mine)])
            linked = services.link_numbers(
                staging=staging,
                system=system("027-000"),
                number_column="number",
                integrated_column="person",
                act=act,
            )
            problems = dict(staging.select("SELECT number, problem FROM {staging}"))
        assert linked == 1
        assert problems["J1"] is None
        assert "別の方" in problems["J2"]


@pytest.mark.parametrize(
    "kana",
    ["サッポロ　ハナコ", "ｻｯﾎﾟﾛ ﾊﾅｺ", "さっぽろはなこ", "ユーコ", "ヂヅヱヲ", "グエン・ヴァン", ""],
)
def test_the_key_of_kana_is_the_same_in_sql_and_in_python(kana):
    with connection.cursor() as cursor:
        cursor.execute("SELECT integrated_address_kana_key(%s)", [kana])
        assert cursor.fetchone()[0] == kana_key(kana)


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def run_together(self, *jobs):
        barrier = threading.Barrier(len(jobs))
        results, errors = [], []

        def run(job):
            barrier.wait()
            try:
                results.append(job())
            except Exception as error:  # noqa: BLE001 - the test looks at them
                errors.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results, errors

    def test_two_requests_for_one_person_give_one_number(self, act):
        results, errors = self.run_together(
            *(lambda n=n: numbered(act, number=f"N{n}", code="024-000") for n in range(4))
        )
        assert errors == []
        assert len({result.integrated_number for result in results}) == 1
        assert LinkageCodeStatus.objects.count() == 1
        assert BusinessNumber.objects.count() == 4

    def test_one_business_number_asked_for_by_two_people_goes_to_one(self, act):
        results, errors = self.run_together(
            *(lambda n=n: numbered(act, number="N1", code="024-000", serial=n) for n in (1, 2))
        )
        assert len(results) == 1
        assert [type(error) for error in errors] == [services.NumberingDoubtful]
