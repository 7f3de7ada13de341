"""名寄せ通知 over HTTP: each system reads and acknowledges what concerns its own numbers."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from integrated_address import services
from integrated_address.api.serializers import (
    MergeAcknowledgedSerializer,
    MergeAcknowledgementSerializer,
    MergeNoticePageSerializer,
    MergeNoticeQuerySerializer,
)
from sapporo_base.api.views import SystemView

SCOPE = "032:merges:read"


class MergesView(SystemView):
    """名寄せ and 名寄せ解除 of the caller's own numbers, in order, by receipt."""

    scope = SCOPE

    @extend_schema(parameters=[MergeNoticeQuerySerializer], responses=MergeNoticePageSerializer)
    def get(self, request: Request) -> Response:
        """Return the notices after a receipt."""
        query = self.validated_query(MergeNoticeQuerySerializer)
        page = services.read_merge_notices(
            receipt=query["after"],
            limit=query["limit"],
            act=self.act(procedure="名寄せ通知の受領"),
        )
        return self.answer(MergeNoticePageSerializer, page)


class MergeAcknowledgementsView(SystemView):
    """受領確認 of 名寄せ通知."""

    scope = SCOPE

    @extend_schema(request=MergeAcknowledgementSerializer, responses=MergeAcknowledgedSerializer)
    def post(self, request: Request) -> Response:
        """Note up to where the caller has taken the notices over."""
        body = self.validated(MergeAcknowledgementSerializer)
        count = services.acknowledge_merge_notices(receipt=body["receipt"], act=self.act())
        return Response({"acknowledged": count})
