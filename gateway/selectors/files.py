"""Questions to the files of business systems."""

from django.db.models import QuerySet

from gateway.models import ExchangedFile, FileExchangeSetting


def last_exchanged_files(setting: FileExchangeSetting, *, most: int) -> QuerySet[ExchangedFile]:
    """Return the newest files of a setting, in and out."""
    return ExchangedFile.objects.filter(setting=setting).order_by("-at", "-pk")[:most]
