"""付番依頼 and 検索 over HTTP; a 個人番号 is only ever in a body."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from integrated_address import services
from integrated_address.api.serializers import (
    NumberedSerializer,
    NumberingSerializer,
    SearchResultSerializer,
    SearchSerializer,
)
from sapporo_base import selectors as base
from sapporo_base.acts import InvalidRequest
from sapporo_base.api.views import SystemView
from sapporo_base.selectors.reference import UnknownSystem


class NumberView(SystemView):
    """付番依頼: number a person, or link the caller's number to whom the 個人番号 is known."""

    scope = "032:numbers:write"

    @extend_schema(
        request=NumberingSerializer, responses={201: NumberedSerializer, 200: NumberedSerializer}
    )
    def post(self, request: Request) -> Response:
        """Number one person for the calling system."""
        body = self.validated(NumberingSerializer)
        act = self.act(procedure="団体内統合宛名番号の付番")
        numbered = services.number_person(
            system=self.system,
            business_number=body.pop("business_number"),
            individual_number=body.pop("individual_number", None),
            resident_state=body.pop("resident_state"),
            basics=services.FourBasicItems(**body),
            act=act,
        )
        answer = {"is_new": numbered.is_new, "is_linked": numbered.is_linked, "withheld": []}
        if self.system.holds_integrated_number:
            answer["integrated_number"] = numbered.integrated_number
        else:
            answer["withheld"] = ["integrated_number"]
        created = numbered.is_new or numbered.is_linked
        return Response(answer, status=status.HTTP_201_CREATED if created else status.HTTP_200_OK)


class SearchView(SystemView):
    """検索: by 個人番号, business number, integrated number or 基本4情報."""

    scope = "032:search:read"

    @extend_schema(request=SearchSerializer, responses=SearchResultSerializer)
    def post(self, request: Request) -> Response:
        """Search for the calling system; recorded before it is answered."""
        body = self.validated(SearchSerializer)
        act = self.act(procedure=body.pop("procedure"), reason=body.pop("reason"))
        code, number = body.pop("system"), body.pop("business_number")
        if number:
            body["business_numbers"] = [number]
        result = services.search(
            wanted=services.Wanted(**body, numbers_of=_system(code) if code else None), act=act
        )
        return self.answer(SearchResultSerializer, result)


def _system(code: str):
    try:
        return base.system(code)
    except UnknownSystem as error:
        raise InvalidRequest(fields={"system": "このシステムは登録されていません。"}) from error
