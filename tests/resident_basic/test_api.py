"""Pages of 異動情報 over HTTP: what the description says, no more, in as many questions as ever."""

import json
from dataclasses import replace

import pytest
from rest_framework.renderers import JSONRenderer

from resident_basic import selectors, services
from resident_basic.api import pages
from resident_basic.api.serializers import ChangePageSerializer, ResidentSerializer
from tests.factories import system
from tests.resident_basic.factories import an_individual_number, row

pytestmark = pytest.mark.django_db
CHANGES = "/api/v1/resident-basic/changes/"
RESIDENTS = "/api/v1/resident-basic/residents/"


def as_described(serializer_class, told, *, many=False):
    """Return what the serializer, which OpenAPI describes, makes of an answer."""
    return json.loads(JSONRenderer().render(serializer_class(told, many=many).data))


@pytest.fixture
def start():
    """Return the receipt before the changes of this test."""
    return selectors.CHANGES.head()


@pytest.fixture
def school(client_of, approve):
    """A system without the right to 個人番号 or to protected people."""
    approve(
        "017-000", "name", "born_on", "town", "household_number", reductions={"born_on": "year"}
    )
    return client_of(system("017-000"), "030:changes:read", "030:residents:read")


@pytest.fixture
def insurer(client_of, approve):
    """A system that uses 個人番号 and was approved for it."""
    approve("024-000", "name", "born_on", individual_number=True)
    return client_of(system("024-000"), "030:changes:read", "030:residents:read")


class TestChanges:
    @pytest.mark.parametrize("who", ["school", "insurer"])
    def test_are_told_as_the_description_says(self, who, start, register_act, act, request):
        api = request.getfixturevalue(who)
        services.receive_event(
            values=row(individual_number=an_individual_number()), act=register_act
        )
        services.receive_event(values=row(), act=register_act)
        told = api.get(CHANGES, {"after": start}).json()

        code = {"school": "017-000", "insurer": "024-000"}[who]
        page = services.disclose_changes(
            receipt=start, limit=200, act=replace(act, path="api", system=system(code))
        )
        assert told == as_described(ChangePageSerializer, pages.change_page(page))
        assert len(told["changes"]) == 2

    def test_what_is_withheld_from_all_stands_once_and_what_from_one_stands_with_them(
        self, start, register_act, school
    ):
        ordinary = row()
        protected = row(support_measure="1", support_subject="1", support_from="2026-10-01")
        for one in (ordinary, protected):
            services.receive_event(values=one, act=register_act)
        page = school.get(CHANGES, {"after": start}).json()

        assert {"sex", "individual_number"} <= set(page["withheld"])
        assert page["reduced"] == {"born_on": "year"}
        by_number = {one["resident_number"]: one for one in page["changes"]}
        free, hidden = (
            by_number[ordinary["resident_number"]],
            by_number[protected["resident_number"]],
        )
        assert (free["withheld"], free["items"]["town"]) == ([], "北一条西")
        assert set(hidden["withheld"]) == {"town", "household_number"}
        assert (hidden["items"]["town"], hidden["is_suppressed"]) == (None, True)

    def test_a_long_page_takes_as_many_questions_as_a_short_one(
        self, start, register_act, insurer, django_assert_num_queries
    ):
        for _ in range(12):
            services.receive_event(
                values=row(individual_number=an_individual_number()), act=register_act
            )
        insurer.get(
            CHANGES, {"after": start, "limit": 1}
        )  # makes its 配信状況, notes the credential
        with django_assert_num_queries(18):
            insurer.get(CHANGES, {"after": start, "limit": 1})
        with django_assert_num_queries(18):
            page = insurer.get(CHANGES, {"after": start, "limit": 12}).json()
        assert len(page["changes"]) == 12


class TestResidents:
    def test_are_told_as_the_description_says(self, register_act, school, act):
        protected = row(support_measure="1", support_subject="1", support_from="2026-10-01")
        numbers = []
        for one in (row(), protected):
            services.receive_event(values=one, act=register_act)
            numbers.append(one["resident_number"])
        told = school.post(RESIDENTS, {"resident_numbers": numbers}, format="json").json()

        found = services.disclose_residents(
            numbers=numbers, act=replace(act, path="api", system=system("017-000"))
        )
        described = [pages.resident(one) for one in found]
        assert told == as_described(ResidentSerializer, described, many=True)
        assert [one["is_suppressed"] for one in told] == [
            one["resident_number"] == protected["resident_number"] for one in told
        ]

    def test_a_list_takes_as_many_questions_as_one(
        self, register_act, insurer, django_assert_num_queries
    ):
        numbers = []
        for _ in range(6):
            one = row(individual_number=an_individual_number())
            services.receive_event(values=one, act=register_act)
            numbers.append(one["resident_number"])
        insurer.post(RESIDENTS, {"resident_numbers": numbers[:1]}, format="json")  # notes the use
        for asked in (numbers[:1], numbers):
            with django_assert_num_queries(12):
                told = insurer.post(RESIDENTS, {"resident_numbers": asked}, format="json").json()
            assert len(told) == len(asked)
