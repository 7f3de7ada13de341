"""Addresses of the 児童手当 API."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
