"""What is shown when a page can't be: no right, not there, broken, or sent from a stale form."""

from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from sapporo_base import correlation
from sapporo_base.admin.rights import RightIsMissing, right_words

_VERBS = {
    "changelist": "view",
    "add": "add",
    "change": "view",
    "delete": "delete",
    "history": "view",
}


def _page(
    request: HttpRequest, status: int, title: str, *sentences: str, **more: object
) -> HttpResponse:
    context = {
        "title": title,
        "sentences": sentences,
        "correlation_id": correlation.current(),
        **more,
    }
    return render(request, "sapporo_base/trouble.html", context, status=status)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say which right is missing and who grants it."""
    right, words = "", ""
    if isinstance(exception, RightIsMissing):
        right, words = exception.right, exception.words
    elif request.resolver_match and request.resolver_match.url_name:
        model, _, page = request.resolver_match.url_name.rpartition("_")
        app, _, name = model.rpartition("_")
        if page in _VERBS and name:
            right = f"{app}.{_VERBS[page]}_{name}"
            words = right_words(right)
    app, _, codename = right.partition(".")
    roles = Group.objects.filter(
        permissions__codename=codename, permissions__content_type__app_label=app
    ).order_by("name")
    return _page(
        request,
        403,
        "このページを表示する権限がありません",
        "業務に必要な場合は、次の権限の付与を申請してください。",
        missing=words or "このページを利用する権限",
        roles=[role.name for role in roles],
        granted_by="システム管理者(役割「システム管理者」の職員)。所属長を通じて申請してください。",
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is no such page."""
    return _page(
        request,
        404,
        "ページが見つかりません",
        "アドレスが変わったか、対象が存在しません。検索やメニューから探してください。",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that something broke, without asking the database for anything."""
    context = {
        "title": "処理中に問題が発生しました",
        "sentences": [
            "操作は保存されていません。時間をおいてもう一度お試しください。",
            "続く場合は、下の問い合わせ番号をシステム管理者に伝えてください。",
        ],
        "correlation_id": correlation.current(),
    }
    return HttpResponse(render_to_string("sapporo_base/trouble.html", context), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old, or came from elsewhere."""
    return _page(
        request,
        403,
        "画面の有効期限が切れました",
        "安全のため、送信された内容は処理していません。前の画面を開き直して、もう一度操作してください。",
    )
