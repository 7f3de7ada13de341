"""Deliveries of masses over HTTP: 全件 and 照合用ハッシュ as a stream of lines, and the comparison."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from resident_basic import services
from resident_basic.api.serializers import ComparisonSerializer, CopyHashesSerializer
from sapporo_base.api.views import SystemView

NDJSON = "application/x-ndjson"
_STREAM = OpenApiResponse(
    OpenApiTypes.STR,
    description="一行に一つのJSON。先頭行は見出し、最終行は件数とSHA-256(docs/api-consumers.md)。",
)


class LinesRenderer(JSONRenderer):
    """Lets a caller ask for NDJSON; a refusal is a problem document all the same."""

    media_type = NDJSON
    format = "ndjson"


class MassView(SystemView):
    """A view that answers with a stream of lines, gzipped where the caller takes it."""

    scope = "030:snapshot:read"
    renderer_classes = (JSONRenderer, LinesRenderer)

    def stream(self, delivery: services.MassDelivery) -> StreamingHttpResponse:
        """Return the delivery as it is read from the database."""
        zipped = "gzip" in self.request.headers.get("Accept-Encoding", "")
        headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
        if zipped:
            headers["Content-Encoding"] = "gzip"
        return StreamingHttpResponse(
            Zipped(delivery) if zipped else delivery, content_type=NDJSON, headers=headers
        )


class SnapshotView(MassView):
    """全件."""

    @extend_schema(responses={(200, NDJSON): _STREAM})
    def get(self, request: Request) -> StreamingHttpResponse:
        """Return every resident in the approved items, as they stand at one receipt of the feed."""
        return self.stream(services.open_snapshot(act=self.act()))


class HashesView(MassView):
    """照合用ハッシュ."""

    @extend_schema(responses={(200, NDJSON): _STREAM})
    def get(self, request: Request) -> StreamingHttpResponse:
        """Return 宛名番号 and hash of every resident, as they stand at one receipt of the feed."""
        return self.stream(services.open_hashes(act=self.act()))


class ReconcileView(SystemView):
    """照合."""

    scope = "030:snapshot:read"

    @extend_schema(request=CopyHashesSerializer, responses=ComparisonSerializer)
    def post(self, request: Request) -> Response:
        """Say where the caller's copy differs within a stretch of 宛名番号."""
        body = self.validated(CopyHashesSerializer)
        comparison = services.reconcile_copy(
            hashes=[(one["resident_number"], one["hash"]) for one in body["hashes"]],
            after=body["after"],
            until=body["until"],
            columns=body["columns"],
            receipt=body["receipt"],
            act=self.act(),
        )
        return Response(ComparisonSerializer(comparison).data)


@dataclass(frozen=True, slots=True)
class Zipped:
    """A delivery as gzip. Closed by the response, also where the caller hangs up before a byte."""

    delivery: services.MassDelivery

    def __iter__(self) -> Iterator[bytes]:
        zipper = zlib.compressobj(level=1, wbits=31)
        for piece in self.delivery:
            if zipped := zipper.compress(piece):
                yield zipped
        yield zipper.flush()

    def close(self) -> None:
        """Let go of the database."""
        self.delivery.close()
