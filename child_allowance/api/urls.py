"""Addresses of the 児童手当 API."""

from django.urls import path

from child_allowance.api.views import ClaimStatesView

urlpatterns = [
    path("claims/states/", ClaimStatesView.as_view(), name="child-allowance-claim-states"),
]
