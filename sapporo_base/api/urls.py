"""Address of the token endpoint."""

from django.urls import path

from sapporo_base.api.oauth2 import TokenView

urlpatterns = [path("token/", TokenView.as_view(), name="token")]
