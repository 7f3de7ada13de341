"""What every API of the system base is made from."""

from http import HTTPStatus
from typing import Any, cast

from django.utils import timezone
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from sapporo_base.acts import Act
from sapporo_base.models import BusinessSystem

OPERATOR_HEADER = "X-Operator"
_STANDING: dict[type[BaseSerializer], BaseSerializer] = {}


class SystemView(APIView):
    """
    A view for business systems. `scope` is one scope, or one for each method.

    A subclass turns words of the outside into one call inward; refusals come back as problem
    documents.
    """

    scope: str | dict[str, str] = ""

    def scope_for(self, method: str) -> str:
        """Return the scope that this method needs."""
        return self.scope if isinstance(self.scope, str) else self.scope.get(method, "")

    @property
    def system(self) -> BusinessSystem:
        """The business system that calls."""
        return cast(BusinessSystem, self.request.user)

    def act(self, **purpose: Any) -> Act:
        """Return the act of the calling system, with the purpose the request states."""
        return Act(
            at=timezone.now(),
            path="api",
            system=self.system,
            on_behalf_of=self.request.headers.get(OPERATOR_HEADER, "")[:40],
            terminal=self.request.META.get("REMOTE_ADDR", ""),
            **purpose,
        )

    def validated(self, serializer_class: type[BaseSerializer]) -> Any:
        """Return the request's body as the serializer reads it, or answer 400 naming the fields."""
        return _standing(serializer_class).run_validation(self.request.data)

    def validated_query(self, serializer_class: type[BaseSerializer]) -> Any:
        """
        Return the request's query as the serializer reads it, or answer 400 naming the fields.
        """
        return _standing(serializer_class).run_validation(self.request.query_params)

    def answer(
        self,
        serializer_class: type[BaseSerializer],
        told: Any,
        *,
        many: bool = False,
        status: int = HTTPStatus.OK,
    ) -> Response:
        """Answer with what is told, or with each of it, in the words of the serializer."""
        in_words = _standing(serializer_class).to_representation
        return Response([in_words(one) for one in told] if many else in_words(told), status=status)


def _standing(serializer_class: type[BaseSerializer]) -> BaseSerializer:
    """
    Return the one instance of a serializer that all requests share.

    It is given nothing of a request: `run_validation` and `to_representation` are functions of
    their argument. A new instance would copy every field for each request.
    """
    if serializer_class not in _STANDING:
        _STANDING[serializer_class] = serializer_class()
    return _STANDING[serializer_class]
