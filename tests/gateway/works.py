"""Each kind of work with the platform, as the tests of faults begin it, carry it on and prove it done once."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gateway import services, tasks
from gateway.models import Copy, Exchange, Inquiry, PlatformNumber, Provision
from integrated_address import services as addressee_services
from tests.factories import StaffFactory, system
from tests.gateway.far_end import FarEnd
from tests.gateway.flows import accept, asked, copy, forward, now_act
from tests.integrated_address.factories import numbered

ROUNDS = 60


@dataclass
class Work:
    """One piece of work about a person: what it is made of, and how it ends."""

    far_end: FarEnd
    clock: Any
    person: str
    name = ""
    interfaces = ""
    """The interfaces over which it goes, as a pattern of the simulator."""

    def begin(self) -> None:
        """Have the city want it."""
        raise NotImplementedError

    def is_done(self) -> bool:
        raise NotImplementedError

    def is_there_once(self) -> None:
        """Insist, by the far end's journal, that it had its effect there, and had it once."""
        raise NotImplementedError

    def round(self) -> None:
        """Let the workers go round once, as the scheduler has them."""
        tasks.read_feeds()
        tasks.work_interactive()
        tasks.work_bulk()

    def finish(self, *, mended: bool = True) -> None:
        """
        Let time pass until it is done, and insist on both ends.

        :param mended: the far end behaves again; else it goes on as it is.
        """
        if mended:
            self.far_end.control("faults", clear=True)
        for _ in range(ROUNDS):
            if self.is_done():
                break
            self.clock.shift(timedelta(seconds=30))
            tasks.check_platform()
            self.round()
        stuck = Exchange.objects.exclude(state="done").values_list("work", "state", "last_error")
        assert self.is_done(), f"{self.name} is not done: {list(stuck)}"
        assert not stuck
        self.is_there_once()

    def _once(self, kind: str, ids: list[str]) -> None:
        taken = Counter(record[0] for event in self.far_end.told(kind) for record in event["told"])
        assert {one: taken[one] for one in ids} == dict.fromkeys(ids, 1)
        assert sum(taken.values()) == len(ids)


class OneInquiry(Work):
    """情報照会 of somebody who waits at the counter."""

    name, interfaces, lane, count = "inquiry", "IF_SKI_*", "interactive", 1

    def begin(self) -> None:
        accept(*(asked(f"k{n}", lane=self.lane) for n in range(self.count)))

    def is_done(self) -> bool:
        return not Inquiry.objects.exclude(state="answered").exists()

    def is_there_once(self) -> None:
        self._once("inquiries", list(Inquiry.objects.values_list("record_id", flat=True)))
        given = services.inquiry_results(
            system=system("027-000"), receipt=0, limit=100, act=now_act()
        ).results
        assert [one.items["総所得金額等"] for one in given] == ["5200000"] * self.count


class ManyInquiries(OneInquiry):
    """情報照会 by file."""

    name, lane, count = "inquiries by file", "batch", 3


class CopiesByFile(Work):
    """副本: several go as a file."""

    name, interfaces, keys = "copies by file", "IF_DBM_*", ("2026-11", "2026-12")

    def begin(self) -> None:
        forward(*(copy(key=key) for key in self.keys))

    def is_done(self) -> bool:
        return not Copy.objects.exclude(state="forwarded").exists()

    def is_there_once(self) -> None:
        # Sent again under a new id it replaces itself: what counts is what the platform holds.
        held = self.far_end.state()["copies"]
        assert [one["count"] for one in held.values()] == [len(self.keys)]
        (code,) = held
        assert tasks.reconcile_copies(code)["is_equal"]


class OneCopy(CopiesByFile):
    """副本: one by itself goes online."""

    name, keys = "copy online", ("2026-12",)


class Code(Work):
    """符号取得 of somebody new."""

    name, interfaces = "code request", "IF_FGU_*"

    def begin(self) -> None:
        self.before = len(self.far_end.told("codes"))
        one = numbered(now_act(), number="J9", code="027-000", serial=9)
        self.newcomer = one.integrated_number
        addressee_services.request_linkage_codes(act=now_act())

    def is_done(self) -> bool:
        known = PlatformNumber.objects.filter(pk=self.newcomer).exists()
        return known and not PlatformNumber.objects.exclude(code_state="acquired").exists()

    def is_there_once(self) -> None:
        taken = [
            one for event in self.far_end.told("codes")[self.before :] for one in event["told"]
        ]
        serials = Counter(one[0] for one in taken)
        assert set(serials.values()) == {1}
        assert self.far_end.state()["codes"]["acquired"] == PlatformNumber.objects.count()


class Answer(Work):
    """情報提供: an answer of staff, and the permission to send it."""

    name, interfaces = "provision", "IF_TKY_*"

    def begin(self) -> None:
        forward(copy())
        tasks.work_bulk()
        services.set_answer_flags(
            system=system("027-000"),
            business_numbers=["J1"],
            no_automatic_answer=True,
            act=now_act(),
        )
        tasks.work_bulk()
        self.far_end.control("ask", item=26, integrated_number=self.person)
        tasks.look_for_provisions()
        provision = Provision.objects.get()
        services.answer_provision(
            provision=provision,
            answer="provide",
            items={"受給者区分": "1"},
            reason="根拠を確認した",
            act=now_act(staff=StaffFactory()),
        )
        services.permit_provision(provision=provision, act=now_act(staff=StaffFactory()))

    def is_done(self) -> bool:
        return not Provision.objects.exclude(state="sent").exists()

    def is_there_once(self) -> None:
        assert len(self.far_end.told("sent")) == 1
        assert len(self.far_end.told("records")) == 1
        assert self.far_end.state()["provisions"]["sent"] == 1


WORKS = {
    kind.name: kind for kind in (OneInquiry, ManyInquiries, OneCopy, CopiesByFile, Code, Answer)
}
