"""Addresses of the 団体内統合宛名 API."""

from django.urls import path

from integrated_address.api.views import NumberView, SearchView

urlpatterns = [
    path("numbers/", NumberView.as_view(), name="integrated-address-numbers"),
    path("search/", SearchView.as_view(), name="integrated-address-search"),
]
