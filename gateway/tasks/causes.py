"""Why a message did not go through, in words for staff; the code at the end finds the cure."""

from typing import Final

from gateway.platform import failures
from gateway.platform.failures import WhyBad

_NO_ANSWER: Final = {
    "ConnectError": "接続できません",
    "ConnectTimeout": "接続に時間がかかりすぎました",
    "PoolTimeout": "市側の接続が全て使用中です",
    "ReadTimeout": "時間内に応答がありませんでした",
    "WriteTimeout": "時間内に送信できませんでした",
    "ReadError": "応答の途中で接続が切られました",
    "WriteError": "送信の途中で接続が切られました",
    "CloseError": "応答の途中で接続が切られました",
    "RemoteProtocolError": "応答が途中で終わったか、長さが合いません",
    "the answer took too long": "応答が遅く、時間内に終わりませんでした",
}
_UNREADABLE: Final = {
    WhyBad.TOO_LARGE: "大きさの上限を超えています",
    WhyBad.ZIP_BOMB: "展開すると巨大になるファイルです",
    WhyBad.NOT_A_ZIP: "ファイルを展開できません",
    WhyBad.WRONG_ENCODING: "文字コードがUTF-8ではありません",
    WhyBad.NOT_XML: "XMLとして読めません",
    WhyBad.FORBIDDEN_XML: "使用が禁じられたXML(DTD・外部実体)です",
    WhyBad.WRONG_SCHEMA: "項目が取り決めと異なります",
    WhyBad.WRONG_MESSAGE: "別の電文への応答です",
    WhyBad.CONTRADICTION: "同じレコードに矛盾する結果があります",
    WhyBad.NOT_ASKED: "依頼していないレコードがあります",
}
_OTHERS: Final = {
    failures.PlatformClosed: "プラットフォームが停止しています",
    failures.IndividualNumberOnTheWayOut: "個人番号と読める値があるため送信を止めました",
    failures.InterfaceNotInUse: "市で利用を止めています",
}


def cause_of(error: failures.PlatformError) -> str:
    """Return why, in words; nobody's number and nothing of a body is in them."""
    match error:
        case failures.PlatformUnreachable():
            words = _unreached(error)
        case failures.PlatformRefused():
            words = f"{error.reason.code}: {error.reason.text or error.reason.code}"
        case failures.BadAnswer():
            what = _UNREADABLE[error.why]
            words = f"応答を受け取れません。{what}(BadAnswer {error.interface} {error.why})"
        case failures.CannotBeSent():
            words = f"送信できない値があります(CannotBeSent {error.interface} {error.item})"
        case _:
            words = _OTHERS.get(type(error), "処理できませんでした") + f"({_what(error)})"
    return words


def _unreached(error: failures.PlatformUnreachable) -> str:
    if isinstance(error, failures.MessageNotTaken):
        return f"相手方がこの電文を受け付けませんでした(HTTP {error.status})"
    what = str(error)
    if what.startswith("answered "):
        return f"相手方でエラーが起きています(HTTP {what.removeprefix('answered ')})"
    return f"{_NO_ANSWER.get(what, '通信に失敗しました')}({what})"


def _what(error: failures.PlatformError) -> str:
    return f"{type(error).__name__} {getattr(error, 'interface', '')}".rstrip()
