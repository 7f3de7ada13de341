"""付番依頼 and 検索 over HTTP; a 個人番号 is only ever in a body."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from integrated_address import services
from integrated_address.api.serializers import (
    AmendmentSerializer,
    BasicItemsSerializer,
    EndingSerializer,
    LinkSerializer,
    ListResultSerializer,
    ListSearchSerializer,
    NumberChangeSerializer,
    NumberedSerializer,
    NumberingSerializer,
    ReopeningSerializer,
    SearchResultSerializer,
    SearchSerializer,
    UpdatedSerializer,
)
from sapporo_base import selectors as base
from sapporo_base.acts import InvalidRequest
from sapporo_base.api.views import SystemView
from sapporo_base.selectors.reference import UnknownSystem

WITHHELD = ["integrated_number", "code_state"]


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
            individual_number=body.pop("individual_number", "") or None,
            resident_state=body.pop("resident_state"),
            resident_number=body.pop("resident_number"),
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


class UpdateView(SystemView):
    """更新依頼 (0320021): the system's word on the 基本4情報 of a person."""

    scope = "032:numbers:write"

    @extend_schema(request=BasicItemsSerializer, responses=UpdatedSerializer)
    def post(self, request: Request) -> Response:
        """Take over 基本4情報, if the system's word counts."""
        body = self.validated(BasicItemsSerializer)
        counts = services.update_basics(
            system=self.system,
            business_number=body.pop("business_number"),
            resident_state=body.pop("resident_state"),
            basics=services.FourBasicItems(**body),
            act=self.act(procedure="基本4情報の更新"),
        )
        return Response({"counts": counts})


class EndView(SystemView):
    """The end of a business number; the person and what was stays."""

    scope = "032:numbers:write"

    @extend_schema(request=EndingSerializer, responses=LinkSerializer)
    def post(self, request: Request) -> Response:
        """End one of the calling system's numbers on a day."""
        body = self.validated(EndingSerializer)
        ended = services.end_link(
            system=self.system,
            number=body["business_number"],
            on=body["on"],
            act=self.act(procedure="業務番号の管理"),
        )
        return self.answer(LinkSerializer, ended)


class ReopenView(SystemView):
    """A business number that ended by mistake."""

    scope = "032:numbers:write"

    @extend_schema(request=ReopeningSerializer, responses=LinkSerializer)
    def post(self, request: Request) -> Response:
        """Open one of the calling system's numbers again."""
        body = self.validated(ReopeningSerializer)
        link = services.reopen_link(
            system=self.system,
            number=body["business_number"],
            act=self.act(procedure="業務番号の管理"),
        )
        return self.answer(LinkSerializer, link)


class NumberChangeView(SystemView):
    """個人番号の変更, asked for by a system, decided by staff."""

    scope = "032:numbers:write"

    @extend_schema(request=NumberChangeSerializer, responses={202: AmendmentSerializer})
    def post(self, request: Request) -> Response:
        """Ask for another 個人番号 of a person; nothing changes before staff decide."""
        body = self.validated(NumberChangeSerializer)
        act = self.act(procedure="個人番号の変更", reason=body.pop("reason"))
        draft = services.draft_number_change_of_system(system=self.system, act=act, **body)
        return self.answer(AmendmentSerializer, draft, status=status.HTTP_202_ACCEPTED)


class ListSearchView(SystemView):
    """一括検索: a list of items in one call, a result for each."""

    scope = "032:search:read"

    @extend_schema(request=ListSearchSerializer, responses=ListResultSerializer)
    def post(self, request: Request) -> Response:
        """Search by a list for the calling system; one record, written before it is answered."""
        body = self.validated(ListSearchSerializer)
        code = body["system"]
        results = services.search_list(
            items=body["items"],
            numbers_of=_system(code) if code else None,
            act=self.act(procedure=body["procedure"], reason=body["reason"]),
        )
        # As `ItemResultSerializer` says, written by hand: ten thousand results are one answer.
        answers = [
            {
                "result": one.result,
                "detail": one.detail,
                "business_numbers": one.business_numbers,
                "integrated_number": one.integrated_number,
                "code_state": one.code_state,
            }
            for one in results
        ]
        withheld = [] if self.system.holds_integrated_number else WITHHELD
        return Response({"results": answers, "withheld": withheld})


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
