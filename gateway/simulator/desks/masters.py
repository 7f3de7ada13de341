"""マスター更新情報: IF_SCM_30112."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.simulator import wire
from gateway.simulator.desks.desk import ONLINE_RECORDS, FileMaker, Handler, Office, Upload
from gateway.simulator.wire import Refused, Reply, Request

FIELDS: Final = (
    "MasterType",
    "ChangeType",
    "ValidFrom",
    "ValidUntil",
    "TableCode",
    "Code",
    "Name",
    "AffairCode",
    "ProcedureCode",
    "SpecificPersonalInformationCode",
    "InquirerOrganizationCode",
    "ProviderOrganizationCode",
)


class MasterChanges:
    """Tells the masters as they stand first, and every change after that."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._state = office.state
        self.interfaces: dict[str, Handler] = {"IF_SCM_30112": self._updates}
        self.uploads: dict[str, Upload] = {}
        self.fetched: tuple[str, ...] = ()
        self.files: dict[str, FileMaker] = {}

    def _updates(self, request: Request, now: datetime) -> Reply:
        after = request.said("AfterSequence")
        if not after.isdigit():
            raise Refused("CMN0005", "AfterSequence")
        told = [*self._office.masters.as_updates(self._office.city), *self._state.master_changes]
        some = told[int(after) :][:ONLINE_RECORDS]
        return Reply(
            {},
            [
                wire.record(
                    {
                        "SequenceNumber": str(sequence),
                        **{name: row.get(name, "") for name in FIELDS},
                    }
                )
                for sequence, row in enumerate(some, start=int(after) + 1)
            ],
        )
