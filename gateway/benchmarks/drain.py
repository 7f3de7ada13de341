"""Inquiries end to end through the far end on one worker in bulk: accepted, asked, fetched, in the feed."""

import time

from django.utils.module_loading import import_string

from gateway.benchmarks import stage
from gateway.models import Copy, Inquiry, Lane
from sapporo_base.benchmarks.callers import measuring_act
from sapporo_base.measuring import Measure

_MOST_INQUIRIES = 20_000
_SYSTEM = "027-000"
_AIM = 300.0


def measure(size: int) -> list[Measure]:
    """Measure how fast inquiries come back, and how fast waiting copies drain."""
    inquiries = min(size, _MOST_INQUIRIES)
    people = max(inquiries // 10, 100)
    work = import_string("gateway.tasks.work_bulk")
    with stage.far_end(people):
        stage.people_with_codes(people, codes=(_SYSTEM,), act=measuring_act())
        begun = time.perf_counter()
        stage.ask_many(
            system=_SYSTEM,
            count=inquiries,
            people=people,
            lane=Lane.BATCH,
            act=measuring_act(),
        )
        while Inquiry.objects.exclude(state__in=Inquiry.FINAL).exists():
            work()
        asked = inquiries / (time.perf_counter() - begun)
        copies = stage.forward_many(
            system=_SYSTEM, count=inquiries, people=people, act=measuring_act()
        )
        begun = time.perf_counter()
        while Copy.objects.exclude(state=Copy.State.FORWARDED).exists():
            work()
        drained = copies / (time.perf_counter() - begun)
    return [
        Measure("inquiries end to end, one worker in bulk", asked, "/s", aim=_AIM, at_most=False),
        Measure("copies drained, one worker", drained, "/s"),
    ]
