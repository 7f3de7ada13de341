"""Addresses of the 個人基本 API."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
