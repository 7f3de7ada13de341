"""名寄せ: two numbers of one person become one, and two again if it was wrong."""

import pytest

from integrated_address import services
from integrated_address.models import Merge
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db


class TestProposing:
    def test_the_one_with_the_individual_number_remains_though_it_is_younger(self, act):
        older = numbered(act, number="P1", serial=None, code="024-000").integrated_number
        younger = numbered(act).integrated_number
        merge = services.propose_merge(
            addressee=older, other=younger, cause="individual_number", act=act
        )
        assert (merge.retired_id, merge.survivor_id) == (older, younger)

    def test_of_two_without_one_the_older_remains(self, act):
        older = numbered(act, number="P1", serial=None, code="024-000").integrated_number
        younger = numbered(act, number="P2", serial=None, code="024-000").integrated_number
        merge = services.propose_merge(addressee=younger, other=older, cause="judged", act=act)
        assert (merge.retired_id, merge.survivor_id) == (younger, older)

    def test_the_same_proposal_again_changes_nothing(self, act):
        one = numbered(act, number="P1", serial=None, code="024-000").integrated_number
        other = numbered(act).integrated_number
        first = services.propose_merge(addressee=one, other=other, cause="judged", act=act)
        again = services.propose_merge(addressee=other, other=one, cause="judged", act=act)
        assert again == first
        assert Merge.objects.count() == 1

    def test_nobody_is_merged_with_themselves(self, act):
        one = numbered(act).integrated_number
        with pytest.raises(services.NothingToMerge):
            services.propose_merge(addressee=one, other=one, cause="judged", act=act)
