"""廃棄: files that were received are taken out of the drop folder; they hold 個人番号."""

from datetime import datetime
from typing import Final

from resident_basic.services.drop_folder import file_in_folder, waiting_files
from resident_basic.services.intake import KIND
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.bulk import file_sha256
from sapporo_base.models import BatchRun

_RECEIVED: Final = (BatchRun.State.DONE, BatchRun.State.REJECTED)


def dispose_received_files(*, before: datetime, act: Act) -> list[str]:
    """
    Remove the files whose very content was received before a moment; return their names.

    Each removal is a record. A file that nobody received, or that changed since, stays for people to
    decide about. Rows that were rejected are mended from what was kept of them, never from the file.
    """
    names = []
    for file in waiting_files():
        if file.written_at >= before:
            continue
        path = file_in_folder(file.name)
        received = BatchRun.objects.filter(
            kind=KIND, state__in=_RECEIVED, file_sha256=file_sha256(path), ended_at__lt=before
        ).last()
        if received is None:
            continue
        base.dispose_files(
            act,
            "received_file_disposed",
            paths=[path],
            information="住民基本台帳ファイル",
            detail=f"一括処理{received.pk} {file.name}",
        )
        names.append(file.name)
    return names
