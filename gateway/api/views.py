"""情報照会, 照会結果 and 副本 over HTTP."""

from datetime import datetime
from math import ceil

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from gateway import selectors, services
from gateway.api.serializers import (
    AcceptedListSerializer,
    CancellationsSerializer,
    CancelledSerializer,
    CopiesSerializer,
    CopyCountsSerializer,
    InquiriesSerializer,
    InquiryStateSerializer,
    ResultPageSerializer,
    ResultQuerySerializer,
)
from gateway.models import Inquiry
from sapporo_base.acts import NotFound
from sapporo_base.api.views import SystemView

_STATE_WORDS = {**dict(Inquiry.State.choices), "refused": "受け付けられません"}
_LEAST_WAIT = 1


def _seconds_until(then: datetime, *, at: datetime) -> str:
    """Return a wait as seconds: the asking system's clock need not agree with ours."""
    return str(max(ceil((then - at).total_seconds()), _LEAST_WAIT))


class InquiriesView(SystemView):
    """情報照会の受付: 202 with a place to look, a state in words and an estimate."""

    scope = "030:inquiries:write"

    @extend_schema(request=InquiriesSerializer, responses={202: AcceptedListSerializer})
    def post(self, request: Request) -> Response:
        """Accept inquiries, each by itself."""
        body = self.validated(InquiriesSerializer)
        act = self.act(procedure=body["procedure"])
        accepted = services.accept_inquiries(
            system=self.system,
            requests=[services.InquiryRequest(**inquiry) for inquiry in body["inquiries"]],
            act=act,
        )
        answer = {
            "inquiries": [
                {
                    "request_key": one.request_key,
                    "id": one.id,
                    "state": one.state,
                    "state_words": _STATE_WORDS.get(one.state, one.state),
                    "goes_out_at": one.goes_out_at,
                    "estimated_at": one.estimated_at,
                    "notice": one.notice,
                    "code": one.code,
                    "why": one.why,
                }
                for one in accepted
            ],
            "results": reverse("gateway-inquiry-results"),
        }
        response = self.answer(AcceptedListSerializer, answer, status=status.HTTP_202_ACCEPTED)
        estimates = [one.estimated_at for one in accepted if one.estimated_at]
        if estimates:
            response["Retry-After"] = _seconds_until(min(estimates), at=act.at)
        return response


class InquiryView(SystemView):
    """One inquiry of the calling system."""

    scope = {"GET": "030:inquiry-results:read", "DELETE": "030:inquiries:write"}

    @extend_schema(responses=InquiryStateSerializer)
    def get(self, request: Request, inquiry_id: int) -> Response:
        """Tell where it stands."""
        found = selectors.inquiry_states(system=self.system, ids=[inquiry_id]).first()
        if found is None:
            raise NotFound("該当する照会がありません。")
        now = self.act().at
        out = vars(found)["outlook"] = selectors.outlook_of(found, at=now)
        response = self.answer(InquiryStateSerializer, found)
        if out.answered_at:
            response["Retry-After"] = _seconds_until(out.answered_at, at=now)
        return response

    @extend_schema(responses=InquiryStateSerializer)
    def delete(self, request: Request, inquiry_id: int) -> Response:
        """Take it back (取りやめ); at the platform already, it ends when the platform says so."""
        act = self.act()
        inquiry = services.cancel_inquiry(system=self.system, inquiry_id=inquiry_id, act=act)
        vars(inquiry)["outlook"] = selectors.outlook_of(inquiry, at=act.at)
        return self.answer(InquiryStateSerializer, inquiry)


class CancellationsView(SystemView):
    """取りやめ of many inquiries: those at the platform end when it says so."""

    scope = "030:inquiries:write"

    @extend_schema(request=CancellationsSerializer, responses={202: CancelledSerializer(many=True)})
    def post(self, request: Request) -> Response:
        """Take inquiries back, each by itself."""
        body = self.validated(CancellationsSerializer)
        told = services.cancel_inquiries(
            system=self.system, inquiry_ids=body["inquiries"], act=self.act()
        )
        return self.answer(CancelledSerializer, told, many=True, status=status.HTTP_202_ACCEPTED)


class InquiryResultsView(SystemView):
    """照会結果 of the calling system, in order, by receipt."""

    scope = "030:inquiry-results:read"

    @extend_schema(parameters=[ResultQuerySerializer], responses=ResultPageSerializer)
    def get(self, request: Request) -> Response:
        """Return the results after a receipt."""
        query = self.validated_query(ResultQuerySerializer)
        page = services.inquiry_results(
            system=self.system, receipt=query["after"], limit=query["limit"], act=self.act()
        )
        return self.answer(ResultPageSerializer, page)


class CopiesView(SystemView):
    """副本の受付: what can be converted goes out, the rest waits in the error list."""

    scope = "030:copies:write"

    @extend_schema(request=CopiesSerializer, responses={202: CopyCountsSerializer})
    def post(self, request: Request) -> Response:
        """Take copies in."""
        body = self.validated(CopiesSerializer)
        act = self.act()
        counts = services.accept_copies(
            system=self.system,
            information_code=body["information_code"],
            copies=[services.CopyData(**copy) for copy in body["copies"]],
            procedure_code=body["procedure_code"],
            step_code=body["step_code"],
            act=act,
        )
        return self.answer(CopyCountsSerializer, counts, status=status.HTTP_202_ACCEPTED)
