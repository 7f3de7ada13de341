"""Messages by the layout that is in force on the day: what is lost and which codes are unknown is noted."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain

from gateway import conversion
from sapporo_base import selectors as base_questions
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.layouts import LayoutSpecification, Tables, parse_layout
from sapporo_base.models import BusinessSystem


def _in_force(
    purpose: str, information_code: str, act: Act
) -> tuple[LayoutSpecification, Tables] | None:
    found = base_questions.message_layout(
        purpose=purpose, information_code=information_code, day=act.day
    )
    if found is None:
        return None
    layout = parse_layout(found.definition)
    return layout, base_questions.tables_for([layout], day=act.day)


def integrated_number_items(information_code: str, *, act: Act) -> frozenset[str]:
    """Return by what names a result has items that are a 団体内統合宛名番号, by its layout in force."""
    found = _in_force("result", information_code, act)
    if found is None:
        return frozenset()
    layout, _ = found
    keys = zip(layout.fields, layout.file_keys, strict=True)
    return frozenset(key for one, key in keys if one.integrated_number)


def convert_copies(
    messages: Sequence[tuple[str, conversion.Message]],
    *,
    system: BusinessSystem,
    information_code: str,
    act: Act,
) -> None:
    """
    Convert copies in place by the layout of their 特定個人情報 that is in force, if there is one.

    :param messages: the business number and the items of each.
    """
    found = _in_force("copy", information_code, act)
    if found is None or not messages:
        return
    layout, tables = found
    unmapped = conversion.convert_outward([one for _, one in messages], layout, tables)
    base.note_unmapped(
        unmapped, layout_code=layout.code, place=f"副本 {information_code}", at=act.at
    )
    base.note_losses(
        [
            base.LostIn(number, item, losses)
            for number, message in messages
            for item, losses in message.losses
        ],
        of=[number for number, _ in messages],
        origin="copy",
        layout_code=layout.code,
        layout_version=layout.version,
        system=system,
        act=act,
    )


def convert_results(messages: Sequence[tuple[str, conversion.Message]], *, act: Act) -> None:
    """
    Convert results in place by the layouts of their 特定個人情報 that are in force.

    :param messages: the 特定個人情報名コード and the items of each.
    """
    by_information: dict[str, list[conversion.Message]] = defaultdict(list)
    for information_code, message in messages:
        by_information[information_code].append(message)
    for information_code, members in by_information.items():
        found = _in_force("result", information_code, act)
        if found is None:
            continue
        layout, tables = found
        unmapped = conversion.convert_inward(members, layout, tables)
        base.note_unmapped(
            chain(unmapped),
            layout_code=layout.code,
            place=f"照会結果 {information_code}",
            at=act.at,
        )
