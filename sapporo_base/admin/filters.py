"""Filters of lists that open with what waits."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest


class WaitingFirst(admin.SimpleListFilter):
    """
    States of which the first is shown unless another is asked for; 「すべて」 shows them all.

    Set `states` as (value, words), what waits first, and write `narrowed`.
    """

    title = "状態"
    parameter_name = "state"
    states: Sequence[tuple[str, str]] = ()

    def narrowed(self, queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
        """Return the rows in that state."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the states, and all of them."""
        return [*self.states, ("all", "すべて")]

    def _chosen(self) -> str:
        return self.value() or self.states[0][0]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Offer the states, what waits as the default."""
        for value, words in self.lookup_choices:
            yield {
                "selected": self._chosen() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": words,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows in the state that is shown."""
        chosen = self._chosen()
        return queryset if chosen == "all" else self.narrowed(queryset, chosen)
