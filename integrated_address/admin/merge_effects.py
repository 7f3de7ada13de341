"""What an approval of a 名寄せ moves, what an undoing brings back, and what the two were before."""

from datetime import date
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from integrated_address import selectors
from integrated_address.models import Merge
from sapporo_base import selectors as base
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect
from sapporo_base.rules.dates import format_date


def effects(obj: Merge) -> list[Effect]:
    """Return what an approval moves, and who is told."""
    preview = selectors.merge_preview(retired=obj.retired_id, survivor=obj.survivor_id)
    told = [
        Effect(
            "残る番号", f"{obj.survivor_id}(統合される番号 {obj.retired_id} の検索にも答えます)"
        ),
        Effect(
            "移る業務番号",
            "、".join(f"{one.name} {len(one.moved)}件" for one in preview.systems if one.moved)
            or "なし",
        ),
        Effect("基本4情報", preview.whose_basics),
        Effect("符号", preview.code_words),
    ]
    for name in settings.MERGE_EFFECTS:
        lines = import_string(name)(retired=obj.retired_id, survivor=obj.survivor_id)
        told += [Effect(label, words) for label, words in lines]
    told.append(
        Effect("通知先", "、".join(one.name for one in preview.systems) or "紐付く業務なし")
    )
    if preview.protects:
        told.append(
            Effect(
                "支援措置", "一方が対象のため、名寄せ後の方を支援措置対象とします", level="warned"
            )
        )
    if preview.contradiction:
        told.append(Effect("個人番号", preview.contradiction, level="warned"))
    return told


def effects_of_undoing(obj: Merge) -> list[Effect]:
    """Return what an undoing brings back, and what stays."""
    before = obj.image["retired"]
    added = selectors.links_added_since(obj)
    told = [
        Effect("使用中に戻る番号", obj.retired_id),
        Effect("戻る業務番号", f"{len(before['business_numbers'])}件"),
        Effect("副本・照会", "戻る業務番号の副本を、元の番号で送り直します"),
        Effect(
            "自動応答不可・不開示", "それぞれ名寄せ前の設定に戻し、名寄せ後の設定は両方に残します"
        ),
    ]
    if added:
        words = "、".join(f"{link.system.name} {link.number}" for link in added)
        told.append(
            Effect("名寄せ後に紐付いた番号", f"残る番号に残ります: {words}", level="warned")
        )
    later = selectors.later_merge(obj)
    if later is not None:
        told.append(
            Effect("先に必要な解除", f"名寄せ 第{later.pk}号を先に解除してください", level="warned")
        )
    return told


def image_before(obj: Merge) -> SafeString:
    """Return the two as they were before they became one."""
    names = base.system_names()
    told = []
    for side in ("survivor", "retired"):
        image = obj.image[side]
        basics: dict[str, Any] = next(
            (row for row in image["basics"] if row["valid_until"] is None), {}
        )
        links = [one for one in image["business_numbers"] if one["valid_until"] is None]
        told.append(
            {
                "氏名": basics.get("name", ""),
                "氏名フリガナ": basics.get("name_kana", ""),
                "生年月日": _day_in_words(basics.get("birth", "")),
                "住所": basics.get("residential_address", ""),
                "支援措置": "対象" if image["under_support"] else "なし",
                "個人番号": "登録あり"
                if any(one["valid_until"] is None for one in image["individual_numbers"])
                else "登録なし",
                "業務番号": "、".join(
                    f"{names.get(one['system'], one['system'])} {one['number']}" for one in links
                ),
            }
        )
    return display.differences(
        *told,
        caption="名寄せ前の二人",
        only_changed=False,
        headings=("残った番号の方", "統合された番号の方"),
        word="相違",
        marks=("mark", "mark"),
    )


def _day_in_words(birth: str) -> str:
    """Return the birth date of an image as people write it; what is no date is in words already."""
    try:
        return format_date(date.fromisoformat(birth), weekday=False)
    except ValueError:
        return birth
