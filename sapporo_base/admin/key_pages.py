"""Lists that page by key: the next page begins after the last row of this one, and nothing is counted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from unfold.views import ChangeList

AFTER = "after"


@dataclass(slots=True)
class KeyPage:
    """
    One page of a list: its rows, the key after which the next begins ("" on the last), and how many
    there are in words ("132人", "1,000人を超えます").
    """

    rows: Sequence[Any]
    next_after: str
    count_words: str
    next_url: str = ""
    first_url: str = ""
    template_name: str = field(default="sapporo_base/key_pages.html")
    is_capped: bool = False


class KeyPagedList(ChangeList):
    """The list of an admin page that writes `key_page(request, listed, after=…, limit=…) -> KeyPage`."""

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Leave the key of the page out of what narrows the rows."""
        narrowing: dict[str, Any] = super().get_filters_params(params)
        narrowing.pop(AFTER, None)
        return narrowing

    def get_results(self, request: HttpRequest) -> None:
        """Ask the page for its rows, and make the ways to the first and the next one."""
        after = request.GET.get(AFTER, "")
        page: KeyPage = self.model_admin.key_page(
            request, self, after=after, limit=self.list_per_page
        )
        if page.next_after:
            page.next_url = self.get_query_string({AFTER: page.next_after})
        if after:
            page.first_url = self.get_query_string(remove=[AFTER])
        self.paginator = page
        self.result_list = page.rows
        self.result_count = len(page.rows)
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = True
        self.can_show_all = True
        self.multi_page = False
