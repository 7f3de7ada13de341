"""Addresses of the 個人基本 API."""

from django.urls import path

from resident_basic.api.files import FilesView, FileView
from resident_basic.api.masses import HashesView, ReconcileView, SnapshotView
from resident_basic.api.views import (
    AcknowledgementsView,
    ChangesView,
    DeliveryView,
    EventsView,
    ResidentsView,
)

urlpatterns = [
    path("changes/", ChangesView.as_view(), name="resident-changes"),
    path("residents/", ResidentsView.as_view(), name="residents"),
    path("acknowledgements/", AcknowledgementsView.as_view(), name="resident-acknowledgements"),
    path("delivery/", DeliveryView.as_view(), name="resident-delivery"),
    path("files/", FilesView.as_view(), name="resident-files"),
    path("files/<int:file_id>/", FileView.as_view(), name="resident-file"),
    path("snapshot/", SnapshotView.as_view(), name="resident-snapshot"),
    path("hashes/", HashesView.as_view(), name="resident-hashes"),
    path("reconcile/", ReconcileView.as_view(), name="resident-reconcile"),
    path("events/", EventsView.as_view(), name="resident-events"),
]
