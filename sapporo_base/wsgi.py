"""WSGI entry point."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sapporo_base.settings")
application = get_wsgi_application()
import_module("sapporo_base.urls")  # the first request doesn't wait for the pages to be loaded
