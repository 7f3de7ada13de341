"""年齢到達: the months from which a child's age alone changes what is due."""

from dataclasses import dataclass
from datetime import date

from child_allowance.rules.amounts import Stage, stage_of
from child_allowance.rules.months import Month


@dataclass(frozen=True)
class Milestone:
    """From `month` on a child stands at `stage`, where it stood at `before` the month earlier."""

    month: Month
    before: Stage
    stage: Stage


def milestones_between(birth: date, start: Month, end: Month) -> list[Milestone]:
    """Return how the stage of a child changes from `start` up to, and without, `end`."""
    found = []
    before = stage_of(birth, start)
    for month in start.plus(1).until(end):
        stage = stage_of(birth, month)
        if stage is not before:
            found.append(Milestone(month, before, stage))
        before = stage
    return found
