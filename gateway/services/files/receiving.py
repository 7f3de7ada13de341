"""Files that came in: taken out of reach, read by the layout of the day, answered by receipt and error file."""

import csv
import io
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from django.db import transaction

from gateway.models import ExchangedFile, FileExchangeSetting
from gateway.services.files import folders
from gateway.services.files.rows import Taken, take_copies, take_inquiries
from sapporo_base import selectors as base_questions
from sapporo_base import services as base
from sapporo_base.acts import JAPAN, Act, NotNow, NotPermitted
from sapporo_base.bulk import file_sha256
from sapporo_base.layouts import Source, UnreadableFile, open_source, parse_layout
from sapporo_base.layouts.specification import BadLayout
from sapporo_base.models import BusinessSystem, LinkageRecord
from sapporo_base.selectors.reference import UnknownLayout

State = ExchangedFile.State
_ENCODING_OF_ERRORS: Final = "cp932"


def setting_of(name: str, settings: Sequence[FileExchangeSetting]) -> FileExchangeSetting | None:
    """Return to which setting a file belongs by its name: the longest prefix counts."""
    fitting = [one for one in settings if name.startswith(one.prefix)]
    return max(fitting, key=lambda one: len(one.prefix), default=None)


@dataclass(frozen=True, slots=True)
class LeftFile:
    """A file in a system's folder that was not taken yet: by which setting it will be, or why not."""

    name: str
    written_at: datetime
    setting_id: int | None
    words: str


def files_left(system: BusinessSystem) -> list[LeftFile]:
    """Return what lies in a system's folder: of no setting, unfinished, or to be taken next."""
    settings = list(FileExchangeSetting.objects.filter(system=system))
    found = []
    for path in sorted(folders.folder(system, folders.IN).iterdir()):
        setting = setting_of(path.name, settings)
        if path.is_symlink() or not path.is_file():
            words, setting = "ファイルではないため受け取りません。", None
        elif not folders.is_name(path.name):
            words, setting = (
                "書込中、または使えない名前です(半角英数字、csv・txt・dat・xml・json)。",
                None,
            )
        elif setting is None:
            words = "ファイル名の先頭がどの設定にも合いません。"
        elif not setting.is_active:
            words = "設定が停止中です。"
        else:
            words = "次の確認で受け取ります。"
        written = datetime.fromtimestamp(path.lstat().st_mtime, tz=UTC)
        # A name that we would not take is not repeated as it is: it may hold anything.
        name = path.name if folders.is_name(path.name) else f"({len(path.name)}文字の名前)"
        found.append(LeftFile(name, written, setting.pk if setting else None, words))
    return found


def take_files(settings: Sequence[FileExchangeSetting], *, act: Act) -> None:
    """Move the whole files of a system out of its reach; those of no setting and unfinished ones stay."""
    system = settings[0].system
    at = act.at
    for path in folders.files_in(system, folders.IN):
        if setting_of(path.name, settings) and folders.is_whole(path, at=act.at):
            folders.take(path, system, at=at)
            at += timedelta(microseconds=1)


def receive_files(settings: Sequence[FileExchangeSetting], *, act: Act) -> list[ExchangedFile]:
    """Read the files that were taken and are not known yet; also those that a stop left there."""
    system = settings[0].system
    paths = {path.name: path for path in folders.files_in(system, folders.TAKEN)}
    known = ExchangedFile.objects.filter(system=system, name__in=paths)
    received = []
    for name in sorted(paths.keys() - set(known.values_list("name", flat=True))):
        setting = setting_of(name.partition("_")[2], settings)
        if setting:
            trip = replace(act, correlation_id=uuid.uuid4(), system=system, path="file")
            received.append(_receive(paths[name], setting, trip))
    return received


def _receive(path: Path, setting: FileExchangeSetting, act: Act) -> ExchangedFile:
    """Let a file take effect, and write what became of it, in one transaction."""
    before = path.stat()
    file = ExchangedFile(
        setting=setting,
        system=setting.system,
        direction=ExchangedFile.Direction.IN,
        name=path.name,
        sha256=file_sha256(path),
        size=before.st_size,
        at=act.at,
        correlation_id=act.correlation_id,
    )
    with transaction.atomic():
        # Two passes never read one file: they wait here, and the second finds the row.
        FileExchangeSetting.objects.select_for_update().get(pk=setting.pk)
        file.first = ExchangedFile.objects.filter(
            setting=setting,
            sha256=file.sha256,
            direction=ExchangedFile.Direction.IN,
            state__in=[State.DONE, State.PARTLY],
        ).first()
        if file.first:
            file.state = State.REPEATED
        else:
            _settle(file, path, setting, act)
        after = path.stat()
        if (after.st_mtime_ns, after.st_size) != (before.st_mtime_ns, before.st_size):
            raise NotNow(f"{path.name} は読取中に変わりました。次回に読み直します。")
        file.save()
        base.record_linkage(
            act,
            "file_received",
            result=_RESULTS[State(file.state)],
            detail=f"{file.sent_name}: {file.get_state_display()} 行数{file.rows} "
            f"受付{file.accepted} エラー{file.rejected}",
            information_code=setting.information_code,
            receiver_code=setting.system.code,
            subject_count=file.accepted,
        )
    return file


_RESULTS: Final = {
    State.DONE: LinkageRecord.Result.DONE,
    State.REPEATED: LinkageRecord.Result.DONE,
    State.PARTLY: LinkageRecord.Result.PARTLY,
    State.REFUSED: LinkageRecord.Result.REFUSED,
}


def _settle(file: ExchangedFile, path: Path, setting: FileExchangeSetting, act: Act) -> None:
    try:
        taken = _taken(_source(path, setting, act), setting, act)
    except UnreadableFile as error:
        file.state, file.why = State.REFUSED, error.reason[:300]
    except NotPermitted as refusal:
        file.state, file.why = State.REFUSED, refusal.message[:300]
    except (UnknownLayout, BadLayout):
        file.state = State.REFUSED
        file.why = f"レイアウト「{setting.layout_code}」は本日使えません。市に連絡してください。"
    else:
        file.state = State.PARTLY if taken.rejected else State.DONE
        file.rows, file.rejected = taken.rows, taken.rejected
        file.accepted, file.unchanged = taken.accepted, taken.unchanged
        file.findings = [list(one) for one in taken.findings]


def _source(path: Path, setting: FileExchangeSetting, act: Act) -> Source:
    layout = parse_layout(base_questions.layout_definition(setting.layout_code, day=act.day))
    tables = base_questions.tables_for([layout], day=act.day)
    return open_source(path, layout, tables=tables, encoding=setting.encoding)


def _taken(source: Source, setting: FileExchangeSetting, act: Act) -> Taken:
    if setting.kind == FileExchangeSetting.Kind.INQUIRIES:
        return take_inquiries(source, system=setting.system, act=act)
    return take_copies(
        source,
        system=setting.system,
        information_code=setting.information_code,
        act=act,
    )


def answer_files(settings: Sequence[FileExchangeSetting], *, act: Act) -> int:
    """Write receipt and error file of what is not answered yet; a stop in between only repeats it."""
    open_files = ExchangedFile.objects.filter(
        system=settings[0].system,
        direction=ExchangedFile.Direction.IN,
        answered_at=None,
    ).select_related("system", "setting", "first")
    count = 0
    for file in open_files.order_by("pk"):
        if file.findings:
            folders.write_whole(
                file.system, folders.ERRORS, f"{file.name}.csv", partial(_errors, file)
            )
        folders.write_whole(
            file.system, folders.RECEIPTS, f"{file.name}.json", partial(_receipt, file)
        )
        file.answered_at = act.at
        file.save(update_fields=["answered_at"])
        count += 1
    return count


_WHAT_NEXT: Final = {
    State.REFUSED: "ファイル全体を受け付けていません。直したファイルを新しい名前でもう一度置いてください。",
    State.PARTLY: "エラーの行だけを直し、新しい名前のファイルでもう一度置いてください。",
}


def _receipt(file: ExchangedFile, stream: BinaryIO) -> None:
    told = {
        "file": file.sent_name,
        "stored_as": file.name,
        "sha256": file.sha256,
        "size": file.size,
        "received_at": file.at.astimezone(JAPAN).isoformat(timespec="seconds"),
        "state": file.state,
        "state_words": file.get_state_display(),
        "why": file.why,
        "what_next": _WHAT_NEXT.get(State(file.state), ""),
        "rows": file.rows,
        "accepted": file.accepted,
        "unchanged": file.unchanged,
        "rejected": file.rejected,
        "errors": f"{file.name}.csv" if file.findings else None,
        "first_received_as": file.first.name if file.first else None,
        "correlation_id": str(file.correlation_id),
    }
    stream.write(json.dumps(told, ensure_ascii=False, indent=2).encode())


def _errors(file: ExchangedFile, stream: BinaryIO) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["行番号", "項目", "理由"])
    writer.writerows(file.findings)
    is_cp932 = file.setting.encoding == _ENCODING_OF_ERRORS
    encoding = _ENCODING_OF_ERRORS if is_cp932 else "utf-8-sig"
    stream.write(text.getvalue().encode(encoding, errors="replace"))
