"""Pages of 情報連携記録 and its seal, for those who audit."""

import json
from collections.abc import Sequence
from typing import Any

from auditlog.models import LogEntry
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action

from sapporo_base import selectors, services
from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.record_lines import (
    KINDS,
    LEVELS,
    bring_system_names,
    one_by_one,
    system_words,
)
from sapporo_base.models import LinkageRecord, LinkageRecordSubject, RecordLeaf, RecordSeal


def page_of(record: LinkageRecord) -> str:
    """Return the address of a record's page."""
    return reverse("admin:sapporo_base_linkagerecord_change", args=(record.pk,))


@admin.register(LinkageRecord)
class LinkageRecordAdmin(ReadOnlyAdmin):
    """情報連携記録."""

    duty, icon, duty_order = "監査", "history_edu", 10
    about = "誰が、いつ、誰の情報を、どの事務・根拠で扱ったかの記録です。書き換えはできません。"
    empty_text = "閲覧・移転・照会・提供が行われると、すべてここに記録されます。"
    can_export = True
    list_display = (
        "when",
        "kind_words",
        "actor",
        "receiver",
        "task",
        "people",
        "outcome",
    )
    list_filter = ("result", "path", "kind", "opened_individual_number")
    search_fields = ("staff_number",)
    search_help_text = "対象者の番号・職員番号・システムコード・相関ID・日付(2026-11-23)で検索"
    ordering = ("-at", "-id")
    fields = (
        "id",
        "when",
        "kind_words",
        "path",
        "outcome",
        "detail",
        "who",
        "on_behalf_of",
        "terminal",
        "system",
        "receiver",
        "procedure",
        "legal_basis",
        "legal_basis_code",
        "reason",
        "information",
        "information_code",
        "item_list",
        "withheld_list",
        "inquirer",
        "provider",
        "requested_at",
        "provided_at",
        "not_disclosed",
        "opened_individual_number",
        "subject_list",
        "feed",
        "seal",
        "trip",
        "history",
    )
    actions_detail = ("export_proof",)

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """Find by person's number, staff, system, trip or day."""
        term = search_term.strip()
        return (selectors.records_matching(queryset, term) if term else queryset), False

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Show the search box; what is searched is in `records_matching`."""
        return self.search_fields

    def has_proof_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Proofs are for those who see the seals."""
        return request.user.has_perm("sapporo_base.view_recordseal")

    @admin.display(description="日時", ordering="at")
    def when(self, obj: LinkageRecord) -> SafeString:
        """Return when."""
        return display.moment(obj.at, seconds=True)

    @admin.display(description="種別", ordering="kind")
    def kind_words(self, obj: LinkageRecord) -> SafeString:
        """Return the kind in words."""
        return display.snug(KINDS.get(obj.kind, obj.kind))

    @admin.display(description="職員")
    def who(self, obj: LinkageRecord) -> SafeString | str:
        """Return who."""
        return f"{obj.staff_name}({obj.staff_number})" if obj.staff_number else display.NOTHING

    def prepare(self, request: HttpRequest, rows: Sequence[LinkageRecord]) -> None:
        """Bring the names of the systems along."""
        bring_system_names(rows)

    @admin.display(description="職員・システム")
    def actor(self, obj: LinkageRecord) -> SafeString:
        """Return who acted, each of them on a line: staff, system, else by which door."""
        acting = [
            str(one)
            for one, is_there in (
                (self.who(obj), obj.staff_number),
                (self.system(obj), obj.system_code),
            )
            if is_there
        ]
        return display.lines(acting or [obj.get_path_display()])

    @admin.display(description="対象者数", ordering="subject_count")
    def people(self, obj: LinkageRecord) -> SafeString:
        """Return about how many people it is."""
        return display.count(obj.subject_count, "人")

    @admin.display(description="事務", ordering="procedure")
    def task(self, obj: LinkageRecord) -> SafeString | str:
        """Return the 事務, with room for it."""
        return display.snug(obj.procedure) if obj.procedure else display.NOTHING

    @admin.display(description="庁内業務システム", ordering="system_code")
    def system(self, obj: LinkageRecord) -> str | SafeString:
        """Return which system acted, by its name."""
        return system_words(obj, obj.system_code)

    @admin.display(description="移転先・相手方", ordering="receiver_code")
    def receiver(self, obj: LinkageRecord) -> str | SafeString:
        """Return to which system it went, by its name."""
        return system_words(obj, obj.receiver_code)

    @admin.display(description="結果", ordering="result")
    def outcome(self, obj: LinkageRecord) -> SafeString:
        """Return the result with its shape."""
        return display.badge(obj.get_result_display(), LEVELS[obj.result])

    @admin.display(description="項目")
    def item_list(self, obj: LinkageRecord) -> SafeString:
        """Return the items."""
        return display.items(obj.items)

    @admin.display(description="提供しなかった項目")
    def withheld_list(self, obj: LinkageRecord) -> SafeString:
        """Return what was withheld."""
        return display.items(obj.withheld)

    @admin.display(description="対象者")
    def subject_list(self, obj: LinkageRecord) -> SafeString:
        """Return the people, by their numbers."""
        named = LinkageRecordSubject.objects.filter(record_id=obj.pk, at=obj.at)[:200]
        rows = [[one.get_number_kind_display(), display.grouped(one.number)] for one in named]
        return display.table(
            ["番号の種類", "番号"], rows, caption=f"対象者 {obj.subject_count:,}人"
        )

    @admin.display(description="封緘")
    def seal(self, obj: LinkageRecord) -> SafeString | str:
        """Return the place under the seal."""
        leaf = RecordLeaf.objects.filter(record_id=obj.pk).first()
        if leaf is None:
            return display.badge("封緘待ち", "waiting")
        return f"封緘第{leaf.seal_number}号 順番{leaf.position}"

    @admin.display(description="同じ一連の処理の記録")
    def trip(self, obj: LinkageRecord) -> SafeString:
        """Return the records of the same trip."""
        records = list(selectors.records_of_trip(obj.correlation_id)[:50])
        return one_by_one(records, page_of=page_of)

    @admin.display(description="連携履歴")
    def history(self, obj: LinkageRecord) -> SafeString:
        """Return the entries of the linkage history of the same trip."""
        entries = LogEntry.objects.filter(cid=str(obj.correlation_id)).select_related(
            "content_type", "actor"
        )
        return display.timeline(
            [
                display.Moment(
                    one.timestamp,
                    str(one.get_action_display()),
                    one.content_type.name,
                    str(one.actor or ""),
                    reverse("admin:auditlog_logentry_change", args=(one.pk,)),
                    "info",
                )
                for one in entries.order_by("timestamp")[:50]
            ]
        )

    @action(description="証明を出力する", permissions=["proof"], icon="verified")
    def export_proof(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send what proves this record without the database."""
        proof = services.record_proof(int(object_id))
        if proof is None:
            messages.warning(
                request, "まだ封緘されていません。1分ほど待ってからもう一度操作してください。"
            )
            return HttpResponseRedirect("../change/")
        services.record_linkage(staff_act(request), "proof_exported", detail=f"記録番号{object_id}")
        response = HttpResponse(
            json.dumps(proof, ensure_ascii=False, indent=2), content_type="application/json"
        )
        response["Content-Disposition"] = f'attachment; filename="record-{object_id}-proof.json"'
        return response


@admin.register(RecordSeal)
class RecordSealAdmin(ReadOnlyAdmin):
    """記録封緘."""

    duty, icon, duty_order = "監査", "verified_user", 20
    about = "情報連携記録が書き換えられていないことを示す、署名付きの封緘です。"
    empty_text = "スケジューラが1分ごとに新しい記録を封緘し、ここに表示します。"
    list_display = ("number", "sealed", "span")
    fields = ("number", "sealed", "span", "root_text", "chain_text", "key_fingerprint")
    ordering = ("-number",)

    @admin.display(description="封緘日時", ordering="sealed_at")
    def sealed(self, obj: RecordSeal) -> SafeString:
        """Return when."""
        return display.moment(obj.sealed_at, seconds=True)

    @admin.display(description="記録の順番")
    def span(self, obj: RecordSeal) -> str:
        """Return which places it covers."""
        return f"{obj.first_position:,} ~ {obj.last_position:,}"

    @admin.display(description="ルート")
    def root_text(self, obj: RecordSeal) -> str:
        """Return the root."""
        return bytes(obj.root).hex()

    @admin.display(description="連鎖値")
    def chain_text(self, obj: RecordSeal) -> str:
        """Return the chain value."""
        return bytes(obj.chain).hex()


def seal_block(request: HttpRequest) -> HomeBlock | None:
    """Say how far sealing has come."""
    if not request.user.has_perm("sapporo_base.view_recordseal"):
        return None
    state = selectors.seal_state()
    now = timezone.now()
    late = state.oldest_waiting_at and (now - state.oldest_waiting_at).total_seconds() > 300  # noqa: PLR2004 - five minutes
    waits = (
        f"{state.waiting:,}件(最も古いもの {display.waited(state.oldest_waiting_at, at=now)}前)"
        if state.oldest_waiting_at
        else "なし"
    )
    return HomeBlock(
        title="記録の封緘",
        state="遅れています" if late else "正常",
        attention=Attention.WARNED if late else Attention.CALM,
        rows=[
            HomeRow(
                "封緘済み",
                f"{state.sealed:,}件",
                reverse("admin:sapporo_base_recordseal_changelist"),
            ),
            HomeRow("封緘待ち", waits),
        ],
        order=40,
    )
