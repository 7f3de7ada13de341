"""Flags of one 特定個人情報 of a person; those of the person stand with the person."""

from __future__ import annotations

from gateway.simulator.state.people import Person


class FlagsKept:
    """The flags, changed by events."""

    people: dict[str, Person]

    def __init__(self) -> None:
        super().__init__()
        self.information_flags: dict[tuple[str, str], dict[str, bool]] = {}
        self.flag_records: set[str] = set()

    def holds_back(self, number: str, information: str) -> bool:
        """Whether the platform may not answer by itself about this of somebody."""
        person = self.people.get(number)
        flags = self.information_flags.get((number, information), {})
        return bool(person and person.no_automatic_answer) or flags.get(
            "no_automatic_answer", False
        )

    def withholds(self, number: str, information: str) -> bool:
        """Whether what is recorded about this of somebody may not be shown."""
        person = self.people.get(number)
        flags = self.information_flags.get((number, information), {})
        return bool(person and person.withheld) or flags.get("withheld", False)

    def _on_flags_by_record(self, name: str, told: list[list[str]]) -> None:
        for record_id, number, information, setting in told:
            self.flag_records.add(record_id)
            if information:
                flags = self.information_flags.setdefault((number, information), {})
                flags[name] = setting == "1"
            else:
                setattr(self.people[number], name, setting == "1")
