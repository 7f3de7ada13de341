"""廃棄: files that came in and went out are removed when their days are over, with what was answered to them."""

from datetime import timedelta

from django.db import transaction

from gateway.models import ExchangedFile, FileExchangeSetting
from gateway.services.files import folders
from sapporo_base import services as base
from sapporo_base.acts import Act


def dispose_exchanged_files(*, act: Act) -> int:
    """Remove the files whose days are over, each with its record; return how many. Their rows stay."""
    count = 0
    for setting in FileExchangeSetting.objects.select_related("system"):
        over = ExchangedFile.objects.filter(
            setting=setting,
            disposed_at=None,
            answered_at__isnull=False,
            at__lt=act.at - timedelta(days=setting.days_kept),
        )
        for file in over.order_by("pk"):
            _dispose(file, setting, act)
            count += 1
    return count


@transaction.atomic
def _dispose(file: ExchangedFile, setting: FileExchangeSetting, act: Act) -> None:
    file.disposed_at = act.at
    file.save(update_fields=["disposed_at"])
    base.dispose_files(
        act,
        "exchanged_file_disposed",
        paths=folders.paths_of(setting.system, file.name),
        detail=f"{file.name}(保存日数{setting.days_kept}日)",
        information_code=setting.information_code,
        receiver_code=setting.system.code,
    )
