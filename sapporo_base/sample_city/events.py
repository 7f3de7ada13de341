"""異動: what happens to the people of a block day after day, as rows of `juki_resident` in the order of processing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from sapporo_base.sample_city import rates
from sapporo_base.sample_city.births import Births
from sapporo_base.sample_city.changes import Changes
from sapporo_base.sample_city.moves import Moves
from sapporo_base.sample_city.passing import Chronicle

_MORNING: Final = 9 * 3600


class Days(Births, Moves, Changes):
    """Lets working days pass over a block."""

    def pass_by(self) -> Chronicle:
        """Let all days pass and return what happened."""
        self._numbers_of_newborns()
        acts: dict[str, Callable[[date], None]] = {
            "birth": self._birth, "death": self._death, "move_in": self._move_in, "move_out": self._move_out,
            "move_within": self._move_within, "leave_home": self._leave_home, "split": self._split,
            "merge": self._merge, "new_head": self._new_head, "marriage": self._marriage,
            "new_number": self._new_number, "former_name": self._former_name, "alias": self._alias,
            "reading": self._reading, "mistake": self._mistake, "ex_officio": self._ex_officio,
            "renewal": self._renewal, "protect": self._protect, "protect_end": self._protect_end,
            "resident_record_code": self._resident_record_code,
        }  # fmt: skip
        for index, day in enumerate(self._calendar):
            self._index, self._clock = index, 8 * 3600 + 45 * 60
            for act in self._later.pop(index, []):
                act(day)
            kinds = [
                kind
                for kind in acts
                for _ in range(int(self._rng.poisson(rates.expected(kind, day, len(self._part)))))
            ]
            self._rng.shuffle(kinds)
            for kind in kinds:
                self._clock = _MORNING + int(self._rng.integers(0, 8 * 3600))
                acts[kind](day)
            self.chronicle.residents[day] = self._residents
        return self.chronicle
