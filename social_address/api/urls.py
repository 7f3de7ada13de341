"""Addresses of the 社会保障宛名 API."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
