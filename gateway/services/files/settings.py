"""What files a system may leave, set up and changed by staff."""

import re
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from gateway.models import FileExchangeSetting
from gateway.rules.codes import is_information_code
from gateway.selectors.grounds import grounds_to_forward
from gateway.services.files import folders
from gateway.services.files.rows import COPY_ITEMS, INQUIRY_ITEMS
from gateway.services.inquiries.results import RESULT_FEED
from sapporo_base import selectors as base_questions
from sapporo_base.acts import Act, InvalidRequest
from sapporo_base.layouts import LayoutSpecification, parse_layout
from sapporo_base.layouts.specification import BadLayout
from sapporo_base.models import BusinessSystem
from sapporo_base.selectors.reference import UnknownLayout

Kind = FileExchangeSetting.Kind
_PREFIX: Final = re.compile(r"[0-9A-Za-z]{1,20}\Z")
_RESULT_ITEMS: Final = ("request_key", "state")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileExchangePlan:
    """What staff set: layouts, encoding and for how long files are kept."""

    layout_code: str
    encoding: str
    result_layout_code: str = ""
    days_kept: int = 30
    is_active: bool = True


@transaction.atomic
def set_up_file_exchange(
    *,
    system: BusinessSystem,
    kind: str,
    prefix: str,
    information_code: str = "",
    plan: FileExchangePlan,
    act: Act,
) -> FileExchangeSetting:
    """
    Let a system leave files of one kind in its folder; results are those from now on.

    :raises InvalidRequest: a layout lacks items, the prefix or the 特定個人情報 is wrong or taken, or the
        system has no ground to provide the copies.
    """
    if not _PREFIX.match(prefix):
        raise InvalidRequest(fields={"name_prefix": "半角英数字20文字以内で入力してください。"})
    others = FileExchangeSetting.objects.filter(system=system)
    if others.filter(prefix=prefix).exists():
        raise InvalidRequest(fields={"name_prefix": "このシステムの別の設定で使われています。"})
    if kind == Kind.COPIES:
        if not is_information_code(information_code):
            raise InvalidRequest(fields={"information_code": "TMと数字14桁で入力してください。"})
        if not grounds_to_forward(system=system, information_code=information_code, day=act.day):
            raise InvalidRequest(
                fields={
                    "information_code": "このシステムが提供する根拠(法令上の根拠)がありません。"
                }
            )
    elif information_code:
        raise InvalidRequest(
            fields={"information_code": "情報照会では空欄にします(行ごとに指定します)。"}
        )
    if others.filter(kind=kind, information_code=information_code).exists():
        raise InvalidRequest(fields={"kind": "同じ内容の設定があります。変更は一覧から行えます。"})
    _check(kind, plan, act)
    for which in folders.FOLDERS:
        folders.folder(system, which)
    return FileExchangeSetting.objects.create(
        system=system,
        kind=kind,
        prefix=prefix,
        information_code=information_code,
        layout_code=plan.layout_code,
        encoding=plan.encoding,
        result_layout_code=plan.result_layout_code,
        days_kept=plan.days_kept,
        is_active=plan.is_active,
        results_after=RESULT_FEED.head() if kind == Kind.INQUIRIES else 0,
        set_up_by=act.staff.staff_number if act.staff else act.path,
        set_up_at=act.at,
    )


@transaction.atomic
def change_file_exchange(
    *, setting: FileExchangeSetting, plan: FileExchangePlan, act: Act
) -> FileExchangeSetting:
    """
    Change layouts, encoding and days of a setting, or stop it; files that were taken go on.

    :raises InvalidRequest: a layout lacks items.
    """
    setting = FileExchangeSetting.objects.select_for_update().get(pk=setting.pk)
    _check(setting.kind, plan, act)
    setting.layout_code, setting.encoding = plan.layout_code, plan.encoding
    setting.result_layout_code, setting.days_kept = plan.result_layout_code, plan.days_kept
    setting.is_active = plan.is_active
    setting.set_up_by = act.staff.staff_number if act.staff else act.path
    setting.set_up_at = act.at
    setting.save()
    return setting


def _check(kind: str, plan: FileExchangePlan, act: Act) -> None:
    _has(
        "layout_code",
        plan.layout_code,
        INQUIRY_ITEMS if kind == Kind.INQUIRIES else COPY_ITEMS,
        act,
    )
    if kind == Kind.INQUIRIES:
        _has("result_layout_code", plan.result_layout_code, _RESULT_ITEMS, act)
    elif plan.result_layout_code:
        raise InvalidRequest(fields={"result_layout_code": "副本には結果のファイルがありません。"})
    if plan.days_kept < 1:
        raise InvalidRequest(fields={"days_kept": "1日以上にしてください。"})


def _has(place: str, code: str, names: tuple[str, ...], act: Act) -> None:
    layout = _layout(place, code, act)
    if missing := [name for name in names if name not in layout.names]:
        raise InvalidRequest(
            fields={place: f"このレイアウトには識別名 {'、'.join(missing)} の項目がありません。"}
        )


def _layout(place: str, code: str, act: Act) -> LayoutSpecification:
    try:
        layout = parse_layout(base_questions.layout_definition(code, day=act.day))
    except (UnknownLayout, BadLayout):
        raise InvalidRequest(fields={place: "本日使えるレイアウトではありません。"}) from None
    if layout.form == "message":
        raise InvalidRequest(fields={place: "電文ではなく、ファイルのレイアウトを選んでください。"})
    return layout
