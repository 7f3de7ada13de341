"""What the platform does with each message of the city."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from lxml import etree

from gateway.simulator import masters, wire
from gateway.simulator.citizens import Citizens, Question
from gateway.simulator.hours import JAPAN, WeeklyHours
from gateway.simulator.juki_net import JukiNet, SealNotOpened, cause_of_failure
from gateway.simulator.masters import Masters
from gateway.simulator.state import Inquiry, Provision, State
from gateway.simulator.wire import Refused, Reply, Request

_ONLINE_RECORDS: Final = 100
_NUMBERS: Final = 10_000
_FILE_RECORDS: Final = 50_000

# The record of an inquiry: what each item must look like once its padding is off.
_DIGITS_15: Final = re.compile(r"[0-9]{15}")
_INQUIRY: Final = {
    "RecordIdentificationNumber": re.compile(r"[0-9A-Za-z]{1,36}"),
    "NumberSystem": re.compile(r"01"),
    "AddressNumber": re.compile(r"[0-9]{0,15}"),
    "IntegratedAddressNumber": _DIGITS_15,
    "RequestedAt": re.compile(r"[0-9]{17}"),
    "InquirerUnitCode": re.compile(r"[ -~]{0,20}"),
    "InquirerUserID": re.compile(r"[ -~]{0,20}"),
    "InquirerOrganizationCode": re.compile(r"[0-9]{16}"),
    "NonDisclosureCode": re.compile(r"[01]"),
    "AffairCode": re.compile(r"JM[0-9]{14}"),
    "ProcedureCode": re.compile(r"JT[0-9]{14}"),
    "DelegatingInquirerCode": re.compile(r"(?:[0-9]{16})?"),
    "DelegatingProviderCode": re.compile(r"(?:[0-9]{16})?"),
    "ProviderOrganizationCode": re.compile(r"[0-9]{16}"),
    "SpecificPersonalInformationCode": re.compile(r"TM[0-9]{14}"),
    "ConditionType": re.compile(r"[01]"),
    "FiscalYearType": re.compile(r"[01]"),
    "PeriodFrom": re.compile(r"(?:[0-9]{8})?"),
    "PeriodUntil": re.compile(r"(?:[0-9]{8})?"),
}
_WIDTHS: Final = (36, 2, 15, 15, 17, 20, 20, 16, 1, 16, 16, 16, 16, 16, 16, 1, 1, 8, 8)
_COPY_KEY: Final = (
    "IntegratedAddressNumber",
    "SpecificPersonalInformationCode",
    "DataSetIdentificationItemCode",
    "DataSetRecordKey",
    "SPIMajorVersion",
)
_COPY: Final = (
    *_COPY_KEY,
    "PublicationDate",
    "PublishedEndDate",
    "ParentDataSetRecordKey",
    "AdministrativeRegionCode",
    "DuplicateCopyData",
)
_TM: Final = re.compile(r"TM[0-9]{14}")
_ID: Final = _INQUIRY["RecordIdentificationNumber"]

Row = Mapping[str, str]


@dataclass(slots=True)
class Settings:
    """How slow and how unlucky the far end is. Times in seconds."""

    answer_delay: float = 0.5
    code_delay: float = 2.0
    file_delay: float = 0.0
    codes_busy_one_in: int = 500
    codes_nobody_one_in: int = 4000


class Platform:
    """
    The platform. One method an interface; `now` is the moment the message came in.

    :param city: 機関コード that this line belongs to.
    """

    def __init__(
        self,
        state: State,
        citizens: Citizens,
        juki_net: JukiNet,
        *,
        hours: WeeklyHours,
        settings: Settings,
        city: str = masters.SAPPORO,
    ) -> None:
        self.state = state
        self.citizens = citizens
        self.juki_net = juki_net
        self.masters = Masters()
        self.hours = hours
        self.settings = settings
        self.city = city
        self._interfaces: dict[str, Callable[[Request, datetime], Reply]] = {
            "IF_SYM_20212": self._operating_state,
            "IF_FGU_20221": self._numbers,
            "IF_FGU_20234": self._fetch,
            "IF_FGU_20215": self._code_requests,
            "IF_DBM_10111": self._copy_online,
            "IF_DBM_20314": self._fetch,
            "IF_DBM_30112": self._copies_held,
            "IF_DBM_50111": self._flag,
            "IF_DBM_80111": self._flag,
            "IF_DBM_90112": self._flags,
            "IF_SKI_10111": self._inquiries_online,
            "IF_SKI_10134": self._fetch,
            "IF_SKI_10712": self._inquiry_states,
            "IF_SKI_10734": self._fetch,
            "IF_SKI_11112": self._inquiry_results,
            "IF_SKI_11134": self._fetch,
            "IF_SKI_50111": self._cancel,
            "IF_SKI_50412": self._inquiry_states,
            "IF_TKY_11312": self._provisions_waiting,
            "IF_TKY_11512": self._provision,
            "IF_TKY_20311": self._answer,
            "IF_TKY_20511": self._permit,
            "IF_TKM_40124": self._fetch,
        }
        self._uploads: dict[str, Callable[[Request, Mapping[str, bytes], datetime], Reply]] = {
            "IF_DBM_20113": self._copies_file,
            "IF_SKI_10123": self._inquiries_file,
            "IF_SKI_10723": self._ids_file,
            "IF_SKI_11123": self._ids_file,
            "IF_TKM_40113": self._records_file,
        }

    # ------------------------------------------------------------ the door

    def open_at(self, now: datetime) -> tuple[bool, datetime | None, datetime | None]:
        """Return whether it is open, when it closes, when it reopens (None: not known)."""
        told = self.state.operating
        until = datetime.fromisoformat(told["until"]) if told.get("until") else None
        if told and (until is None or now < until):
            if told["is_open"]:
                return True, until, None
            return False, None, until
        change = self.hours.next_change(now)
        if self.hours.is_open(now):
            return True, change, None
        return False, None, change

    def read(
        self, interface: str, content: bytes, *, zipped: bool
    ) -> tuple[Request, dict[str, bytes]]:
        """
        Return a message and, for files, its entries.

        :raises Refused: it cannot be read; there may be no envelope to answer to.
        """
        if not zipped:
            if len(content) > wire.ONLINE_BYTES:
                raise Refused("CMN0006")
            return wire.read_request(interface, content), {}
        entries = wire.unpack(content)
        for name, entry in entries.items():
            if name.endswith(".xml") and "_ATTACH_" not in name:
                return wire.read_request(interface, entry), entries
        raise Refused("CMN0010")

    def handle(self, request: Request, entries: dict[str, bytes], now: datetime) -> Reply:
        """
        Return the answer to a message.

        :raises Refused: as a whole.
        """
        self.state.requests[request.interface] += 1
        if request.sender != self.city:
            raise Refused("CMN0007")
        if request.mode != "1":
            raise Refused("CMN0009")
        if request.interface in self._uploads:
            if not entries:
                raise Refused("CMN0010")
            return self._uploads[request.interface](request, entries, now)
        if request.interface not in self._interfaces:
            raise Refused("CMN0008")
        if entries:
            raise Refused("CMN0010")
        return self._interfaces[request.interface](request, now)

    def _operating_state(self, request: Request, now: datetime) -> Reply:
        is_open, closes_at, reopens_at = self.open_at(now)
        return Reply(
            {
                "OperatingState": "1" if is_open else "2",
                "ClosesAt": _iso(closes_at),
                "ReopensAt": _iso(reopens_at),
            }
        )

    # ------------------------------------------------------------ 番号, 符号

    def _numbers(self, request: Request, now: datetime) -> Reply:
        kind = request.said("Kind")
        numbers = _sane_numbers(request.numbers)
        if kind == "1":
            new = [n for n in numbers if n not in self.state.people]
            if new:
                self.state.commit("numbers", told=new)
            return Reply({}, [_fate("IntegratedAddressNumber", n) for n in numbers])
        if kind == "2":
            gone = [n for n in numbers if n in self.state.people]
            if gone:
                self.state.commit("numbers_gone", told=gone)
            known = set(gone)
            return Reply(
                {},
                [
                    _fate("IntegratedAddressNumber", n, "" if n in known else "CMN0002", n)
                    for n in numbers
                ],
            )
        if kind == "3":
            return self._code_file(numbers, now)
        if kind == "4":
            return self._receipt("IF_FGU_20234", {"states": numbers}, now)
        raise Refused("CMN0005", "Kind")

    def _code_file(self, numbers: Sequence[str], now: datetime) -> Reply:
        wanted, refused = [], []
        for number in numbers:
            person = self.state.people.get(number)
            if person is None:
                refused.append([number, "CMN0002"])
            elif person.code_status(now.timestamp()) in {"2", "3"}:
                refused.append([number, "CMN0004"])
            else:
                wanted.append(number)
        serials = self.state.new_serials(len(wanted))
        pairs = [list(pair) for pair in zip(serials, wanted, strict=True)]
        if pairs:
            self.state.commit("serials", pairs=pairs)
        return self._receipt("IF_FGU_20234", {"requests": pairs, "refused": refused}, now)

    def _code_requests(self, request: Request, now: datetime) -> Reply:
        at = now.timestamp()
        sent: dict[str, list[Any]] = {}
        fates = []
        for row in _at_most(request.records, _NUMBERS):
            serial = row.get("ProcessSerialNumber", "")
            code = self._code_refusal(serial, sent)
            if not code:
                try:
                    number = self.juki_net.open(row.get("SealedIndividualNumber", ""))
                except SealNotOpened:
                    code = "CMN0005"
                else:
                    sent[serial] = self._acquisition(serial, number, at)
            fates.append(_fate("ProcessSerialNumber", serial, code, "SealedIndividualNumber"))
        if sent:
            self.state.commit("codes", told=list(sent.values()))
        return Reply({}, fates)

    def _code_refusal(self, serial: str, sent: Mapping[str, object]) -> str:
        if serial in self.state.used_serials or serial in sent:
            return "CMN0001"
        return "" if serial in self.state.serials else "CMN0003"

    def _acquisition(self, serial: str, individual_number: str, at: float) -> list[Any]:
        person = self.state.people.get(self.state.serials[serial])
        cause = cause_of_failure(
            individual_number,
            person.attempts + 1 if person else 1,
            busy_one_in=self.settings.codes_busy_one_in,
            nobody_one_in=self.settings.codes_nobody_one_in,
        )
        mark = None if cause else self.citizens.who(individual_number)
        delay = self.settings.code_delay * (0.5 + _spread(serial))
        return [serial, at + delay, cause, mark]

    def _flag(self, request: Request, now: datetime) -> Reply:
        name = "no_automatic_answer" if request.interface == "IF_DBM_50111" else "withheld"
        on = {"1": True, "2": False}.get(request.said("SettingType"))
        if on is None:
            raise Refused("CMN0005", "SettingType")
        numbers = _sane_numbers(request.numbers)
        known = [n for n in numbers if n in self.state.people]
        if known:
            self.state.commit("flags", name=name, on=on, told=known)
        return Reply(
            {},
            [
                _fate(
                    "IntegratedAddressNumber",
                    n,
                    "" if n in self.state.people else "CMN0002",
                    n,
                )
                for n in numbers
            ],
        )

    def _flags(self, request: Request, now: datetime) -> Reply:
        people = [(n, self.state.people.get(n)) for n in _sane_numbers(request.numbers)]
        return Reply(
            {},
            [
                wire.record(
                    {
                        "IntegratedAddressNumber": number,
                        "NoAutomaticAnswer": _yes(person.no_automatic_answer),
                        "NonDisclosure": _yes(person.withheld),
                    }
                )
                for number, person in people
                if person is not None
            ],
        )

    # ------------------------------------------------------------ 副本

    def _copy_online(self, request: Request, now: datetime) -> Reply:
        if len(request.records) != 1:
            raise Refused("CMN0006")
        fates = self._take_copies([("1", request.records[0])])
        return Reply({}, [_fate("RecordIdentificationNumber", *fate) for fate in fates])

    def _copies_file(self, request: Request, entries: Mapping[str, bytes], now: datetime) -> Reply:
        rows: list[tuple[str, Row]] = []
        for name, content in entries.items():
            if "_ATTACH_" not in name:
                continue
            attachment = wire.parse(content)
            segment = attachment.findtext("SegmentOfRegistrationDelete") or ""
            if attachment.tag != "Attachment" or segment not in {"1", "2"}:
                raise Refused("CMN0010")
            rows += [(segment, row) for row in wire.records_of(attachment)]
        _at_most(rows, _FILE_RECORDS)
        return self._receipt("IF_DBM_20314", {"fates": self._take_copies(rows)}, now)

    def _take_copies(self, rows: Sequence[tuple[str, Row]]) -> list[list[str]]:
        kept, gone, fates = [], [], []
        seen: set[str] = set()
        for segment, row in rows:
            record_id = row.get("RecordIdentificationNumber", "")
            names = _COPY if segment == "1" else _COPY_KEY
            code, about = self._copy_refusal(record_id, row, names, seen)
            fates.append([record_id, code, about])
            seen.add(record_id)
            if not code:
                (kept if segment == "1" else gone).append([record_id, *(row[n] for n in names)])
        if kept:
            self.state.commit("copies", told=kept)
        if gone:
            self.state.commit("copies_gone", told=gone)
        return fates

    def _copy_refusal(
        self, record_id: str, row: Row, names: Iterable[str], seen: set[str]
    ) -> tuple[str, str]:
        if not _ID.fullmatch(record_id):
            return "CMN0005", "RecordIdentificationNumber"
        if record_id in seen or record_id in self.state.copy_records:
            return "CMN0001", ""
        for name in names:
            if name not in row:
                return "CMN0005", name
        if not _TM.fullmatch(row["SpecificPersonalInformationCode"]):
            return "CMN0005", "SpecificPersonalInformationCode"
        if row["IntegratedAddressNumber"] not in self.state.people:
            return "CMN0002", row["IntegratedAddressNumber"]
        if "PublicationDate" in names:
            return _bad_copy_content(row)
        return "", ""

    def _copies_held(self, request: Request, now: datetime) -> Reply:
        holdings = self.state.holdings[request.said("SpecificPersonalInformationCode")]
        bucket = request.said("Bucket")
        if not bucket:
            whole = holdings.whole
            records = [
                wire.record({"Count": str(t.count), "Digest": t.digest, "Bucket": name})
                for name, t in sorted(holdings.buckets.items())
                if t.count
            ]
        else:
            whole = holdings.buckets[bucket]
            records = [
                wire.record(
                    {
                        "IntegratedAddressNumber": number,
                        "DataSetIdentificationItemCode": copy.dataset,
                        "DataSetRecordKey": copy.key,
                        "SPIMajorVersion": copy.version,
                        "Digest": copy.digest.hex(),
                    }
                )
                for number, copies in holdings.by_number.items()
                if number.endswith(bucket)
                for copy in copies.values()
            ]
        return Reply({"Count": str(whole.count), "Digest": whole.digest}, records)

    def copy_items(self, number: str, information: str, on: date) -> dict[str, Any] | None:
        """Return what the copies of somebody answer on a day, None if there is none."""
        today = on.isoformat()
        found: dict[str, Any] = {}
        copies = self.state.holdings[information].by_number.get(number, {})
        # A newer layout version of a record stands for the older ones.
        for _, copy in sorted(copies.items()):
            if copy.published_from <= today <= copy.published_until:
                for name, value in wire.items_of_copy(copy.data).items():
                    if isinstance(value, list):
                        found.setdefault(name, []).extend(value)
                    else:
                        found[name] = value
        return found or None

    # ------------------------------------------------------------ 情報照会

    def _inquiries_online(self, request: Request, now: datetime) -> Reply:
        rows = _at_most(request.records, _ONLINE_RECORDS)
        fates = self._take_inquiries(rows, now)
        return Reply({}, [_fate("RecordIdentificationNumber", *fate) for fate in fates])

    def _inquiries_file(
        self, request: Request, entries: Mapping[str, bytes], now: datetime
    ) -> Reply:
        rows: list[Row] = []
        for name, content in entries.items():
            if name.endswith(".DAT"):
                rows += _fixed_rows(content)
        fates = self._take_inquiries(_at_most(rows, _FILE_RECORDS), now)
        return self._receipt("IF_SKI_10134", {"fates": fates}, now)

    def _take_inquiries(self, rows: Sequence[Row], now: datetime) -> list[list[str]]:
        at = now.timestamp()
        taken: dict[str, list[Any]] = {}
        fates, refused = [], []
        for row in rows:
            record_id = row.get("RecordIdentificationNumber", "")
            code, about = self._inquiry_refusal(record_id, row, taken, at)
            fates.append([record_id, code, about])
            if code == "SKI0102":
                refused.append(self._exchange(record_id, row, at, None, "04", ()))
            if code:
                continue
            person = self.state.people[row["IntegratedAddressNumber"]]
            normal_at = at + self.settings.answer_delay * (0.5 + _spread(record_id))
            held = self.citizens.held_seconds(person.known_elsewhere_as)
            taken[record_id] = [record_id, normal_at, normal_at + held, dict(row)]
        if taken:
            self.state.commit("inquiries", at=at, told=list(taken.values()))
        if refused:
            self.state.commit("records", told=refused)
        return fates

    def _inquiry_refusal(
        self, record_id: str, row: Row, taken: Mapping[str, object], at: float
    ) -> tuple[str, str]:
        for name, form in _INQUIRY.items():
            if not form.fullmatch(row.get(name, "")):
                return "CMN0005", name
        if record_id in taken or record_id in self.state.inquiries:
            return "CMN0001", ""
        if row["InquirerOrganizationCode"] != self.city:
            return "CMN0007", ""
        number = row["IntegratedAddressNumber"]
        person = self.state.people.get(number)
        if person is None:
            return "CMN0002", number
        if person.code_status(at) != "3":
            return "SKI0101", number
        information = row["SpecificPersonalInformationCode"]
        if not self.masters.city_may_ask(
            row["AffairCode"], row["ProcedureCode"], information, row["ProviderOrganizationCode"]
        ):
            return "SKI0102", information
        return "", ""

    def _ids_file(self, request: Request, entries: Mapping[str, bytes], now: datetime) -> Reply:
        ids = [row.get("RecordIdentificationNumber", "") for row in request.records]
        _at_most(ids, _FILE_RECORDS)
        if request.interface == "IF_SKI_10723":
            return self._receipt("IF_SKI_10734", {"inquiry_states": ids}, now)
        return self._receipt("IF_SKI_11134", {"inquiry_results": ids}, now)

    def _inquiry_states(self, request: Request, now: datetime) -> Reply:
        return Reply({}, self._state_records(_ids(request), now.timestamp()))

    def _state_records(self, ids: Iterable[str], at: float) -> list[str]:
        return [
            wire.record({"RecordIdentificationNumber": record_id, **self._standing(record_id, at)})
            for record_id in ids
        ]

    def _inquiry_results(self, request: Request, now: datetime) -> Reply:
        return Reply({}, self._result_records(_ids(request), now.timestamp()))

    def _result_records(self, ids: Iterable[str], at: float) -> list[str]:
        records = []
        for record_id in ids:
            told = {"RecordIdentificationNumber": record_id, **self._standing(record_id, at)}
            inquiry = self.state.inquiries.get(record_id)
            told["ProviderOrganizationCode"] = (
                inquiry.told["ProviderOrganizationCode"] if inquiry else masters.PLATFORM
            )
            done = told["DetailStatus"] == "09" and inquiry is not None
            told["ProvidedAt"] = _iso(_moment(inquiry.ready_at)) if done and inquiry else ""
            found = self._provider_items(inquiry) if done and inquiry else None
            records.append(wire.record(told, wire.items(found or {})))
        return records

    def _standing(self, record_id: str, at: float) -> dict[str, str]:
        inquiry = self.state.inquiries.get(record_id)
        code, name = "", "00"
        if inquiry is None:
            detail, code = "90", "CMN0003"
        elif inquiry.cancelled:
            detail = "08"
        elif at < inquiry.normal_at:
            early = at - inquiry.accepted_at < (inquiry.normal_at - inquiry.accepted_at) / 5
            detail = "01" if early else "02"
        elif at < inquiry.ready_at:
            detail = "03"
        else:
            detail = "09"
            name = "01" if self._provider_items(inquiry) is not None else "02"
        return {
            "ResultCode": code,
            "ResultMessage": masters.message(code),
            "DetailStatus": detail,
            "NameStatus": name,
        }

    def _provider_items(self, inquiry: Inquiry) -> Mapping[str, Any] | None:
        told = inquiry.told
        person = self.state.people.get(told["IntegratedAddressNumber"])
        by_year = told["FiscalYearType"] == "1" and told["PeriodFrom"]
        question = Question(
            information=told["SpecificPersonalInformationCode"],
            provider=told["ProviderOrganizationCode"],
            tax_year=int(told["PeriodFrom"][:4]) if by_year else None,
            period_from=told["PeriodFrom"],
            period_until=told["PeriodUntil"],
        )
        return self.citizens.answer(person.known_elsewhere_as if person else None, question)

    def _cancel(self, request: Request, now: datetime) -> Reply:
        at = now.timestamp()
        fates, cancelled = [], []
        for record_id in _ids(request):
            inquiry = self.state.inquiries.get(record_id)
            if inquiry is None:
                code = "CMN0003"
            elif at >= inquiry.ready_at and not inquiry.cancelled:
                code = "CMN0004"
            else:
                code = ""
                if not inquiry.cancelled:
                    cancelled.append(record_id)
            fates.append(_fate("RecordIdentificationNumber", record_id, code))
        if cancelled:
            self.state.commit("cancelled", told=cancelled)
            self.state.commit(
                "records",
                told=[
                    self._exchange(r, self.state.inquiries[r].told, at, None, "05", ())
                    for r in dict.fromkeys(cancelled)
                ],
            )
        return Reply({}, fates)

    # ------------------------------------------------------------ 情報提供

    def ask_the_city(
        self, *, item: int, information: str, number: str, withheld: bool, now: datetime
    ) -> Provision:
        """Return what became of an inquiry of another organisation about one of the city's people."""
        asker = self.masters.asker(item)
        person = self.state.people.get(number)
        at = now.timestamp()
        provision = Provision(
            self.state.new_id(), number, item, information, at, withheld=withheld, state="1"
        )
        if information not in asker.information:
            provision.state, provision.result = "5", "04"
        elif person is None or person.code_status(at) != "3":
            provision.state, provision.result = "5", "03"
        elif not person.no_automatic_answer:
            found = self.copy_items(number, information, now.astimezone(JAPAN).date())
            provision.state, provision.sent_at = "3", at
            provision.result = "01" if found is not None else "02"
            provision.items = found or {}
        told = {slot: getattr(provision, slot) for slot in Provision.__slots__}
        self.state.commit("asked", told=told)
        if provision.result:
            self.state.commit("records", told=[self._provided(provision)])
        return self.state.provisions[provision.provision_id]

    def _provisions_waiting(self, request: Request, now: datetime) -> Reply:
        waiting = [p for p in self.state.provisions.values() if p.state in {"1", "2"}]
        return Reply({}, [wire.record(self._provision_told(p)) for p in waiting[:_NUMBERS]])

    def _provision_told(self, provision: Provision) -> dict[str, str]:
        return {
            "ProvisionID": provision.provision_id,
            "IntegratedAddressNumber": provision.number,
            "InquirerOrganizationCode": self.masters.asker(provision.item).code,
            "SpecificPersonalInformationCode": provision.information,
            "RequestedAt": _iso(_moment(provision.asked_at)),
        }

    def _known_provision(self, request: Request) -> Provision:
        provision = self.state.provisions.get(request.said("ProvisionID"))
        if provision is None or provision.state == "5":
            raise Refused("CMN0003")
        return provision

    def _provision(self, request: Request, now: datetime) -> Reply:
        provision = self._known_provision(request)
        asker = self.masters.asker(provision.item)
        told = {
            **self._provision_told(provision),
            "InquirerName": asker.name,
            "AffairCode": asker.affair,
            "ProcedureCode": asker.procedure,
            "NonDisclosureCode": _yes(provision.withheld),
            "ProvisionState": provision.state,
        }
        today = now.astimezone(JAPAN).date()
        found = self.copy_items(provision.number, provision.information, today)
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
        self.state.commit("answer", provision_id=provision.provision_id, result=result, items=found)
        return Reply({})

    def _permit(self, request: Request, now: datetime) -> Reply:
        provision = self._known_provision(request)
        if provision.state != "2":
            raise Refused("CMN0004")
        self.state.commit("sent", provision_id=provision.provision_id, at=now.timestamp())
        self.state.commit("records", told=[self._provided(provision)])
        return Reply({})

    # ------------------------------------------------------------ 情報提供等記録

    def settle(self, now: datetime) -> None:
        """Will record the inquiries of the city that were answered since (番号法第23条)."""
        told = []
        for inquiry in self.state.settle(now.timestamp()):
            found = self._provider_items(inquiry)
            result = "01" if found is not None else "02"
            told.append(
                self._exchange(
                    inquiry.record_id,
                    inquiry.told,
                    inquiry.accepted_at,
                    inquiry.ready_at,
                    result,
                    tuple(found or ()),
                )
            )
        if told:
            self.state.commit("records", told=told)

    def _records_file(self, request: Request, entries: Mapping[str, bytes], now: datetime) -> Reply:
        after = request.said("AfterSequence")
        if not after.isdigit():
            raise Refused("CMN0005", "AfterSequence")
        self.settle(now)
        return self._receipt("IF_TKM_40124", {"records_after": int(after)}, now)

    def _exchange(
        self,
        record_id: str,
        row: Row,
        asked_at: float,
        provided_at: float | None,
        result: str,
        names: Sequence[str],
    ) -> dict[str, Any]:
        return {
            "side": "1",
            "inquirer": self.city,
            "provider": row["ProviderOrganizationCode"],
            "number": row["IntegratedAddressNumber"],
            "affair": row["AffairCode"],
            "procedure": row["ProcedureCode"],
            "information": row["SpecificPersonalInformationCode"],
            "asked_at": asked_at,
            "provided_at": provided_at,
            "result": result,
            "items": list(names),
            "withheld": row["NonDisclosureCode"] == "1",
            "record": record_id,
        }

    def _provided(self, provision: Provision) -> dict[str, Any]:
        asker = self.masters.asker(provision.item)
        person = self.state.people.get(provision.number)
        return {
            "side": "2",
            "inquirer": asker.code,
            "provider": self.city,
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

    def _exchange_records(self, after: int) -> list[str]:
        shown = []
        for sequence, told in enumerate(self.state.records[after:][:_FILE_RECORDS], after + 1):
            texts = {
                "SequenceNumber": str(sequence),
                "Side": told["side"],
                "InquirerOrganizationCode": told["inquirer"],
                "ProviderOrganizationCode": told["provider"],
                "IntegratedAddressNumber": told["number"],
                "AffairCode": told["affair"],
                "ProcedureCode": told["procedure"],
                "SpecificPersonalInformationCode": told["information"],
                "RequestedAt": _iso(_moment(told["asked_at"])),
                "ProvidedAt": _iso(_moment(told["provided_at"])) if told["provided_at"] else "",
                "Result": told["result"],
                "NonDisclosureCode": _yes(told["withheld"]),
                "RecordIdentificationNumber": told["record"],
            }
            shown.append(wire.record(texts, wire.names(told["items"])))
        return shown

    # ------------------------------------------------------------ files to fetch

    def _receipt(self, fetched_by: str, told: dict[str, Any], now: datetime) -> Reply:
        ready_at = now.timestamp() + self.settings.file_delay
        return Reply({"ReceiptNumber": self.state.new_receipt(fetched_by, ready_at, told)})

    def _fetch(self, request: Request, now: datetime) -> Reply:
        receipt = self.state.receipts.get(request.said("ReceiptNumber"))
        if receipt is None or receipt.fetched_by != request.interface:
            raise Refused("CMN0003")
        at = now.timestamp()
        if at < receipt.ready_at:
            return Reply({}, code="SYS0100")
        told = receipt.told
        body = {}
        if request.interface == "IF_FGU_20234":
            body = {"SealingKey": self.juki_net.public_key}
        if "fates" in told:
            records = [_fate("RecordIdentificationNumber", *fate) for fate in told["fates"]]
        elif "requests" in told:
            records = _code_records(told["requests"], told["refused"])
        elif "states" in told:
            records = [self._code_state(number, at) for number in told["states"]]
        elif "inquiry_states" in told:
            records = self._state_records(told["inquiry_states"], at)
        elif "inquiry_results" in told:
            records = self._result_records(told["inquiry_results"], at)
        else:
            records = self._exchange_records(told["records_after"])
        return Reply(body, records, as_file=True)

    def _code_state(self, number: str, at: float) -> str:
        person = self.state.people.get(number)
        status = person.code_status(at) if person else "9"
        cause = person.cause if person and status == "4" else ""
        return wire.record(
            {"IntegratedAddressNumber": number, "CodeStatus": status, "Cause": cause}
        )


def _fate(name: str, key: str, code: str = "", about: str = "") -> str:
    return wire.record(
        {name: key, "ResultCode": code, "ResultMessage": masters.message(code, about)}
    )


def _code_records(requests: Sequence[Sequence[str]], refused: Sequence[Sequence[str]]) -> list[str]:
    granted = [
        wire.record(
            {
                "IntegratedAddressNumber": number,
                "ProcessSerialNumber": serial,
                "ResultCode": "",
                "ResultMessage": "",
            }
        )
        for serial, number in requests
    ]
    return granted + [
        wire.record(
            {
                "IntegratedAddressNumber": number,
                "ProcessSerialNumber": "",
                "ResultCode": code,
                "ResultMessage": masters.message(code, number),
            }
        )
        for number, code in refused
    ]


def _bad_copy_content(row: Row) -> tuple[str, str]:
    for name in ("PublicationDate", "PublishedEndDate"):
        try:
            date.fromisoformat(row[name])
        except ValueError:
            return "CMN0005", name
    if row["PublicationDate"] > row["PublishedEndDate"]:
        return "CMN0005", "PublishedEndDate"
    try:
        wire.parse(row["DuplicateCopyData"].encode())
    except Refused:
        return "CMN0005", "DuplicateCopyData"
    return "", ""


def _fixed_rows(content: bytes) -> list[Row]:
    try:
        lines = content.decode("ascii").split("\r\n")
    except UnicodeDecodeError:
        raise Refused("CMN0010") from None
    if lines.pop() != "":
        raise Refused("CMN0010")
    rows = []
    for line in lines:
        texts = line.split(",")
        if [len(text) for text in texts] != list(_WIDTHS):
            raise Refused("CMN0010")
        rows.append({name: text.rstrip(" ") for name, text in zip(_INQUIRY, texts, strict=True)})
    return rows


def _ids(request: Request) -> list[str]:
    rows = _at_most(request.records, _ONLINE_RECORDS)
    return [row.get("RecordIdentificationNumber", "") for row in rows]


def _sane_numbers(numbers: Sequence[str]) -> Sequence[str]:
    if not all(_DIGITS_15.fullmatch(number) for number in _at_most(numbers, _NUMBERS)):
        raise Refused("CMN0005", "IntegratedAddressNumber")
    return list(dict.fromkeys(numbers))


def _at_most(rows: Sequence[Any], most: int) -> Sequence[Any]:
    if not 0 < len(rows) <= most:
        raise Refused("CMN0006")
    return rows


def _child(element: etree._Element | None, tag: str) -> etree._Element | None:
    return None if element is None else element.find(tag)


def _spread(key: str) -> float:
    """Return 0 to 1, the same for the same key: answers come at different times."""
    return zlib.crc32(key.encode()) / 0xFFFFFFFF


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _iso(at: datetime | None) -> str:
    if at is None:
        return ""
    return (at + timedelta(0)).astimezone(JAPAN).isoformat(timespec="milliseconds")


def _yes(flag: bool) -> str:  # noqa: FBT001 - one flag, told as the wire tells it
    return "1" if flag else "0"
