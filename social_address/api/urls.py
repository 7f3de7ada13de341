"""Addresses of the 社会保障宛名 API."""

from django.urls import path

from social_address.api.views import AddresseeView, ChangeView, SearchView

urlpatterns = [
    path("addressees/", AddresseeView.as_view(), name="social-address-addressees"),
    path("search/", SearchView.as_view(), name="social-address-search"),
    path("changes/", ChangeView.as_view(), name="social-address-changes"),
]
