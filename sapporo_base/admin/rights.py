"""What a member of staff may do here, asked once per request; what is missing is named, not only refused."""

from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from sapporo_base import selectors
from sapporo_base.models import PersonalInformationFile

_WORDS = {
    "view": "{}を閲覧する権限",
    "add": "{}を登録する権限",
    "change": "{}を変更する権限",
    "delete": "{}を削除する権限",
}


class RightIsMissing(PermissionDenied):
    """
    The page is for those who hold a right that this person lacks.

    `words` names the right; `right` is its `app.codename`, `file` the 特定個人情報ファイル it is held on.
    """

    def __init__(self, words: str, *, right: str = "", file: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.right = right
        self.file = file


def right_words(right: str) -> str:
    """Return a right (`app.codename`) in Japanese words."""
    app, _, codename = right.partition(".")
    permission = (
        Permission.objects.select_related("content_type")
        .filter(content_type__app_label=app, codename=codename)
        .first()
    )
    if permission is None:
        return codename
    model = permission.content_type.model_class()
    verb, _, rest = codename.partition("_")
    if model is not None and verb in _WORDS and rest == model._meta.model_name:
        return _WORDS[verb].format(f"「{model._meta.verbose_name}」")
    return permission.name


def holds(request: HttpRequest, right: str, *, file: str) -> bool:
    """Say whether this person holds a right on a 特定個人情報ファイル (`PersonalInformationFile.Meta`)."""
    if not hasattr(request, "file_rights"):
        request.file_rights = selectors.file_rights_of(request.user)
    return (right, file) in request.file_rights


def require(request: HttpRequest, right: str, *, file: str) -> None:
    """
    Let pass who holds a right on a 特定個人情報ファイル.

    :raises RightIsMissing: with the right and the file in words.
    """
    if holds(request, right, file=file):
        return
    name = PersonalInformationFile.objects.filter(code=file).values_list("name", flat=True).first()
    words = dict(PersonalInformationFile._meta.permissions).get(right, right)
    raise RightIsMissing(
        f"{words.replace('このファイル', f'「{name or file}」')}権限",
        right=f"sapporo_base.{right}",
        file=file,
    )
