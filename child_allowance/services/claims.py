"""One round of the work on claims: answers in, facts judged, questions out."""

from dataclasses import dataclass

from child_allowance.services.facts import (
    gather_facts,
    inquire_missing_facts,
    receive_inquiry_results,
)
from sapporo_base.acts import Act


@dataclass(frozen=True)
class WorkedOnClaims:
    """What a round did, in claims and in questions."""

    looked_at: int
    ready: int
    under_examination: int
    asked: int
    answered: int


def work_on_claims(*, act: Act) -> WorkedOnClaims:
    """
    Read the answers that came, judge what can be judged, ask what is missing.

    Each step is a transaction of its own; stopped anywhere, the next round goes on from there.
    """
    answered = 0
    while received := receive_inquiry_results(act=act):
        answered += received
    looked_at = ready = examined = 0
    while (found := gather_facts(act=act)).looked_at:
        looked_at += found.looked_at
        ready += found.ready
        examined += found.under_examination
    asked = 0
    while (sent := inquire_missing_facts(act=act)).asked + sent.refused:
        asked += sent.asked
    return WorkedOnClaims(looked_at, ready, examined, asked, answered)
