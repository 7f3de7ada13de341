"""What to do about a message that waits for a person (要対応), by the cause that it bears."""

_CURES = (
    (
        "not_permitted",
        "相手方で許可されていない組合せです。法令上の根拠とコード・組合せの更新を確認し、誤りなら照会を取りやめます。",
    ),
    ("not_this_sender", "機関コードが接続の登録と異なります。設定を確認してから再送します。"),
    (
        "not_offered",
        "相手方がこのインターフェイスを提供していません。稼働状況を確認してから再送します。",
    ),
    ("bad_field", "項目の形式が合いません。元のデータを直し、電文を取り下げて送り直します。"),
    (
        "too_much",
        "1回の件数が多すぎます。電文を取り下げると、送信制限に従って小さく分けて送り直します。",
    ),
    ("unknown_record", "相手方に受付がありません。再送すると、同じ識別番号で登録し直します。"),
    (
        "unknown_number",
        "団体内統合宛名番号が相手方に登録されていません。番号の登録が済んでから再送します。",
    ),
    ("wrong_state", "相手方ですでに次の段階に進んでいます。再送すると状態を確認します。"),
    (
        "BadAnswer",
        "応答を読み取れません。相手方の障害が解消してから再送します。続くときは運用担当に連絡します。",
    ),
    (
        "IndividualNumberOnTheWayOut",
        "個人番号と読める値が含まれるため送信を止めました。元のデータを直し、電文を取り下げます。",
    ),
    (
        "HTTP 4",
        "相手方の入口がこの電文を受け付けません。稼働状況と回線の設定を運用担当に確認してから再送します。",
    ),
    (
        "予期しないエラー",
        "市のシステムの不具合です。電文番号を保守担当に伝え、修正後に再送します。",
    ),
    ("CannotBeSent", "送信できない値があります。元のデータを直し、電文を取り下げて送り直します。"),
)
_OTHERWISE = "原因を確かめて取り除いてから再送します。同じレコードは相手方で二重に登録されません。"


def cure_of(cause: str) -> str:
    """Return what to do, in words for the operator."""
    return next((words for sign, words in _CURES if sign in cause), _OTHERWISE)
