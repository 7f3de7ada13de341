"""Health of the system: alive, and ready for work."""

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone

from sapporo_base import selectors


def live(request: HttpRequest) -> JsonResponse:
    """Answer that the web process is alive."""
    return JsonResponse({"status": "live"})


def ready(request: HttpRequest) -> JsonResponse:
    """Answer whether everything that the work needs is there; 503 where something is not."""
    checks = selectors.readiness(at=timezone.now())
    well = all(check.well for check in checks)
    body = {
        "status": "ready" if well else "not_ready",
        "checks": {check.name: {"well": check.well, "word": check.word} for check in checks},
    }
    return JsonResponse(
        body, status=200 if well else 503, json_dumps_params={"ensure_ascii": False}
    )


urlpatterns = [path("live", live, name="health-live"), path("ready", ready, name="health-ready")]
