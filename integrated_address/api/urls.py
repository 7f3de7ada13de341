"""Addresses of the 団体内統合宛名 API."""

from django.urls import path

from integrated_address.api.merges import MergeAcknowledgementsView, MergesView
from integrated_address.api.views import (
    EndView,
    ListSearchView,
    NumberChangeView,
    NumberView,
    ReopenView,
    SearchView,
    UpdateView,
)

urlpatterns = [
    path("numbers/", NumberView.as_view(), name="integrated-address-numbers"),
    path("numbers/updates/", UpdateView.as_view(), name="integrated-address-updates"),
    path("numbers/ends/", EndView.as_view(), name="integrated-address-ends"),
    path("numbers/reopenings/", ReopenView.as_view(), name="integrated-address-reopenings"),
    path(
        "numbers/individual-number-changes/",
        NumberChangeView.as_view(),
        name="integrated-address-number-changes",
    ),
    path("search/list/", ListSearchView.as_view(), name="integrated-address-list-search"),
    path("search/", SearchView.as_view(), name="integrated-address-search"),
    path("merges/", MergesView.as_view(), name="integrated-address-merges"),
    path(
        "merges/acknowledgements/",
        MergeAcknowledgementsView.as_view(),
        name="integrated-address-merge-acknowledgements",
    ),
]
