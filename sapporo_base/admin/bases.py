"""
What every admin page is made from: read-only pages, recorded looks, pages by key without a count.
"""

from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin

from sapporo_base.acts import Act
from sapporo_base.models import LegalBasis, Staff

_MOST_COUNTED = 10_000


def staff_act(
    request: HttpRequest,
    *,
    procedure: str = "",
    legal_basis: LegalBasis | None = None,
    reason: str = "",
) -> Act:
    """Return the act of the member of staff behind a request."""
    return Act(
        at=timezone.now(),
        path="admin",
        staff=cast(Staff, request.user),
        procedure=procedure,
        legal_basis=legal_basis,
        reason=reason,
        terminal=request.META.get("REMOTE_ADDR", ""),
    )


class CappedPaginator(Paginator):
    """Counts to ten thousand and no further: an exact count of millions helps nobody."""

    @property
    def count(self) -> int:
        """Return the number of rows, at most the cap."""
        return cast("QuerySet[Model]", self.object_list).order_by()[:_MOST_COUNTED].count()


class SystemBaseAdmin(ModelAdmin):
    """An admin page of the system base."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_fullwidth = True


class ReadOnlyAdmin(SystemBaseAdmin):
    """A page that only shows; what changes it are acts elsewhere."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Nothing is added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted by hand."""
        return False
