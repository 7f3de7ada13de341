"""支援措置 for tests: begun, and acts of somebody on a day."""

from dataclasses import replace
from datetime import datetime

from resident_basic import services
from resident_basic.models import SupportMeasure
from sapporo_base.acts import JAPAN
from tests.factories import StaffFactory

DECIDED, PROVISIONAL = SupportMeasure.Kind.DECIDED, SupportMeasure.Kind.PROVISIONAL


def begin(number, act, *, kind=DECIDED, since=None, family=()):
    return services.start_support_measure(
        resident_number=number,
        kind=kind,
        subject_kind=SupportMeasure.SubjectKind.APPLICANT,
        since=since or act.day,
        reason="申出",
        family=family,
        act=act,
    )


def at(act, *day):
    return replace(act, at=datetime(*day, 12, tzinfo=JAPAN), staff=StaffFactory())
