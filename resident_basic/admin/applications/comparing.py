"""What a 利用申請 would give beyond what is given already, for who decides it."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from resident_basic import selectors
from resident_basic.admin.applications import words
from resident_basic.models import UseApplication
from resident_basic.rules.items import widest
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect


def difference_of(obj: UseApplication) -> SafeString:
    """Return what differs from what it renews, or what it adds to what is given already."""
    beside = _beside(obj)
    if beside is not None:
        return format_html(
            "<p>{}は引き続き有効です。この申請が承認されると、両方の項目が移転されます。</p>{}",
            _numbers(beside.applications),
            display.differences(
                *_wider_than(beside, obj),
                caption="この申請で新たに移転されるもの",
                headings=("現在", f"第{obj.pk}号"),
            ),
        )
    previous = selectors.previous_approval(obj)
    if previous is None:
        return format_html("<p>{}</p>", "この庁内業務システムの、以前の承認はありません。")
    return display.differences(
        _in_words(previous, granted=True),
        _in_words(obj, granted=obj.granted_from is not None),
        caption=f"第{previous.pk}号(承認)と第{obj.pk}号の違い",
        headings=(f"第{previous.pk}号", f"第{obj.pk}号"),
    )


def _reductions(application: UseApplication, *, granted: bool) -> dict[str, str]:
    items = application.approved_items if granted else application.requested_items
    return dict(items.order_by("pk").values_list("item", "reduction"))


def _in_words(application: UseApplication, *, granted: bool) -> dict[str, Any]:
    """Return an application by label, for the difference: as granted, or as asked."""
    one = application
    said: dict[str, Any] = {
        "利用目的": one.purpose,
        "事務": one.procedure,
        "法令上の根拠": str(one.legal_basis),
        "対象者の範囲": one.subjects,
        "想定件数(年間)": f"{one.expected_count:,}人" if one.expected_count else "",
        "保管期間": one.retention,
        "取扱部署": one.handling_section,
        "移転の形式": words.forms_of(one.granted_forms if granted else one.delivery_forms),
        "個人番号": "移転する"
        if (one.grants_individual_number if granted else one.individual_number)
        else "移転しない",
        "支援措置対象者の住所等": "移転する"
        if (one.grants_protected_people if granted else one.protected_people)
        else "移転しない",
    }
    for item, reduction in _reductions(application, granted=granted).items():
        said[f"項目: {words.label_of(item)}"] = _how(reduction)
    return said


def _beside(obj: UseApplication) -> selectors.Approval | None:
    """Return what other approvals give the system now; None for a renewal, which takes their place."""
    if obj.renews_id is not None:
        return None
    beside = selectors.approved_beside(obj, day=timezone.localdate())
    return beside if beside.disclosed else None


def goes_on_without(obj: UseApplication) -> list[Effect]:
    """Return what other approvals give the system all the same: for who ends this one."""
    beside = selectors.approved_beside(obj, day=timezone.localdate())
    if not beside.disclosed:
        return []
    said = f"{_numbers(beside.applications)}による{len(beside.disclosed):,}項目の移転は続きます。"
    return [Effect("止まらないもの", said, "warned")]


def _numbers(applications: Sequence[int]) -> str:
    return "、".join(f"第{number}号" for number in applications)


def _how(reduction: str) -> str:
    return f"移転する({words.reduction_of(reduction) if reduction else '全部'})"


def _wider_than(
    given: selectors.Approval, obj: UseApplication
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return, by label, what is given now and what would be given with this application beside it."""
    granted = obj.granted_from is not None
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for item, reduction in _reductions(obj, granted=granted).items():
        label = words.label_of(item)
        together = reduction
        if item in given.items:
            before[label] = _how(given.reductions.get(item, ""))
            together = widest([given.reductions.get(item, ""), reduction])
        after[label] = _how(together)
    asks = obj.grants_individual_number if granted else obj.individual_number
    protects = obj.grants_protected_people if granted else obj.protected_people
    for label, was, wants in (
        ("個人番号", given.individual_number, asks),
        ("支援措置対象者の住所等", given.protected_people, protects),
    ):
        before[label] = "移転する" if was else "移転しない"
        after[label] = "移転する" if was or wants else "移転しない"
    return before, after


def changes_since(obj: UseApplication) -> list[Effect]:
    """Return what would be given beyond what was, or is, approved: for who decides."""
    beside = _beside(obj)
    previous = selectors.previous_approval(obj)
    if beside is None and previous is None:
        return [Effect("前回の承認", "なし(初めての申請)")]
    if beside is not None:
        before, after = _wider_than(beside, obj)
        compared = f"{_numbers(beside.applications)}(引き続き有効)"
    else:
        before = _in_words(previous, granted=True) if previous else {}
        after = _in_words(obj, granted=False)
        compared = f"第{previous.pk}号" if previous else ""
    items = {words.label_of(item) for item in _reductions(obj, granted=False)}
    labels = {label: label.removeprefix("項目: ") for label in after}
    added = [labels[one] for one in after if labels[one] in items and one not in before]
    changed = [
        labels[one]
        for one in after
        if labels[one] in items and one in before and before[one] != after[one]
    ]
    effects = [Effect("前回の承認", compared)]
    if added:
        effects.append(Effect("前回にない項目", "、".join(added), "warned"))
    if changed:
        effects.append(Effect("限定が変わる項目", "、".join(changed), "warned"))
    if before.get("個人番号") != after.get("個人番号"):
        effects.append(Effect("個人番号", f"{before['個人番号']} → {after['個人番号']}", "warned"))
    return effects
