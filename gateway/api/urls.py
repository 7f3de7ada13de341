"""Addresses of the 市中間サーバ API."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
