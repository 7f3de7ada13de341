"""How 情報連携記録 are told: each in words, and those about a person as a time-line."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString

from sapporo_base import selectors
from sapporo_base.admin import display
from sapporo_base.models import LinkageRecord

LEVELS = {"done": "done", "partly": "warned", "refused": "stopped", "failed": "stopped"}
_MOST_READ = 500
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
    "accounts_disclosed": "口座情報の提供",
    "accounts_received": "口座情報の受領",
    "accounts_registered": "口座情報の登録",
    "addressee_changes_disclosed": "宛名異動の移転",
    "addressee_registered": "社会保障宛名の登録",
    "addressees_searched": "社会保障宛名の検索",
    "api_refused": "APIの利用の拒否",
    "bank_file_opened": "振込ファイルの出力",
    "became_resident": "住登外者の住民への切替",
    "claim_decided": "請求の決定",
    "claim_states_disclosed": "請求の状況の提供",
    "claims_received": "請求・届出の受領",
    "contact_recorded": "対応記録の登録",
    "copies_refused": "副本の受領の拒否",
    "decision_proposed": "決定の起案",
    "definition_activated": "定義の有効化",
    "event_received": "異動情報の受領",
    "file_received": "ファイルの受領",
    "history_gap_closed": "異動履歴の欠落の解消",
    "inquiry_accepted": "情報照会の受付",
    "inquiry_cancel_asked": "情報照会の取りやめ依頼",
    "inquiry_compared": "照会結果の比較",
    "inquiry_ended": "情報照会の終了",
    "inquiry_refused": "情報照会の拒否",
    "inquiry_results_disposed": "照会結果の廃棄",
    "inquiry_results_read": "照会結果の受領",
    "interface_refused": "インターフェイスの利用の拒否",
    "interface_switched": "インターフェイスの利用の切替",
    "master_updates_applied": "マスター更新の適用",
    "master_updates_checked": "マスター更新の確認",
    "master_updates_declined": "マスター更新の見送り",
    "master_updates_received": "マスター更新の受領",
    "notices_refused": "お知らせの拒否",
    "payday_run": "支払処理",
    "payment_results_received": "振込結果の受領",
    "provision_refused": "情報提供の拒否",
    "queue_paused": "送信の停止",
    "queue_resumed": "送信の再開",
    "recipient_notified": "受給者へのお知らせ",
    "rejected_row_mended": "受領エラーの訂正",
    "residents_received": "住民情報の受領",
    "result_days_decided": "照会結果の保存日数の決定",
    "self_disclosure": "自己情報提供",
    "self_disclosure_content_asked": "自己情報提供の内容の取得",
    "subjects_disclosed": "宛名情報の提供",
    "subjects_registered": "宛名の登録",
    "taxes_disclosed": "課税情報の提供",
    "taxes_received": "課税情報の受領",
    "token_refused": "認証の拒否",
}


def bring_system_names(rows: Sequence[Any]) -> None:
    """Bring the names of the systems along for `system_words` of all these rows at once."""
    names = selectors.system_names()
    for row in rows:
        vars(row)["system_names"] = names


def system_words(row: Any, code: str) -> str | SafeString:
    """Return the name of a 庁内業務システム on a row with its code, the code alone of one that is not known."""
    if not code:
        return display.NOTHING
    names = vars(row).get("system_names")
    name = (selectors.system_names() if names is None else names).get(code)
    return f"{name}({code})" if name else code


def names_of(holders: Iterable[str]) -> Callable[[str], str]:
    """
    Return what tells who each of these is who acted: 職員番号 or code of a system with its name, the door
    in words.
    """
    wanted = {one for one in holders if one}
    doors = dict(LinkageRecord.Path.choices)
    known = {**selectors.system_names(), **selectors.staff_names(wanted)}

    def told(holder: str) -> str:
        name = known.get(holder)
        return f"{name}({holder})" if name else doors.get(holder, holder)

    return told


def bring_names(rows: Sequence[Any], *fields: str) -> None:
    """Bring the names along, for `named_on`, of who stands in these fields of all these rows."""
    named = names_of(getattr(row, field) for row in rows for field in fields)
    for row in rows:
        vars(row)["names_of_holders"] = named


def named_on(row: Any, holder: str) -> str:
    """Return who acted as `names_of` tells it, on a row."""
    told: Callable[[str], str] = vars(row).get("names_of_holders") or names_of([holder])
    return told(holder)


def who_of(record: LinkageRecord, names: Mapping[str, str]) -> str:
    """Return who acted: the member of staff, else the system by its name, else by which door."""
    system = names.get(record.system_code, record.system_code)
    return record.staff_name or system or record.get_path_display()


def one_by_one(
    records: Sequence[LinkageRecord], *, page_of: Callable[[LinkageRecord], str] | None = None
) -> SafeString:
    """Return a line for each record, in the order given; `page_of` leads to the record."""
    names = selectors.system_names()
    return display.timeline(
        [_line([one], names, url=page_of(one) if page_of else "") for one in records]
    )


def gathered(records: QuerySet[LinkageRecord], *, most: int) -> SafeString:
    """
    Return the newest lines; what one person or system did alike within a day is one line with its number.

    :param records: newest first, as `records_about` returns them.
    """
    read = list(records[: _MOST_READ + 1])
    alike: dict[tuple[object, ...], list[LinkageRecord]] = {}
    for record in read[:_MOST_READ]:
        alike.setdefault(_likeness(record), []).append(record)
    names = selectors.system_names()
    # Of the last day that was read there may be more.
    last = _day_of(read[-1]) if len(read) > _MOST_READ else None
    lines = [
        _line(group, names, is_cut=_day_of(group[0]) == last)
        for group in list(alike.values())[:most]
    ]
    return display.timeline(lines)


def _day_of(record: LinkageRecord) -> object:
    return timezone.localdate(record.at)


def _likeness(record: LinkageRecord) -> tuple[object, ...]:
    who = (record.staff_number, record.system_code, record.path)
    return (_day_of(record), record.kind, record.result, *who, record.procedure, record.reason)


def _line(
    alike: Sequence[LinkageRecord],
    names: Mapping[str, str],
    *,
    url: str = "",
    is_cut: bool = False,
) -> display.Moment:
    newest = alike[0]
    is_done = newest.result == LinkageRecord.Result.DONE
    words = (
        "" if is_done else f"({newest.get_result_display()})",
        newest.procedure,
        newest.reason,
        f"{len(alike):,}回{'以上' if is_cut else ''}" if len(alike) > 1 else "",
    )
    return display.Moment(
        at=newest.at,
        first=alike[-1].at if len(alike) > 1 else None,
        what=KINDS.get(newest.kind, newest.get_result_display()),
        text=" ".join(filter(None, words)),
        who=who_of(newest, names),
        url=url,
        level="done" if is_done else "warned",
    )
