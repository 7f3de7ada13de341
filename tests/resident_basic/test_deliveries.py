"""Who got what about a person, and how far each consumer is."""

from dataclasses import replace

import pytest

from resident_basic import selectors, services
from tests.factories import system
from tests.resident_basic.factories import row

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako(register_act):
    one = row()
    services.receive_event(values=one, act=register_act)
    return one["resident_number"]


class TestWhoGotWhat:
    def test_a_stretch_of_the_feed_tells_who_was_in_it(self, hanako, register_act, approve):
        school = approve("017-000", "name", "sex")
        services.disclose_changes(receipt=0, limit=10, act=school)
        later = row()
        services.receive_event(values=later, act=register_act)
        services.disclose_changes(receipt=selectors.CHANGES.head() - 1, limit=10, act=school)

        (about,) = selectors.deliveries_about(hanako)
        assert (about.receiver_code, about.form, about.items) == (
            "017-000",
            "異動情報",
            ("name", "sex"),
        )
        assert "individual_number" in about.withheld
        assert len(selectors.deliveries_about(later["resident_number"])) == 1

    def test_a_single_disclosure_names_its_people(self, hanako, approve):
        services.disclose_residents(numbers=[hanako], act=approve("017-000", "name"))

        (about,) = selectors.deliveries_about(hanako)
        assert (about.form, about.path) == ("個別の移転", "API")

    def test_nothing_was_delivered_about_who_was_only_refused(self, hanako, act):
        with pytest.raises(services.NoApproval):
            services.disclose_changes(
                receipt=0, limit=10, act=replace(act, system=system("017-000"))
            )
        assert selectors.deliveries_about(hanako) == []
