"""Addresses of the 市中間サーバ API."""

from django.urls import path

from gateway.api.views import CopiesView, InquiriesView, InquiryResultsView, InquiryView

urlpatterns = [
    path("inquiries/", InquiriesView.as_view(), name="gateway-inquiries"),
    path("inquiries/<int:inquiry_id>/", InquiryView.as_view(), name="gateway-inquiry"),
    path("inquiry-results/", InquiryResultsView.as_view(), name="gateway-inquiry-results"),
    path("copies/", CopiesView.as_view(), name="gateway-copies"),
]
