"""Pages of 情報連携記録 and its seal, for those who audit."""

import json
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
from sapporo_base.models import LinkageRecord, LinkageRecordSubject, RecordLeaf, RecordSeal

_LEVELS = {"done": "done", "partly": "warned", "refused": "stopped", "failed": "stopped"}
KINDS = {
    "looked": "閲覧",
    "listed": "一覧の閲覧",
    "list_exported": "一覧の出力",
    "disclosed": "開示",
    "credential_issued": "認証情報の発行",
    "credential_revoked": "認証情報の失効",
    "rights_changed": "権限の変更",
    "password_set": "パスワードの設定",
    "staff_prepared": "職員の準備",
    "rejected_row_opened": "受領エラーの開封",
    "individual_number_shown": "個人番号の表示",
    "proof_exported": "証明の出力",
    "person_numbered": "付番・紐付",
    "people_numbered": "一括付番",
    "number_linked": "業務番号の紐付",
    "numbers_linked": "業務番号の一括紐付",
    "addressee_searched": "宛名番号の検索",
    "link_ended": "業務番号の紐付の終了",
    "link_reopened": "業務番号の紐付の再開",
    "link_corrected": "業務番号の紐付期間の訂正",
    "amendment_drafted": "番号訂正の起案",
    "amendment_granted": "番号訂正の決裁",
    "amendment_refused": "番号訂正の却下",
    "search_alarms_acknowledged": "検索警報の確認",
    "numbers_imported": "番号の移行",
    "addressee_deleted": "統合宛名の削除",
    "merge_followed": "名寄せの中間サーバへの反映",
    "candidates_found": "同一人の一括照合",
    "candidate_judged": "同一人の判定",
    "merge_proposed": "名寄せの提案",
    "merge_rejected": "名寄せの却下",
    "people_merged": "名寄せ",
    "merge_undone": "名寄せの解除",
    "merge_notices_read": "名寄せ通知の受領",
    "match_model_trained": "照合モデルの学習",
    "match_thresholds_changed": "照合しきい値の変更",
    "basics_updated": "基本4情報の更新",
    "finding_judged": "整合性の指摘への対応",
    "support_set": "支援措置の設定",
    "support_lifted": "支援措置の解除",
    "support_measure_started": "支援措置の登録",
    "support_measure_decided": "支援措置の決定",
    "support_measure_extended": "支援措置の延長",
    "support_measure_end_proposed": "支援措置の解除の起案",
    "support_measure_end_withdrawn": "支援措置の解除の起案の取下げ",
    "support_measure_ended": "支援措置の解除の決定",
    "support_measures_listed": "支援措置一覧の閲覧",
    "support_application_recorded": "支援措置申出の登録",
    "support_forwarded": "支援措置の転送情報の登録",
    "support_opponent_recorded": "支援措置の相手方の登録",
    "support_opponent_opened": "支援措置の相手方の表示",
    "support_temporarily_lifted": "支援措置の一時解除",
    "support_temporary_lift_ended": "支援措置の一時解除の取消",
    "alarms_acknowledged": "閲覧警報の確認",
    "answer_flags_set": "自動応答不可・不開示の設定依頼",
    "answer_flags_sent_again": "自動応答不可・不開示の再送",
    "answer_flags_checked": "自動応答不可・不開示の設定状況の確認",
    "copies_accepted": "副本の受領",
    "copies_forwarded": "副本の登録",
    "copies_deleted": "副本の削除",
    "copies_sent_again": "副本の再送",
    "copies_compared": "副本の照合",
    "copy_differences_mended": "副本の相違の解消",
    "platform_copy_inspected": "プラットフォームの副本の確認",
    "platform_copies_discarded": "副本確認の内容の廃棄",
    "publication_end_drafted": "公開終了日一括設定の起案",
    "publication_end_decided": "公開終了日一括設定の決裁",
    "publication_end_cancelled": "公開終了日一括設定の取消",
    "publication_ended": "副本の公開終了",
    "provision_answered": "情報提供の回答の登録",
    "provision_returned": "情報提供の回答の差戻し",
    "provision_permitted": "情報提供の送信許可",
    "platform_record_inquired": "情報提供等記録(市が照会)",
    "platform_record_provided": "情報提供等記録(市が提供)",
    "platform_record_confirmed": "情報提供等記録の相違の確認",
    "platform_record_withheld": "情報提供等記録の不開示",
    "platform_record_shown": "情報提供等記録の不開示の解除",
    "code_differences_mended": "符号の相違の解消",
    "codes_compared": "符号の照合依頼",
    "codes_requested": "符号の取得依頼",
    "code_states_recorded": "符号取得状況の記録",
    "individual_numbers_opened": "個人番号の提供",
    "individual_numbers_sealed_for_codes": "符号取得のための個人番号の送付",
    "application_drafted": "利用申請の作成",
    "application_edited": "利用申請の修正",
    "application_submitted": "利用申請の提出",
    "application_returned": "利用申請の差戻し",
    "application_approved": "利用申請の承認",
    "application_refused": "利用申請の却下",
    "application_certified": "利用申請の年次確認",
    "application_taken_back": "利用申請の取下げ",
    "application_revoked": "利用申請の承認取消し",
    "sections_reminded": "利用申請のお知らせ",
    "disclosure_previewed": "移転内容の確認",
    "received_file_disposed": "受領したファイルの廃棄",
    "residents_handed_on": "付番のための移転",
    "resident_disclosed": "住民情報の移転",
    "changes_disclosed": "異動情報の移転",
    "snapshot_disclosed": "住民情報の全件移転",
    "hashes_disclosed": "照合用ハッシュの移転",
    "hashes_compared": "写しの照合",
    "webhook_subscribed": "更新通知の登録",
    "webhook_secret_rotated": "更新通知の署名鍵の切替え",
    "webhook_paused": "更新通知の停止",
    "webhook_resumed": "更新通知の再開",
    "file_disclosed": "日次ファイルの移転",
    "digest_rotation_begun": "ダイジェスト鍵の切替開始",
    "digest_key_switched": "ダイジェスト鍵の切替",
    "digest_key_retired": "ダイジェスト鍵の廃止",
}


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
        "who",
        "system_code",
        "receiver_code",
        "procedure",
        "subject_count",
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
        "system_code",
        "receiver_code",
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
    def kind_words(self, obj: LinkageRecord) -> str:
        """Return the kind in words."""
        return KINDS.get(obj.kind, obj.kind)

    @admin.display(description="職員")
    def who(self, obj: LinkageRecord) -> SafeString | str:
        """Return who."""
        return f"{obj.staff_name}({obj.staff_number})" if obj.staff_number else display.NOTHING

    @admin.display(description="結果", ordering="result")
    def outcome(self, obj: LinkageRecord) -> SafeString:
        """Return the result with its shape."""
        return display.badge(obj.get_result_display(), _LEVELS[obj.result])

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
        moments = [
            display.Moment(
                one.at,
                KINDS.get(one.kind, one.kind),
                one.procedure,
                one.staff_name or one.system_code,
                reverse("admin:sapporo_base_linkagerecord_change", args=(one.pk,)),
                _LEVELS[one.result],
            )
            for one in selectors.records_of_trip(obj.correlation_id)[:50]
        ]
        return display.timeline(moments)

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
