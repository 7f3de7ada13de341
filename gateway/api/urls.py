"""Addresses of the 市中間サーバ API."""

from django.urls import path

from gateway.api.notices import NoticesView, NoticeView, NoticeWithdrawalView
from gateway.api.views import (
    CancellationsView,
    CopiesView,
    InquiriesView,
    InquiryResultsView,
    InquiryView,
)

urlpatterns = [
    path("inquiries/", InquiriesView.as_view(), name="gateway-inquiries"),
    path("inquiries/cancellations/", CancellationsView.as_view(), name="gateway-cancellations"),
    path("inquiries/<int:inquiry_id>/", InquiryView.as_view(), name="gateway-inquiry"),
    path("inquiry-results/", InquiryResultsView.as_view(), name="gateway-inquiry-results"),
    path("notices/", NoticesView.as_view(), name="gateway-notices"),
    path("notices/<int:notice_id>/", NoticeView.as_view(), name="gateway-notice"),
    path(
        "notices/<int:notice_id>/withdrawal/",
        NoticeWithdrawalView.as_view(),
        name="gateway-notice-withdrawal",
    ),
    path("copies/", CopiesView.as_view(), name="gateway-copies"),
]
