"""
Kombu's file-system transport, with writes that a reader sees whole or not at all.

Kombu writes a message where readers look for it, so that a busy machine hands half a message to a
worker, which ends on it. Here a message is written beside its place and renamed into it; what a power
cut tore all the same is put aside. A message only wakes a worker: the rows are found again without it.
"""

import fcntl
import logging
import uuid
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any, Final

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)
_BEING_WRITTEN: Final = ".part"
_TAKEN: Final = ".taken"
_TORN: Final = ".torn"


class FileChannel(filesystem.Channel):
    """One channel over a folder of messages (`data_folder_in`, `data_folder_out`, `control_folder`)."""

    # The stubs of the two classes above name the second argument differently.
    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Write a message whole: nobody sees it before its last byte."""
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, message)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """Return the oldest message of a queue; one that can't be read is put aside."""
        folder = Path(self.data_folder_in)
        for name in sorted(path.name for path in folder.iterdir()):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / (name + _TAKEN)
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:
                continue  # another worker was quicker
            try:
                message = loads(bytes_to_str(taken.read_bytes()))
            except ValueError:
                taken.rename(folder / (name + _TORN))
                logger.error("a message of queue %s is torn; put aside as %s%s", queue, name, _TORN)
                continue
            taken.unlink()
            return message
        raise Empty

    def _queue_bind(
        self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None
    ) -> None:
        """Add a queue to an exchange's table; readers see the table before or after, whole."""
        self.control_folder.mkdir(parents=True, exist_ok=True)
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with (self.control_folder / "tables.lock").open("wb") as table_lock:
            fcntl.flock(table_lock, fcntl.LOCK_EX)
            queues = self.get_table(exchange)
            if bound not in queues:
                _write_whole(self.control_folder / f"{exchange}.exchange", [bound, *queues])


def _write_whole(path: Path, content: Any) -> None:
    beside = path.with_name(f"{path.name}.{uuid.uuid4()}{_BEING_WRITTEN}")
    try:
        beside.write_bytes(str_to_bytes(dumps(content)))
        beside.replace(path)
    except OSError as error:
        raise ChannelError(f"Cannot write {path}") from error


class FileTransport(filesystem.Transport):
    """The transport behind `filesystem://`."""

    Channel = FileChannel


def use_whole_files() -> None:
    """Let `filesystem://` mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:{FileTransport.__name__}"
