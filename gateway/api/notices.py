"""お知らせ over HTTP: asked for, looked after, taken back."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from gateway import selectors, services
from gateway.api.serializers import (
    AcceptedNoticeSerializer,
    NoticesSerializer,
    NoticeStateSerializer,
    WithdrawalSerializer,
)
from sapporo_base.acts import NotFound
from sapporo_base.api.views import SystemView


class NoticesView(SystemView):
    """お知らせの受付: each is taken or refused by itself."""

    scope = "030:notices:write"

    @extend_schema(request=NoticesSerializer, responses={202: AcceptedNoticeSerializer(many=True)})
    def post(self, request: Request) -> Response:
        """Accept notices to people."""
        body = self.validated(NoticesSerializer)
        told = services.accept_notices(
            system=self.system,
            requests=[services.NoticeRequest(**notice) for notice in body["notices"]],
            act=self.act(),
        )
        return self.answer(
            AcceptedNoticeSerializer, told, many=True, status=status.HTTP_202_ACCEPTED
        )


class NoticeView(SystemView):
    """One notice of the calling system."""

    scope = "030:notices:write"

    @extend_schema(responses=NoticeStateSerializer)
    def get(self, request: Request, notice_id: int) -> Response:
        """Tell where it stands."""
        found = selectors.notice_states(system=self.system, ids=[notice_id]).first()
        if found is None:
            raise NotFound("該当するお知らせがありません。")
        return self.answer(NoticeStateSerializer, found)


class NoticeWithdrawalView(SystemView):
    """取消 of one notice of the calling system."""

    scope = "030:notices:write"

    @extend_schema(request=WithdrawalSerializer, responses={202: NoticeStateSerializer})
    def post(self, request: Request, notice_id: int) -> Response:
        """Take it back; what was read stays read."""
        body = self.validated(WithdrawalSerializer)
        (notice,) = services.withdraw_notices(
            system=self.system, notice_ids=[notice_id], act=self.act(reason=body["reason"])
        )
        return self.answer(NoticeStateSerializer, notice, status=status.HTTP_202_ACCEPTED)
