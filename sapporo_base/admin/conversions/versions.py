"""A definition in versions as an admin page: what it says, what changed, and who may do what with it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin
from sapporo_base.admin.law import DatedMixin
from sapporo_base.models import Layout
from sapporo_base.models.layouts import DraftedVersion
from sapporo_base.selectors import conversions

State = DraftedVersion.State
_MOST_SHOWN = 50
_EMPTY = SafeString("&nbsp;")


class VersionsAdmin(DatedMixin, ReadOnlyAdmin):
    """Versions of a kind of definition: shown and compared, with who may do what with each."""

    list_display: Any = ("name", "code", "version", "standing", "in_force")
    list_filter: Any = ("state",)
    search_fields: Any = ("code", "name")
    search_help_text = "名称・識別名で検索"
    ordering: Any = ("code", "-version")
    list_select_related = ("drafted_by", "activated_by")
    readonly_fields: Any = ("standing", "facts", "faults", "rows", "difference", "versions")

    # Rights ------------------------------------------------------------------------------------

    def _holds(self, request: HttpRequest, verb: str) -> bool:
        return request.user.has_perm(f"sapporo_base.{verb}_{self.opts.model_name}")

    def _state(self, request: HttpRequest, object_id: Any) -> str:
        known: dict[str, str] = request.__dict__.setdefault("_definition_states", {})
        key = str(object_id)
        if key not in known:
            found = self.model._default_manager.filter(pk=object_id)
            known[key] = found.values_list("state", flat=True).first() or ""
        return known[key]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Say whether this person may begin a definition."""
        return self._holds(request, "draft")

    def has_draft_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may begin the next version."""
        active = object_id is None or self._state(request, object_id) == State.ACTIVE
        return active and self._holds(request, "draft")

    def has_edit_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may go on with a draft."""
        draft = object_id is None or self._state(request, object_id) == State.DRAFT
        return draft and self._holds(request, "draft")

    def has_activate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may put a draft in force; the drafter is told so on the page."""
        draft = object_id is None or self._state(request, object_id) == State.DRAFT
        return draft and self._holds(request, "activate")

    # Columns and sections ----------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the sections that this version has something in."""
        rows = "項目" if self.model is Layout else "内容"
        sections = [("状態", ("facts",))]
        if obj is not None and obj.state == State.DRAFT:
            sections.append(("誤り", ("faults",)))
        sections += [
            ("前の版との違い", ("difference",)),
            (rows, ("rows",)),
            ("版の一覧", ("versions",)),
        ]
        return [(title, {"fields": fields}) for title, fields in sections]

    @admin.display(description="状態", ordering="state")
    def standing(self, obj: DraftedVersion) -> SafeString:
        """Return where the version stands today."""
        day = timezone.localdate()
        if obj.state == State.DRAFT:
            return display.badge("改訂案(承認待ち)", "waiting")
        if obj.valid_from > day:
            return display.badge("適用前", "info")
        if obj.valid_until is not None and obj.valid_until <= day:
            return display.badge("適用終了", "plain")
        return display.badge("適用中", "done")

    @admin.display(description="版")
    def facts(self, obj: DraftedVersion) -> SafeString:
        """Return who drafted and who activated it, and from when it is in force."""
        pairs: list[tuple[str, Any]] = [
            ("状態", self.standing(obj)),
            ("識別名", obj.code),
            ("版", f"第{obj.version}版"),
            ("適用期間", self.in_force(obj)),
        ]
        if obj.drafted_by is None:
            pairs.append(("由来", "製品に付属"))
        else:
            pairs += [
                ("起案", self._who(obj.drafted_by, obj.drafted_at)),
                ("承認", self._who(obj.activated_by, obj.activated_at)),
                ("改訂の理由", obj.remark),
            ]
        if obj.broken_examples:
            pairs.append(
                ("変換見本", f"{obj.broken_examples}件と異なる(理由: {obj.broken_reason})")
            )
        return display.facts(pairs)

    def _who(self, staff: Any, at: Any) -> Any:
        if staff is None:
            return display.NOTHING
        return format_html("{}({}) {}", staff.name, staff.staff_number, display.moment(at))

    @admin.display(description="誤り")
    def faults(self, obj: DraftedVersion) -> SafeString:
        """Return what stops the draft from being activated."""
        found = conversions.definition_faults(self.model, obj.definition, day=obj.valid_from)
        if not found:
            return display.badge("誤りはありません。承認できます。", "done")
        edit = reverse(self._name("edit"), args=[obj.pk])
        return display.table(
            ("場所", "誤り"),
            [
                (
                    format_html(
                        '<a href="{}#rows-{}-{}">{}番目 {}</a>',
                        edit,
                        one.row - 1,
                        one.column,
                        one.row,
                        one.item,
                    )
                    if one.row
                    else format_html('<a href="{}">全体</a>', edit),
                    one.reason,
                )
                for one in found[:_MOST_SHOWN]
            ],
            caption=f"誤り {len(found)}件(直すまで承認できません)",
        )

    @admin.display(description="内容")
    def rows(self, obj: DraftedVersion) -> SafeString:
        """Return the rows as a table, the columns that nothing stands in left out."""
        rows_key, columns = conversions.COLUMNS[self.model]
        rows = obj.definition.get(rows_key, [])
        used = [one for one in columns if any(row.get(one.key) for row in rows)]
        return display.table(
            ("番号", *(one.label for one in used)),
            [
                (number, *(self._cell(row.get(one.key, ""), one) for one in used))
                for number, row in enumerate(rows, 1)
            ],
            caption=f"{obj.name} 第{obj.version}版 {len(rows)}行",
            empty="まだ何もありません。「編集する」か「CSVを取り込む」で入力します。",
        )

    def _cell(self, value: Any, column: Any) -> Any:
        if value is True:
            return "○"
        if column.kind == "choice" and column.key == "direction":
            return (column.choices or {}).get(value, value)
        return str(value) or _EMPTY

    @admin.display(description="違い")
    def difference(self, obj: DraftedVersion) -> SafeString:
        """Return what differs from the version before."""
        before = (
            self.model._default_manager.filter(
                code=obj.code, version__lt=obj.version, state=State.ACTIVE
            )
            .order_by("-version")
            .first()
        )
        if before is None:
            return format_html("<p>{}</p>", "最初の版です。")
        return display.differences(
            *conversions.compared(self.model, before.definition, obj.definition),
            caption=f"第{before.version}版と第{obj.version}版の違い",
            headings=(f"第{before.version}版", f"第{obj.version}版"),
        )

    @admin.display(description="版")
    def versions(self, obj: DraftedVersion) -> SafeString:
        """Return all versions with their span."""
        found = self.model._default_manager.filter(code=obj.code).order_by("-version")
        return display.table(
            ("版", "状態", "適用期間", "改訂の理由"),
            [
                (
                    format_html(
                        '<a href="{}">第{}版</a>',
                        reverse(self._name("change"), args=[one.pk]),
                        one.version,
                    ),
                    self.standing(one),
                    self.in_force(one),
                    one.remark,
                )
                for one in found
            ],
            caption=f"{obj.code} の版",
        )

    def _name(self, page: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the versions with who drafted and activated them."""
        return super().get_queryset(request).select_related("drafted_by", "activated_by")
