"""Files of the day over HTTP, for the system they were made for."""

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from resident_basic import services
from resident_basic.api.serializers import DeliveryFileSerializer
from sapporo_base.api.views import SystemView

_MOST_LISTED = 100


class AnythingRenderer(JSONRenderer):
    """Lets a caller ask for the file in whatever way; a refusal is a problem document all the same."""

    media_type = "*/*"
    render_style = BaseRenderer.render_style


class FilesView(SystemView):
    """配信ファイル."""

    scope = "030:files:read"

    @extend_schema(responses=DeliveryFileSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return the newest files of the caller, with counts, SHA-256 and the columns left empty."""
        files = services.list_files(act=self.act())[:_MOST_LISTED]
        return Response(DeliveryFileSerializer(files, many=True).data)


class FileView(SystemView):
    """One 配信ファイル."""

    scope = "030:files:read"
    renderer_classes = (JSONRenderer, AnythingRenderer)

    @extend_schema(
        responses={
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY, description="ファイルの内容。SHA-256はX-Content-SHA256。"
            )
        }
    )
    def get(self, request: Request, file_id: int) -> StreamingHttpResponse:
        """Return the content of a file of the caller."""
        opened = services.fetch_file(file_id=file_id, act=self.act())
        return StreamingHttpResponse(
            opened.pieces,
            content_type="application/octet-stream",
            headers={
                "Cache-Control": "no-store",
                "Content-Disposition": f'attachment; filename="{opened.file.name}"',
                "Content-Length": str(opened.file.size),
                "X-Content-SHA256": opened.file.sha256,
            },
        )
