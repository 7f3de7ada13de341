"""A thousand 異動情報 read from the feed, beside a bare view that returns as many rows as wide."""

from itertools import cycle

from django.urls import path
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from resident_basic import selectors, services
from resident_basic.models import ResidentVersion
from resident_basic.selectors.disclosure import columns_for
from sapporo_base import selectors as base
from sapporo_base.benchmarks.callers import Caller, beside_bare_view, measuring_act, token_of
from sapporo_base.measuring import Measure
from sapporo_base.yardsticks import BareToken, HasToken

ON_A_CITY = True
_CHANGES = "/api/v1/resident-basic/changes/"
_PAGE = 1000
_PAGES = 10
_REQUESTS = 3
# What stands in each row beside the items.
_ENVELOPE = ("resident_number", "history_number", "event_id", "is_latest", "recorded_at")


class BareRows(APIView):
    """As many rows, in the columns asked for."""

    authentication_classes = [BareToken]
    permission_classes = [HasToken]
    renderer_classes = [JSONRenderer]

    def get(self, request: Request) -> Response:
        """Return the rows after a key."""
        rows = ResidentVersion.objects.filter(pk__gt=int(request.query_params["after"]))
        columns = request.query_params["columns"].split(",")
        return Response(list(rows.order_by("pk").values("id", *columns)[:_PAGE]))


urlpatterns = [path("bare/rows/", BareRows.as_view())]


def measure(size: int) -> list[Measure]:
    """Measure a receiver of 個人番号 and one that has no right to it."""
    services.publish_changes()
    return [
        _measure("024-000", "with 個人番号", size),
        _measure("017-000", "without 個人番号", size),
    ]


def _measure(code: str, words: str, size: int) -> Measure:
    token = token_of(code, ["030:changes:read"])
    system, bare_project = Caller(token), Caller(token, bare=__name__)
    day = measuring_act().day
    approval = selectors.approved_items(system=base.system(code), day=day)
    columns = ",".join([*_ENVELOPE, *columns_for(approval).names])
    pages = cycle(range(0, max(size - _PAGE, 1), max(size // _PAGES, 1)))

    def ours() -> None:
        system.get(_CHANGES, f"after={next(pages)}&limit={_PAGE}")

    def bare() -> None:
        bare_project.get("/bare/rows/", f"after={next(pages)}&columns={columns}")

    return beside_bare_view(
        f"feed: {_PAGE:,} changes {words}",
        f"{_PAGE:,} rows of the same width",
        ours=ours,
        bare=bare,
        requests=_REQUESTS,
    )
