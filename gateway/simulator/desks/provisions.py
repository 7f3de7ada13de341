"""情報提供: IF_TKY_*; the other organisations ask the city."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from lxml import etree

from gateway.simulator import wire
from gateway.simulator.desks.copies import Copies
from gateway.simulator.desks.desk import (
    FILE_RECORDS,
    ONLINE_RECORDS,
    RECORD_ID,
    FileMaker,
    Handler,
    Office,
    Row,
    Upload,
    at_most,
    iso,
    moment,
    yes,
)
from gateway.simulator.hours import JAPAN
from gateway.simulator.state.provisions import Provision
from gateway.simulator.wire import Refused, Reply, Request

_DAY_SECONDS: Final = 86_400


class Provisions:
    """Answers from the copies, or waits for the city where it may not."""

    def __init__(self, office: Office, copies: Copies) -> None:
        self._office = office
        self._state = office.state
        self._copies = copies
        self.interfaces: dict[str, Handler] = {
            "IF_TKY_11312": self._provisions_waiting,
            "IF_TKY_11321": self._waiting_file,
            "IF_TKY_11512": self._provision,
            "IF_TKY_11912": self._provided_content,
            "IF_TKY_20311": self._answer,
            "IF_TKY_20511": self._permit,
        }
        self.uploads: dict[str, Upload] = {
            "IF_TKY_11523": self._ids_file,
            "IF_TKY_11923": self._ids_file,
            "IF_TKY_20323": self._answers_file,
            "IF_TKY_20523": self._permissions_file,
        }
        self.fetched: tuple[str, ...] = (
            "IF_TKY_11334",
            "IF_TKY_11534",
            "IF_TKY_11934",
            "IF_TKY_20334",
            "IF_TKY_20534",
        )
        self.files: dict[str, FileMaker] = {
            "waiting": self._waiting_records,
            "contents": self._content_records,
            "provided": self._provided_records,
        }

    def ask_the_city(
        self, *, item: int, information: str, number: str, withheld: bool, now: datetime
    ) -> Provision:
        """Return what became of an inquiry of another organisation to the city."""
        asker = self._office.masters.asker(item)
        person = self._state.people.get(number)
        at = now.timestamp()
        provision = Provision(
            self._state.new_id(), number, item, information, at, withheld=withheld, state="1"
        )
        if information not in asker.information:
            provision.state, provision.result = "5", "04"
        elif person is None or person.code_status(at) != "3":
            provision.state, provision.result = "5", "03"
        elif not self._state.holds_back(number, information):
            found = self._copies.items(number, information, now.astimezone(JAPAN).date())
            provision.state, provision.sent_at = "3", at
            provision.result = "01" if found is not None else "02"
            provision.items = found or {}
        told = {slot: getattr(provision, slot) for slot in Provision.__slots__}
        self._state.commit("asked", told=told)
        if provision.result:
            self._state.commit("records", told=[self._provided(provision)])
        return self._state.provisions[provision.provision_id]

    def withdraw(self, provision_id: str) -> None:
        """Will take an inquiry of another organisation back, if it still waits."""
        provision = self._state.provisions.get(provision_id)
        if provision is not None and provision.state in {"1", "2"}:
            self._state.commit("withdrawn", provision_id=provision_id)

    def _waiting(self) -> list[Provision]:
        return [p for p in self._state.provisions.values() if p.state in {"1", "2"}]

    def _provisions_waiting(self, request: Request, now: datetime) -> Reply:
        waiting = self._waiting()
        shown = [wire.record(self._provision_told(p)) for p in waiting[:ONLINE_RECORDS]]
        return Reply({"Count": str(len(waiting))}, shown)

    def _waiting_file(self, request: Request, now: datetime) -> Reply:
        return self._office.receipt("IF_TKY_11334", "waiting", None, now)

    def _waiting_records(self, told: None, at: float) -> list[str]:
        return [wire.record(self._provision_told(p)) for p in self._waiting()[:FILE_RECORDS]]

    def _ids_file(self, request: Request, entries: Mapping[str, bytes], now: datetime) -> Reply:
        rows = at_most(request.records, FILE_RECORDS)
        asked = [row.get("ProvisionID", "") for row in rows]
        if request.interface == "IF_TKY_11523":
            return self._office.receipt("IF_TKY_11534", "contents", asked, now)
        return self._office.receipt("IF_TKY_11934", "provided", asked, now)

    def _content_records(self, told: Sequence[str], at: float) -> list[str]:
        return [self._content(p, at) for p in map(self._known, told) if p is not None]

    def _provided_records(self, told: Sequence[str], at: float) -> list[str]:
        return [self._provided_told(p) for p in map(self._known, told) if p is not None]

    def _known(self, provision_id: str) -> Provision | None:
        provision = self._state.provisions.get(provision_id)
        return None if provision is None or provision.state == "5" else provision

    def _provision_told(self, provision: Provision) -> dict[str, str]:
        return {
            "ProvisionID": provision.provision_id,
            "IntegratedAddressNumber": provision.number,
            "InquirerOrganizationCode": self._office.masters.asker(provision.item).code,
            "SpecificPersonalInformationCode": provision.information,
            "RequestedAt": iso(moment(provision.asked_at)),
        }

    def _known_provision(self, request: Request) -> Provision:
        provision = self._known(request.said("ProvisionID"))
        if provision is None:
            raise Refused("CMN0003")
        return provision

    def _provision(self, request: Request, now: datetime) -> Reply:
        return Reply({}, [self._content(self._known_provision(request), now.timestamp())])

    def _content(self, provision: Provision, at: float) -> str:
        asker = self._office.masters.asker(provision.item)
        due_at = provision.asked_at + self._office.settings.answer_due_days * _DAY_SECONDS
        told = {
            **self._provision_told(provision),
            "InquirerName": asker.name,
            "AffairCode": asker.affair,
            "ProcedureCode": asker.procedure,
            "NonDisclosureCode": yes(provision.withheld),
            "ProvisionState": provision.state,
            "AnswerDueAt": iso(moment(due_at)),
        }
        today = moment(at).astimezone(JAPAN).date()
        found = self._copies.items(provision.number, provision.information, today)
        return wire.record(told, wire.items(found or {}))

    def _provided_content(self, request: Request, now: datetime) -> Reply:
        return Reply({}, [self._provided_told(self._known_provision(request))])

    def _provided_told(self, provision: Provision) -> str:
        told = {
            "ProvisionID": provision.provision_id,
            "ProvisionState": provision.state,
            "Result": provision.result,
            "ProvidedAt": iso(moment(provision.sent_at)) if provision.sent_at else "",
        }
        return wire.record(told, wire.items(provision.items))

    def _answer(self, request: Request, now: datetime) -> Reply:
        provision = self._known_provision(request)
        items = _child(request.attachment, "Items")
        self._refuse(self._take_answer(provision, request.said("AnswerType"), items))
        return Reply({})

    def _permit(self, request: Request, now: datetime) -> Reply:
        self._refuse(self._take_permission(self._known_provision(request), now))
        return Reply({})

    def _refuse(self, fate: tuple[str, str]) -> None:
        if fate[0]:
            raise Refused(*fate)

    def _take_answer(
        self, provision: Provision, kind: str, items: etree._Element | None
    ) -> tuple[str, str]:
        if provision.state in {"3", "4"}:
            return "CMN0004", ""
        result = {"1": "01", "2": "02", "3": "03"}.get(kind)
        if result is None:
            return "CMN0005", "AnswerType"
        found = wire.read_items(items) if result == "01" else {}
        self._state.commit(
            "answer", provision_id=provision.provision_id, result=result, items=found
        )
        return "", ""

    def _take_permission(self, provision: Provision, now: datetime) -> tuple[str, str]:
        if provision.state != "2":
            return "CMN0004", ""
        self._state.commit("sent", provision_id=provision.provision_id, at=now.timestamp())
        self._state.commit("records", told=[self._provided(provision)])
        return "", ""

    def _answers_file(self, request: Request, entries: Mapping[str, bytes], now: datetime) -> Reply:
        elements = [] if request.attachment is None else request.attachment.findall("Record")

        def take(place: int, provision: Provision, row: Row) -> tuple[str, str]:
            items = elements[place].find("Items")
            return self._take_answer(provision, row.get("AnswerType", ""), items)

        return self._one_by_one(request, "IF_TKY_20334", now, take)

    def _permissions_file(
        self, request: Request, entries: Mapping[str, bytes], now: datetime
    ) -> Reply:
        return self._one_by_one(
            request,
            "IF_TKY_20534",
            now,
            lambda _, provision, __: self._take_permission(provision, now),
        )

    def _one_by_one(
        self,
        request: Request,
        fetched_by: str,
        now: datetime,
        take: Callable[[int, Provision, Row], tuple[str, str]],
    ) -> Reply:
        fates = []
        for place, row in enumerate(at_most(request.records, FILE_RECORDS)):
            record_id = row.get("RecordIdentificationNumber", "")
            provision = self._known(row.get("ProvisionID", ""))
            if record_id in self._state.provision_records:
                told = ("CMN0001", "")
            elif not RECORD_ID.fullmatch(record_id):
                told = ("CMN0005", "RecordIdentificationNumber")
            elif provision is None:
                told = ("CMN0003", "")
            else:
                told = take(place, provision, row)
            if not told[0]:
                self._state.commit("provision_records", told=[record_id])
            fates.append([record_id, *told])
        return self._office.receipt(fetched_by, "fates", fates, now)

    def _provided(self, provision: Provision) -> dict[str, Any]:
        asker = self._office.masters.asker(provision.item)
        return {
            "side": "2",
            "inquirer": asker.code,
            "provider": self._office.city,
            "number": provision.number,
            "affair": asker.affair,
            "procedure": asker.procedure,
            "information": provision.information,
            "asked_at": provision.asked_at,
            "provided_at": provision.sent_at or None,
            "result": provision.result,
            "items": list(provision.items),
            "withheld": provision.withheld
            or self._state.withholds(provision.number, provision.information),
            "record": provision.provision_id,
        }


def _child(element: etree._Element | None, tag: str) -> etree._Element | None:
    return None if element is None else element.find(tag)
