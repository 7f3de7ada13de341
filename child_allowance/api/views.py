"""請求・届出 over HTTP: where each stands (申請管理 asks for those it sent)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from child_allowance.api.serializers import ClaimNumbersSerializer, ClaimStatesSerializer
from child_allowance.services.claims import disclose_claim_states
from sapporo_base.api.views import SystemView


class ClaimStatesView(SystemView):
    """The states of claims, by 受付番号 in the body."""

    scope = "027:claims:read"

    @extend_schema(request=ClaimNumbersSerializer, responses=ClaimStatesSerializer)
    def post(self, request: Request) -> Response:
        """Answer where each claim stands, and record that it was asked."""
        found = disclose_claim_states(
            claim_numbers=self.validated(ClaimNumbersSerializer)["claim_numbers"], act=self.act()
        )
        return self.answer(ClaimStatesSerializer, found)
