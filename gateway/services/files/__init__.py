"""ファイル連携: a pass over the folders of the systems; every step may be stopped and is done again."""

from collections import defaultdict
from dataclasses import dataclass

from gateway.models import ExchangedFile, FileExchangeSetting
from gateway.services.files.disposing import dispose_exchanged_files
from gateway.services.files.receiving import (
    LeftFile,
    answer_files,
    files_left,
    receive_files,
    take_files,
)
from gateway.services.files.results import write_results
from gateway.services.files.settings import (
    FileExchangePlan,
    change_file_exchange,
    set_up_file_exchange,
)
from sapporo_base import services as base
from sapporo_base.acts import Act, NotNow
from sapporo_base.layouts.specification import BadLayout
from sapporo_base.models import BusinessSystem
from sapporo_base.selectors.reference import UnknownLayout

__all__ = [
    "FileExchangePlan",
    "LeftFile",
    "Pass",
    "change_file_exchange",
    "dispose_exchanged_files",
    "exchange_files",
    "files_left",
    "set_up_file_exchange",
]


@dataclass
class Pass:
    """What one look at the folders did."""

    received: int = 0
    rejected: int = 0
    refused: int = 0
    results: int = 0
    troubles: tuple[str, ...] = ()


def exchange_files(*, act: Act, system: BusinessSystem | None = None) -> Pass:
    """
    Take the files that systems left, let them take effect, answer them, and write new results.

    A system whose folder is in trouble, or that is being looked at elsewhere, does not keep others waiting.
    """
    active = FileExchangeSetting.objects.filter(is_active=True).select_related("system")
    if system is not None:
        active = active.filter(system=system)
    by_system: dict[int, list[FileExchangeSetting]] = defaultdict(list)
    for setting in active.order_by("pk"):
        whose = setting.system
        if whose.valid_from <= act.day and (not whose.valid_until or act.day < whose.valid_until):
            by_system[setting.system_id].append(setting)
    done = Pass()
    for settings in by_system.values():
        try:
            with base.only_one_reception(f"file exchange {settings[0].system.code}"):
                _exchange(settings, done, act)
        except (NotNow, OSError, UnknownLayout, BadLayout) as trouble:
            words = trouble.message if isinstance(trouble, NotNow) else type(trouble).__name__
            done.troubles += (f"{settings[0].system.code}: {words}",)
    return done


def _exchange(settings: list[FileExchangeSetting], done: Pass, act: Act) -> None:
    take_files(settings, act=act)
    for file in receive_files(settings, act=act):
        done.received += 1
        done.rejected += file.rejected
        done.refused += file.state == ExchangedFile.State.REFUSED
    answer_files(settings, act=act)
    for setting in settings:
        if setting.kind == FileExchangeSetting.Kind.INQUIRIES:
            while write_results(setting, act=act):
                done.results += 1
