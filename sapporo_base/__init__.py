"""Ground floor: what every subsystem stands on; imports none of them."""

from sapporo_base.celery import app as celery_app

__all__ = ["celery_app"]
