"""Doubtful identity: who is put before a human being, who is not, and what a judgement does."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from integrated_address import services
from integrated_address.models import (
    BusinessNumber,
    IntegratedAddressee,
    MatchCandidate,
    MatchDecision,
    MatchKey,
    MatchModel,
    MatchReceipt,
    Merge,
)
from integrated_address.rules.matching import (
    ELSE,
    ITEMS,
    as_numbers,
    given_name_key,
    prior_among,
    residence_key,
    town_key,
    whole_name_key,
)
from integrated_address.services.matching.bulk import find_candidates
from integrated_address.services.matching.training import TooFewToLearn, train_model
from sapporo_base.acts import InvalidRequest, NotPermitted
from sapporo_base.models import BatchRun
from tests.factories import StaffFactory, system
from tests.integrated_address.factories import HANAKO, number_many, numbered

pytestmark = pytest.mark.django_db

SATO = services.FourBasicItems(
    name="佐藤　健",
    name_kana="サトウ　ケン",
    birth_on=date(1985, 3, 12),
    sex="1",
    residential_address="北海道札幌市東区北三十五条東七丁目２７番１８号　ロイヤルコート１２０１号室",
)


@pytest.fixture
def clerk(act):
    """Return an act of a member of staff."""
    return replace(act, staff=StaffFactory())


@pytest.fixture
def resident(act):
    """Return the number of 佐藤 健, a resident with a 個人番号."""
    return numbered(act, basics=SATO).integrated_number


def unnumbered(act, basics, number="P1"):
    """Number somebody whom a business system knows without 個人番号; return the number."""
    return numbered(
        act, number=number, serial=None, code="024-000", state="", basics=basics
    ).integrated_number


class TestKeys:
    @pytest.mark.parametrize(
        "written",
        [
            "北海道札幌市東区北三十五条東七丁目２７番１８号　ロイヤルコート１２０１号室",
            "札幌市東区北35条東7-27-18",
            "札幌市東区北３５条東７丁目２７－１８ロイヤルコート",
        ],
    )
    def test_a_residence_is_one_however_it_is_written(self, written):
        assert residence_key(written) == "東区北35条東7-27-18"

    def test_a_town_is_the_residence_without_its_block(self):
        assert town_key(residence_key("函館市絵紙山町７番２号")) == "函館市絵紙山町"

    def test_variants_of_a_character_are_equal(self):
        assert whole_name_key("髙橋　一郎") == whole_name_key("高橋一郎")

    def test_the_given_name_is_what_follows_the_family_name(self):
        assert given_name_key("サトウ　ケンイチ") == "ケンイチ"
        assert given_name_key("クルスジョセフ") == ""


def test_in_a_larger_register_coincidences_weigh_less():
    assert prior_among(2_000_000, prior=1e-6, learnt_of=200_000) == pytest.approx(1e-7)
    assert prior_among(1_000, prior=1e-6, learnt_of=200_000) == 1e-6


class TestRegistration:
    @pytest.mark.parametrize(
        "known_as",
        [
            pytest.param({}, id="as he is"),
            pytest.param({"birth_on": date(1985, 12, 3)}, id="day and month swapped"),
            pytest.param({"birth_on": date(1985, 3, 22)}, id="one digit wrong"),
            pytest.param({"birth_on": date(1958, 3, 12)}, id="digits of the year swapped"),
            pytest.param({"name_kana": "サトオ　ケン"}, id="one kana wrong"),
            pytest.param({"name": "サトウ　ケン"}, id="no kanji"),
            pytest.param(
                {"residential_address": "宮城県仙台市青葉区中央一丁目１番１号"}, id="elsewhere"
            ),
            pytest.param(
                {"name": "山田　健", "name_kana": "ヤマダ　ケン"}, id="another family name"
            ),
        ],
    )
    def test_who_may_be_the_same_is_put_before_a_human_being(self, act, resident, known_as):
        double = unnumbered(act, replace(SATO, **known_as))
        candidate = MatchCandidate.objects.get()
        assert {candidate.first_id, candidate.second_id} == {resident, double}
        assert (candidate.state, candidate.cause) == ("waiting", "registration")

    @pytest.mark.parametrize(
        ("twin", "is_candidate"),
        [
            pytest.param({"name": "佐藤　翔太", "name_kana": "サトウ　ショウタ"}, False, id="twin"),
            pytest.param(
                {"name": "鈴木　健", "name_kana": "スズキ　ケン"}, True, id="earlier name"
            ),
            pytest.param(
                {"name": "佐藤　蓮", "name_kana": "サトウ　レン"}, False, id="twin by one kana"
            ),
            pytest.param({"name_kana": "サトウ　レン"}, True, id="one kana wrong"),
            pytest.param(
                {"name": "サトウ　ゲン", "name_kana": "サトウ　デン"}, True, id="no kanji, one kana"
            ),
        ],
    )
    def test_a_twin_is_another_person(self, act, resident, twin, is_candidate):
        unnumbered(act, replace(SATO, **twin))
        assert MatchCandidate.objects.exists() is is_candidate

    @pytest.mark.parametrize(
        "other",
        [
            pytest.param(
                {
                    "birth_on": date(1961, 7, 30),
                    "residential_address": "宮城県仙台市青葉区中央一丁目１番１号",
                },
                id="a namesake",
            ),
            pytest.param(
                {"name": "鈴木　誠", "name_kana": "スズキ　マコト", "birth_on": date(1970, 1, 5)},
                id="who lives there",
            ),
        ],
    )
    def test_who_only_shares_one_thing_is_not(self, act, resident, other):
        unnumbered(act, replace(SATO, **other))
        assert not MatchCandidate.objects.exists()

    def test_two_with_individual_numbers_of_their_own_are_hardly_one(self, act, resident):
        twin = replace(SATO, name="佐藤　翔", name_kana="サトウ　ショウ")
        numbered(act, number="101", serial=2, basics=twin)
        assert not MatchCandidate.objects.exists()

    def test_the_same_basic_items_alone_never_link(self, act, resident):
        double = unnumbered(act, SATO)
        assert double != resident
        assert BusinessNumber.objects.get(number="P1").addressee_id == double
        assert not Merge.objects.exists()

    def test_an_earlier_residence_counts(self, act, resident):
        later = replace(act, at=act.at + timedelta(days=1))
        services.update_basics(
            system=system("001-000"),
            business_number="100",
            basics=replace(SATO, residential_address="札幌市南区真駒内一丁目１番１号"),
            resident_state="1",
            act=later,
        )
        services.match_people(integrated_numbers=[resident], act=later)
        unnumbered(later, replace(SATO, birth_on=date(1975, 3, 12)))
        assert MatchCandidate.objects.get().levels["residence"] == "past"


class TestNewcomersOfMasses:
    def test_are_matched_from_the_feed_and_not_by_the_intake(self, act):
        number_many(act, people=3, code="024-000")
        assert not MatchKey.objects.exists()
        services.match_newcomers(act=act)
        assert MatchKey.objects.count() == 3
        assert MatchReceipt.objects.get().receipt > 0

    def test_are_matched_once(self, act, resident):
        unnumbered(act, SATO)
        while services.match_newcomers(act=act):
            pass
        found = MatchCandidate.objects.get()
        assert services.match_newcomers(act=act) == 0
        assert services.match_people(integrated_numbers=[resident], act=act) == 0
        assert MatchCandidate.objects.get().score == found.score


class TestBulk:
    def test_scores_as_registration_does(self, act, resident):
        unnumbered(act, replace(SATO, birth_on=date(1985, 12, 3)))
        unnumbered(act, replace(SATO, name="山田　健", name_kana="ヤマダ　ケン"), number="P2")
        online = list(MatchCandidate.objects.order_by("pk").values_list("score", "levels"))
        MatchCandidate.objects.all().delete()
        find_candidates(act=act)
        bulk = list(MatchCandidate.objects.order_by("first_id", "second_id"))
        assert len(bulk) == len(online)
        told = {str(levels): score for score, levels in online}
        # How rare a name is, is counted here and estimated there: with few people they lie apart.
        assert {str(one.levels) for one in bulk} == set(told)

    def test_the_same_again_changes_nothing(self, act, resident):
        unnumbered(act, SATO)
        first = find_candidates(act=act)
        again = find_candidates(act=act)
        assert (first.pairs, again.pairs, again.changed) == (1, 1, 0)
        runs = BatchRun.objects.filter(kind="find_candidates")
        # The same words open a run, so one that is done has given them up; each tells how long it took.
        assert {(run.state, run.file_sha256) for run in runs} == {("done", "")}
        assert all(run.ended_at > run.started_at for run in runs)

    def test_goes_on_where_it_was_interrupted(self, act, resident, monkeypatch):
        unnumbered(act, SATO)
        MatchCandidate.objects.all().delete()
        run = BatchRun.objects.create(
            kind="find_candidates",
            file_sha256="find_candidates",
            started_at=act.at,
            checkpoint={"receipt": 0, "done": 1, "chunks": 1},
            counts={"people": 2, "pairs": 7, "changed": 7},
        )
        found = find_candidates(act=act)
        run.refresh_from_db()
        assert (found.pairs, run.state) == (7, "done")
        assert not MatchCandidate.objects.exists()

    def test_few_people_teach_nothing(self, act, resident):
        with pytest.raises(TooFewToLearn):
            train_model(act=act)


class TestModels:
    def test_the_weights_that_come_with_the_release_name_every_level(self, act):
        model = services.current_model(act=act)
        weights = as_numbers(model.weights)
        assert {item.code for item in ITEMS} == set(weights)
        assert all(ELSE in levels for levels in weights.values())
        assert weights["birth"]["same"]["weight"] > weights["birth"]["slip"]["weight"] > 0

    def test_an_earlier_version_can_be_used_again(self, act, clerk):
        first = services.current_model(act=act)
        MatchModel.objects.filter(pk=first.pk).update(is_current=False)
        MatchModel.objects.create(
            version=2,
            is_current=True,
            weights=first.weights,
            prior=first.prior,
            people=1,
            library="",
            trained_at=act.at,
        )
        services.use_model(version=1, act=clerk)
        assert services.current_model(act=act).version == 1

    def test_a_higher_threshold_keeps_fewer(self, act, clerk, resident):
        services.change_thresholds(candidate_from=50, strong_from=55, act=clerk)
        unnumbered(act, SATO)
        assert not MatchCandidate.objects.exists()

    def test_strong_is_not_below_candidate(self, clerk):
        with pytest.raises(InvalidRequest):
            services.change_thresholds(candidate_from=5, strong_from=4, act=clerk)


class TestJudging:
    @pytest.fixture
    def candidate(self, act, resident):
        """Return the doubt about 佐藤 健."""
        unnumbered(act, replace(SATO, birth_on=date(1985, 12, 3)))
        return MatchCandidate.objects.get()

    def test_the_same_person_is_proposed_for_a_merge(self, candidate, clerk):
        merge = services.judge_same(candidate_number=candidate.pk, reason="本人確認", act=clerk)
        candidate.refresh_from_db()
        assert (merge.state, candidate.state) == ("proposed", "proposed")
        assert merge.proposed_by == clerk.staff.staff_number
        assert IntegratedAddressee.objects.filter(state="merged").count() == 0

    def test_different_people_do_not_come_back(self, candidate, clerk, act):
        services.judge_different(candidate_number=candidate.pk, reason="別人", act=clerk)
        services.match_people(integrated_numbers=[candidate.first_id, candidate.second_id], act=act)
        find_candidates(act=act)
        candidate.refresh_from_db()
        assert candidate.state == "different"

    def test_they_come_back_when_something_about_them_changes(self, candidate, clerk, act):
        services.judge_different(candidate_number=candidate.pk, reason="別人", act=clerk)
        services.update_basics(
            system=system("024-000"), business_number="P1", basics=SATO, resident_state="", act=act
        )
        while services.match_newcomers(act=act):
            pass
        candidate.refresh_from_db()
        assert candidate.state == "waiting"

    def test_a_doubt_lapses_when_the_data_are_mended(self, candidate, act):
        services.update_basics(
            system=system("024-000"),
            business_number="P1",
            basics=HANAKO,
            resident_state="",
            act=act,
        )
        while services.match_newcomers(act=act):
            pass
        candidate.refresh_from_db()
        assert candidate.state == "lapsed"

    def test_put_off_says_for_what_it_waits_and_stays_on_the_list(self, candidate, clerk):
        services.put_off(candidate_number=candidate.pk, reason="戸籍の附票を照会中", act=clerk)
        candidate.refresh_from_db()
        assert (candidate.state, candidate.reason) == ("put_off", "戸籍の附票を照会中")
        services.judge_same(candidate_number=candidate.pk, reason="確認済", act=clerk)
        steps = MatchDecision.objects.order_by("pk").values_list("state", flat=True)
        assert list(steps) == ["put_off", "proposed"]

    def test_a_judgement_wants_a_reason_and_a_person(self, candidate, clerk, act):
        with pytest.raises(InvalidRequest):
            services.judge_different(candidate_number=candidate.pk, reason="", act=clerk)
        with pytest.raises(NotPermitted):
            services.judge_different(candidate_number=candidate.pk, reason="別人", act=act)

    def test_a_doubt_is_judged_once(self, candidate, clerk):
        services.judge_different(candidate_number=candidate.pk, reason="別人", act=clerk)
        with pytest.raises(services.JudgedAlready):
            services.judge_same(candidate_number=candidate.pk, reason="同一", act=clerk)

    def test_a_rejected_merge_makes_them_different(self, candidate, clerk, act):
        merge = services.judge_same(candidate_number=candidate.pk, reason="同一", act=clerk)
        services.reject_merge(
            merge_number=merge.pk, reason="別人", act=replace(act, staff=StaffFactory())
        )
        candidate.refresh_from_db()
        assert candidate.state == "different"

    def test_after_a_merge_the_retired_number_is_matched_no_more(self, candidate, clerk, act):
        merge = services.judge_same(candidate_number=candidate.pk, reason="同一", act=clerk)
        services.approve_merge(merge_number=merge.pk, act=replace(act, staff=StaffFactory()))
        while services.match_newcomers(act=act):
            pass
        assert MatchKey.objects.count() == 1
        candidate.refresh_from_db()
        assert candidate.state == "merged"


class TestJudgedBeforeAMerge:
    """佐藤 健 is known twice without 個人番号; his cousin of the same name is another person."""

    COUSIN = replace(SATO, birth_on=date(1985, 3, 13))

    @pytest.fixture
    def double_and_cousin(self, act, clerk, resident):
        """Return the numbers of his double and of the cousin, who are judged 別人."""
        double, cousin = (
            unnumbered(act, basics, number)
            for number, basics in (("P1", SATO), ("P2", self.COUSIN))
        )
        pair = sorted((double, cousin))
        judged = MatchCandidate.objects.get(first=pair[0], second=pair[1])
        services.judge_different(candidate_number=judged.pk, reason="従兄弟", act=clerk)
        return double, cousin

    def merged(self, act, one, other):
        """Merge two."""
        proposed = services.propose_merge(
            addressee=one, other=other, cause="judged", act=replace(act, staff=StaffFactory())
        )
        return services.approve_merge(
            merge_number=proposed.pk, act=replace(act, staff=StaffFactory())
        )

    def state_of(self, one, other):
        """Return how the pair stands."""
        pair = sorted((one, other))
        found = MatchCandidate.objects.get(first=pair[0], second=pair[1])
        return found.state, found.reason

    def test_a_judgement_about_the_retired_number_holds_for_the_survivor(
        self, act, resident, double_and_cousin
    ):
        double, cousin = double_and_cousin
        done = self.merged(act, resident, double)
        assert (done.survivor_id, done.retired_id) == (resident, double)
        while services.match_newcomers(act=act):
            pass
        assert self.state_of(resident, cousin) == ("different", "従兄弟")

    def test_the_undoing_asks_about_the_survivor_again(
        self, act, clerk, resident, double_and_cousin
    ):
        double, cousin = double_and_cousin
        done = self.merged(act, resident, double)
        services.undo_merge(merge_number=done.pk, reason="別人", act=clerk)
        while services.match_newcomers(act=act):
            pass
        assert self.state_of(resident, cousin)[0] == "waiting"
        assert self.state_of(double, cousin) == ("different", "従兄弟")
