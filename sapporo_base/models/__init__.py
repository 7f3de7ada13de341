"""Tables of the ground floor: staff, systems, legal grounds, records, work and reference data."""

from sapporo_base.models.alarms import Alarm
from sapporo_base.models.batches import BatchRun, RejectedRow
from sapporo_base.models.conversions import ConversionLoss, GoldenExample, UnmappedCode
from sapporo_base.models.law import LegalBasis, PersonalInformationFile
from sapporo_base.models.layouts import (
    CharacterMap,
    CodeEntry,
    CodeTable,
    CodeTableRevision,
    Layout,
)
from sapporo_base.models.records import (
    LinkageRecord,
    LinkageRecordSubject,
    RecordLeaf,
    RecordSeal,
)
from sapporo_base.models.staff import Staff
from sapporo_base.models.systems import AccessToken, BusinessSystem, SystemCredential, UsedAssertion
from sapporo_base.models.work import Heartbeat, OutboxMessage

__all__ = [
    "AccessToken",
    "Alarm",
    "BatchRun",
    "BusinessSystem",
    "CharacterMap",
    "CodeEntry",
    "CodeTable",
    "CodeTableRevision",
    "ConversionLoss",
    "GoldenExample",
    "Heartbeat",
    "Layout",
    "LegalBasis",
    "LinkageRecord",
    "LinkageRecordSubject",
    "OutboxMessage",
    "PersonalInformationFile",
    "RecordLeaf",
    "RecordSeal",
    "RejectedRow",
    "Staff",
    "SystemCredential",
    "UnmappedCode",
    "UsedAssertion",
]
