"""Fields that several APIs share."""

from typing import Any

from rest_framework import serializers

_GREATEST = 2**63 - 1


class ReceiptField(serializers.IntegerField):
    """A place in a feed: 0 is its beginning, and none is greater than the database can count."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=_GREATEST, **kwargs)
