"""情報提供: IF_TKY_*; the other organisations ask the city."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lxml import etree

from gateway.simulator import wire
from gateway.simulator.desks.copies import Copies
from gateway.simulator.desks.desk import (
    NUMBERS,
    FileMaker,
    Handler,
    Office,
    Upload,
    iso,
    moment,
    yes,
)
from gateway.simulator.hours import JAPAN
from gateway.simulator.state.provisions import Provision
from gateway.simulator.wire import Refused, Reply, Request


class Provisions:
    """Answers from the copies, or waits for the city where it may not."""

    def __init__(self, office: Office, copies: Copies) -> None:
        self._office = office
        self._state = office.state
        self._copies = copies
        self.interfaces: dict[str, Handler] = {
            "IF_TKY_11312": self._provisions_waiting,
            "IF_TKY_11512": self._provision,
            "IF_TKY_20311": self._answer,
            "IF_TKY_20511": self._permit,
        }
        self.uploads: dict[str, Upload] = {}
        self.fetched: tuple[str, ...] = ()
        self.files: dict[str, FileMaker] = {}

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
        elif not person.no_automatic_answer:
            found = self._copies.items(number, information, now.astimezone(JAPAN).date())
            provision.state, provision.sent_at = "3", at
            provision.result = "01" if found is not None else "02"
            provision.items = found or {}
        told = {slot: getattr(provision, slot) for slot in Provision.__slots__}
        self._state.commit("asked", told=told)
        if provision.result:
            self._state.commit("records", told=[self._provided(provision)])
        return self._state.provisions[provision.provision_id]

    def _provisions_waiting(self, request: Request, now: datetime) -> Reply:
        waiting = [p for p in self._state.provisions.values() if p.state in {"1", "2"}]
        return Reply({}, [wire.record(self._provision_told(p)) for p in waiting[:NUMBERS]])

    def _provision_told(self, provision: Provision) -> dict[str, str]:
        return {
            "ProvisionID": provision.provision_id,
            "IntegratedAddressNumber": provision.number,
            "InquirerOrganizationCode": self._office.masters.asker(provision.item).code,
            "SpecificPersonalInformationCode": provision.information,
            "RequestedAt": iso(moment(provision.asked_at)),
        }

    def _known_provision(self, request: Request) -> Provision:
        provision = self._state.provisions.get(request.said("ProvisionID"))
        if provision is None or provision.state == "5":
            raise Refused("CMN0003")
        return provision

    def _provision(self, request: Request, now: datetime) -> Reply:
        provision = self._known_provision(request)
        asker = self._office.masters.asker(provision.item)
        told = {
            **self._provision_told(provision),
            "InquirerName": asker.name,
            "AffairCode": asker.affair,
            "ProcedureCode": asker.procedure,
            "NonDisclosureCode": yes(provision.withheld),
            "ProvisionState": provision.state,
        }
        today = now.astimezone(JAPAN).date()
        found = self._copies.items(provision.number, provision.information, today)
        return Reply({}, [wire.record(told, wire.items(found or {}))])

    def _answer(self, request: Request, now: datetime) -> Reply:
        provision = self._known_provision(request)
        if provision.state == "3":
            raise Refused("CMN0004")
        result = {"1": "01", "2": "02", "3": "03"}.get(request.said("AnswerType"))
        if result is None:
            raise Refused("CMN0005", "AnswerType")
        attachment = request.attachment
        found = wire.read_items(_child(attachment, "Items")) if result == "01" else {}
        self._state.commit(
            "answer", provision_id=provision.provision_id, result=result, items=found
        )
        return Reply({})

    def _permit(self, request: Request, now: datetime) -> Reply:
        provision = self._known_provision(request)
        if provision.state != "2":
            raise Refused("CMN0004")
        self._state.commit("sent", provision_id=provision.provision_id, at=now.timestamp())
        self._state.commit("records", told=[self._provided(provision)])
        return Reply({})

    def _provided(self, provision: Provision) -> dict[str, Any]:
        asker = self._office.masters.asker(provision.item)
        person = self._state.people.get(provision.number)
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
            "withheld": provision.withheld or (person is not None and person.withheld),
            "record": provision.provision_id,
        }


def _child(element: etree._Element | None, tag: str) -> etree._Element | None:
    return None if element is None else element.find(tag)
