"""自己情報提供: IF_JTK_*; people look at their own data through マイナポータル."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from gateway.simulator import masters, wire
from gateway.simulator.desks.copies import Copies
from gateway.simulator.desks.desk import (
    FILE_RECORDS,
    ONLINE_RECORDS,
    FileMaker,
    Handler,
    Office,
    Upload,
    at_most,
    ids,
    iso,
    moment,
)
from gateway.simulator.hours import JAPAN
from gateway.simulator.state.disclosures import Disclosure
from gateway.simulator.wire import Refused, Reply, Request


class Disclosures:
    """Answers people from the copies, and tells the city what it answered."""

    def __init__(self, office: Office, copies: Copies) -> None:
        self._office = office
        self._state = office.state
        self._copies = copies
        self.interfaces: dict[str, Handler] = {
            "IF_JTK_10112": self._states,
            "IF_JTK_10121": self._states_file,
            "IF_JTK_10212": self._contents,
        }
        self.uploads: dict[str, Upload] = {"IF_JTK_10223": self._contents_file}
        self.fetched: tuple[str, ...] = ("IF_JTK_10134", "IF_JTK_10234")
        self.files: dict[str, FileMaker] = {
            "disclosures": self._state_records,
            "disclosed": self._content_records,
        }

    def asked_by_the_person(self, number: str, information: str, now: datetime) -> Disclosure:
        """Return what a person was shown who asked for their own data."""
        person = self._state.people.get(number)
        found = self._copies.items(number, information, now.astimezone(JAPAN).date())
        if person is not None and person.withheld:
            result = "03"
        elif person is not None and person.no_automatic_answer:
            result = "04"
        else:
            result = "01" if found is not None else "02"
        shown = found if result == "01" and found is not None else {}
        at = now.timestamp()
        disclosure = Disclosure(
            f"J{len(self._state.disclosures) + 1:015d}",
            number,
            information,
            at,
            at if result in {"01", "02"} else 0.0,
            result,
            dict(shown),
        )
        self._state.commit("disclosed", told=asdict(disclosure))
        return disclosure

    def _states(self, request: Request, now: datetime) -> Reply:
        return Reply({}, self._state_records(_after(request), now.timestamp())[:ONLINE_RECORDS])

    def _states_file(self, request: Request, now: datetime) -> Reply:
        return self._office.receipt("IF_JTK_10134", "disclosures", _after(request), now)

    def _state_records(self, after: int, at: float) -> list[str]:
        some = self._state.disclosures[after : after + FILE_RECORDS]
        return [
            wire.record(
                {
                    "SequenceNumber": str(sequence),
                    "RecordIdentificationNumber": one.disclosure_id,
                    "IntegratedAddressNumber": one.number,
                    "SpecificPersonalInformationCode": one.information,
                    "RequestedAt": iso(moment(one.asked_at)),
                    "ProvidedAt": iso(moment(one.provided_at)) if one.provided_at else "",
                    "Result": one.result,
                }
            )
            for sequence, one in enumerate(some, start=after + 1)
        ]

    def _contents(self, request: Request, now: datetime) -> Reply:
        return Reply({}, self._content_records(ids(request), now.timestamp()))

    def _contents_file(
        self, request: Request, entries: Mapping[str, bytes], now: datetime
    ) -> Reply:
        record_ids = [row.get("RecordIdentificationNumber", "") for row in request.records]
        at_most(record_ids, FILE_RECORDS)
        return self._office.receipt("IF_JTK_10234", "disclosed", record_ids, now)

    def _content_records(self, record_ids: Iterable[str], at: float) -> list[str]:
        records = []
        for record_id in dict.fromkeys(record_ids):
            one = self._state.disclosure_by_id.get(record_id)
            code = "" if one else "CMN0003"
            told = {
                "RecordIdentificationNumber": record_id,
                "ResultCode": code,
                "ResultMessage": masters.message(code),
            }
            records.append(wire.record(told, wire.items(one.items if one else {})))
        return records


def _after(request: Request) -> int:
    after = request.said("AfterSequence")
    if not after.isdigit():
        raise Refused("CMN0005", "AfterSequence")
    return int(after)
