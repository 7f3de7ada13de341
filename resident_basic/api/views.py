"""異動情報 and residents over HTTP, in the items the calling system was approved for (情報移転)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from resident_basic import selectors, services
from resident_basic.api import pages
from resident_basic.api.serializers import (
    AcknowledgementSerializer,
    ChangePageSerializer,
    ChangeQuerySerializer,
    DeliverySerializer,
    DeliveryStateSerializer,
    EventSerializer,
    NumbersSerializer,
    ReceivedChangeSerializer,
    ResidentSerializer,
)
from sapporo_base.acts import NotFound
from sapporo_base.api.views import SystemView


class ChangesView(SystemView):
    """異動情報 in order, by receipt."""

    scope = "030:changes:read"

    @extend_schema(parameters=[ChangeQuerySerializer], responses=ChangePageSerializer)
    def get(self, request: Request) -> Response:
        """Return the changes after a receipt."""
        query = self.validated_query(ChangeQuerySerializer)
        page = services.disclose_changes(
            receipt=query["after"], limit=query["limit"], act=self.act()
        )
        return Response(pages.change_page(page))


class ResidentsView(SystemView):
    """Residents by number."""

    scope = "030:residents:read"

    @extend_schema(request=NumbersSerializer, responses=ResidentSerializer(many=True))
    def post(self, request: Request) -> Response:
        """Return these residents; who is not in the register is not in the answer."""
        body = self.validated(NumbersSerializer)
        residents = services.disclose_residents(
            numbers=body["resident_numbers"],
            as_of=body["as_of"],
            known_at=body["known_at"],
            act=self.act(),
        )
        return Response([pages.resident(one) for one in residents])


class AcknowledgementsView(SystemView):
    """受領確認."""

    scope = "030:changes:read"

    @extend_schema(request=AcknowledgementSerializer, responses=DeliverySerializer)
    def post(self, request: Request) -> Response:
        """Note up to where the caller has taken the changes over."""
        body = self.validated(AcknowledgementSerializer)
        delivery = services.acknowledge(receipt=body["receipt"], act=self.act())
        return self.answer(DeliverySerializer, delivery)


class DeliveryView(SystemView):
    """配信状況."""

    scope = "030:changes:read"

    @extend_schema(responses=DeliveryStateSerializer)
    def get(self, request: Request) -> Response:
        """Return how far the caller is; 404 where nothing was ever approved for it."""
        delivery: Any = selectors.consumers().filter(system=self.system).first()
        if delivery is None:
            raise NotFound(
                "この庁内業務システムへの配信はありません。利用申請が承認されると始まります。"
            )
        obstacle = selectors.obstacle_of(system=self.system, day=self.act().day)
        delivery.stopped = obstacle.cause.code if obstacle else None
        return Response(DeliveryStateSerializer(delivery).data)


class EventsView(SystemView):
    """One 異動 in real time, from 既存住基."""

    scope = "030:events:write"

    @extend_schema(
        request=EventSerializer,
        responses={201: ReceivedChangeSerializer, 200: ReceivedChangeSerializer},
    )
    def post(self, request: Request) -> Response:
        """Receive one 異動; the same 異動ID again changes nothing."""
        body = self.validated(EventSerializer)
        received = services.receive_event(values=body["items"], act=self.act())
        created = status.HTTP_201_CREATED if received.is_new else status.HTTP_200_OK
        return self.answer(ReceivedChangeSerializer, received, status=created)
