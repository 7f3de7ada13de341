"""社会保障宛名 over HTTP: register, search, and read changes by receipt."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from sapporo_base.api.views import SystemView
from social_address import services
from social_address.api.serializers import (
    AddresseeQuerySerializer,
    ChangeQuerySerializer,
    NewcomerSerializer,
    RegisteredSerializer,
    SubjectChangePageSerializer,
    SubjectSerializer,
)
from social_address.selectors import AddresseeQuery


class AddresseeView(SystemView):
    """登録: give or find the 宛名番号 of someone who is not a resident, or of a corporation."""

    scope = "030:social-addressees:write"

    @extend_schema(request=NewcomerSerializer, responses={201: RegisteredSerializer})
    def post(self, request: Request) -> Response:
        """Register for the calling system; the same 個人番号 or 法人番号 leads to the same number."""
        body = self.validated(NewcomerSerializer)
        act = self.act(procedure="社会保障宛名の登録")
        addressee = services.register_addressee(
            individual_number=body.pop("individual_number", None),
            newcomer=services.Newcomer(**body),
            system=self.system,
            act=act,
        )
        return self.answer(RegisteredSerializer, addressee, status=status.HTTP_201_CREATED)


class SearchView(SystemView):
    """検索: by 宛名番号, name or kana; 異体字, widths and 清濁 make no difference."""

    scope = "030:social-addressees:read"

    @extend_schema(
        operation_id="social_address_search",
        request=AddresseeQuerySerializer,
        responses=SubjectSerializer(many=True),
    )
    def post(self, request: Request) -> Response:
        """Search for the calling system, in the items it was approved for; recorded."""
        query = AddresseeQuery(**self.validated(AddresseeQuerySerializer))
        subjects = services.search_addressees(query=query, act=self.act())
        return self.answer(SubjectSerializer, subjects, many=True)


class ChangeView(SystemView):
    """宛名異動 in order, by receipt."""

    scope = "030:social-addressees:read"

    @extend_schema(parameters=[ChangeQuerySerializer], responses=SubjectChangePageSerializer)
    def get(self, request: Request) -> Response:
        """Return what changed after a receipt, in the items the caller was approved for."""
        asked = self.validated_query(ChangeQuerySerializer)
        page = services.disclose_changes(
            receipt=asked["after"], limit=asked["limit"], act=self.act()
        )
        return self.answer(SubjectChangePageSerializer, page)
