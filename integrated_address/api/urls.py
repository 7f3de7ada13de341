"""Addresses of the 団体内統合宛名 API."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
