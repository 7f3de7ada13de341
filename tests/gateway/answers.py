"""Inquiries of a system, answered without the platform."""

from gateway import services
from gateway.models import Inquiry, InquiryResult
from tests.factories import system
from tests.gateway.flows import asked


def accept(act, *requests, of=None):
    """Have a system ask."""
    return services.accept_inquiries(system=of or system("027-000"), requests=requests, act=act)


def answered(act, *, items, key="k1", number="J1", of=None):
    """An inquiry that was answered with these items."""
    (one,) = accept(act, asked(key, number=number, lane="batch"), of=of)
    inquiry = Inquiry.objects.get(pk=one.id)
    Inquiry.objects.filter(pk=one.id).update(state="answered", settled_at=act.at)
    return InquiryResult.objects.create(
        inquiry=inquiry,
        system=inquiry.system,
        state="answered",
        provider_code=inquiry.provider_code,
        items=items,
        arrived_at=act.at,
    )


def told(act, of):
    """Return the answers that a system reads."""
    page = services.inquiry_results(system=of, receipt=0, limit=100, act=act)
    return [one for one in page.results if one.state == "answered"]
