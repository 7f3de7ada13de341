"""Addresses of the whole project; apps are named by string, never imported."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

admin.autodiscover()

urlpatterns = [
    path("admin/", admin.site.urls),
    path("health/", include("sapporo_base.api.health")),
    path("oauth2/", include("sapporo_base.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/integrated-address/", include("integrated_address.api.urls")),
    path("api/v1/gateway/", include("gateway.api.urls")),
    path("api/v1/resident-basic/", include("resident_basic.api.urls")),
    path("api/v1/social-address/", include("social_address.api.urls")),
    path("api/v1/child-allowance/", include("child_allowance.api.urls")),
]

handler403 = "sapporo_base.admin.troubles.permission_denied"
handler404 = "sapporo_base.troubles.not_found"
handler500 = "sapporo_base.troubles.server_error"
