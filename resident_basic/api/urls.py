"""Addresses of the 個人基本 API."""

from django.urls import path

from resident_basic.api.views import (
    AcknowledgementsView,
    ChangesView,
    EventsView,
    ResidentsView,
)

urlpatterns = [
    path("changes/", ChangesView.as_view(), name="resident-changes"),
    path("residents/", ResidentsView.as_view(), name="residents"),
    path("acknowledgements/", AcknowledgementsView.as_view(), name="resident-acknowledgements"),
    path("events/", EventsView.as_view(), name="resident-events"),
]
