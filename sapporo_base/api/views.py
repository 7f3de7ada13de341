"""What every API of the system base is made from."""

from typing import Any, cast

from django.utils import timezone
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from sapporo_base.acts import Act
from sapporo_base.models import BusinessSystem

OPERATOR_HEADER = "X-Operator"


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

    def validated(self, serializer_class: type[BaseSerializer], **options: Any) -> Any:
        """Return the request's body as the serializer reads it, or answer 400 naming the fields."""
        serializer = serializer_class(data=self.request.data, **options)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def validated_query(self, serializer_class: type[BaseSerializer]) -> Any:
        """
        Return the request's query as the serializer reads it, or answer 400 naming the fields.
        """
        serializer = serializer_class(data=self.request.query_params)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data
