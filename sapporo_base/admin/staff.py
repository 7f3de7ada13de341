"""Pages of 職員 and 役割: who may sign in, in which roles, with which rights on files and systems."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import admin as _  # noqa: F401 - registers its page, in whose place ours stands
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminPasswordWidget

from sapporo_base import selectors, services
from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin, SystemBaseAdmin, staff_act
from sapporo_base.admin.rights import right_words
from sapporo_base.models import BusinessSystem, PersonalInformationFile, Staff
from sapporo_base.rules.check_digits import WARDS_OF_SAPPORO

_FILE_WORDS = {
    "open_personalinformationfile": "閲覧",
    "change_contents_personalinformationfile": "更新",
    "open_individual_number": "個人番号の閲覧",
    "open_protected_person": "支援措置対象者の閲覧",
}
_SYSTEM_WORDS = {services.OPERATE: "連携を運用できる", services.APPLY: "利用申請を作成できる"}


class StaffForm(forms.ModelForm):
    """A member of staff; the password is set when they are registered, and later by an act of its own."""

    password1 = forms.CharField(
        label="パスワード", widget=UnfoldAdminPasswordWidget, required=False, help_text="12文字以上"
    )
    password2 = forms.CharField(
        label="パスワード(確認)", widget=UnfoldAdminPasswordWidget, required=False
    )
    wards = forms.MultipleChoiceField(
        label="担当区",
        choices=list(WARDS_OF_SAPPORO.items()),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        required=False,
        help_text="選ばない場合は全区を担当します。",
    )

    class Meta:
        model = Staff
        fields = (
            "staff_number",
            "name",
            "section",
            "wards",
            "email",
            "valid_from",
            "valid_until",
            "is_active",
            "groups",
        )

    def clean(self) -> dict[str, Any]:
        """Check both passwords of a new member of staff against each other and the rules."""
        data = super().clean() or {}
        if self.instance.pk is None:
            first, second = data.get("password1", ""), data.get("password2", "")
            if first != second:
                self.add_error("password2", "確認のパスワードが一致しません。")
            else:
                try:
                    validate_password(first, self.instance)
                except ValidationError as error:
                    self.add_error("password1", error)
        return data

    def save(self, commit: bool = True) -> Staff:  # noqa: FBT001, FBT002 - Django's signature
        """Set the password of a new member of staff."""
        if self.instance.pk is None:
            self.instance.set_password(self.cleaned_data["password1"])
        return super().save(commit)


class PasswordForm(forms.Form):
    """A new password, twice."""

    password1 = forms.CharField(label="新しいパスワード", widget=forms.PasswordInput)
    password2 = forms.CharField(label="新しいパスワード(確認)", widget=forms.PasswordInput)

    def clean(self) -> dict[str, Any]:
        """Check both against each other and the rules."""
        data = super().clean() or {}
        if data.get("password1") != data.get("password2"):
            raise ValidationError("確認のパスワードが一致しません。")
        validate_password(data.get("password1", ""))
        return data


def _rights_form() -> type[forms.Form]:
    fields: dict[str, forms.Field] = {
        f"file:{file.code}": forms.MultipleChoiceField(
            label=f"特定個人情報ファイル「{file.name}」",
            choices=list(_FILE_WORDS.items()),
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
            required=False,
        )
        for file in PersonalInformationFile.objects.order_by("code")
    }
    choices = [(one.code, str(one)) for one in BusinessSystem.objects.order_by("business_id")]
    for right, words in _SYSTEM_WORDS.items():
        fields[f"system:{right}"] = forms.MultipleChoiceField(
            label=f"{words}庁内業務システム",
            choices=choices,
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
            required=False,
        )
    return type("RightsForm", (forms.Form,), fields)


@admin.register(Staff)
class StaffAdmin(SystemBaseAdmin):
    """職員."""

    duty, icon, duty_order = "運用", "badge", 60
    about = "サインインできる職員と、その役割・担当区・ファイルごとの権限です。"
    form = StaffForm
    list_display = ("staff_number", "name", "section", "roles", "state")
    list_filter = ("is_active", "groups")
    search_fields = ("staff_number", "name", "section")
    search_help_text = "職員番号・氏名・所属で検索"
    ordering = ("staff_number",)
    actions = None
    actions_detail = ("set_rights", "set_password")
    readonly_fields = ("rights",)
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "staff_number",
                    "name",
                    "section",
                    "wards",
                    "email",
                    "valid_from",
                    "valid_until",
                    "groups",
                    "password1",
                    "password2",
                )
            },
        ),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "staff_number",
                    "name",
                    "section",
                    "wards",
                    "email",
                    "valid_from",
                    "valid_until",
                    "is_active",
                    "groups",
                )
            },
        ),
        ("ファイル・システムごとの権限", {"fields": ("rights",)}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the roles with the staff."""
        return super().get_queryset(request).prefetch_related("groups")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is deleted: their records name them."""
        return False

    def has_set_rights_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Rights are set by those who may change staff."""
        return request.user.has_perm("sapporo_base.change_staff")

    @admin.display(description="役割")
    def roles(self, obj: Staff) -> str:
        """Return the roles by name."""
        return "、".join(group.name for group in obj.groups.all())

    @admin.display(description="状態")
    def state(self, obj: Staff) -> SafeString:
        """Say whether this person may work today."""

        may_work = obj.is_valid_on(timezone.localdate())
        return display.badge(
            "利用可" if may_work else "利用不可", "done" if may_work else "stopped"
        )

    @admin.display(description="権限")
    def rights(self, obj: Staff) -> SafeString:
        """Return the matrix of rights on files, and the systems operated."""
        held = selectors.rights_held(obj)
        rows = [
            [file.name, *("○" if (right, file.code) in held else "―" for right in _FILE_WORDS)]
            for file in PersonalInformationFile.objects.order_by("code")
        ]
        matrix = display.table(
            ["特定個人情報ファイル", *_FILE_WORDS.values()], rows, caption="ファイルごとの権限"
        )
        systems = list(BusinessSystem.objects.order_by("business_id"))
        facts = [
            (
                f"{words}システム",
                display.items([str(one) for one in systems if (right, one.code) in held]),
            )
            for right, words in _SYSTEM_WORDS.items()
        ]
        return SafeString(matrix + display.facts(facts))

    @action(
        description="ファイル・システムの権限を変更する", permissions=["set_rights"], icon="key"
    )
    def set_rights(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask which rights, then set exactly these."""
        staff = self.found(request, object_id)
        held = selectors.rights_held(staff)
        initial: dict[str, list[str]] = {}
        for right, code in held:
            if right in _FILE_WORDS:
                initial.setdefault(f"file:{code}", []).append(right)
            elif right in _SYSTEM_WORDS:
                initial.setdefault(f"system:{right}", []).append(code)

        def do(data: dict[str, list[str]]) -> str:
            wanted = [
                (right, name.removeprefix("file:"))
                for name, rights in data.items()
                if name.startswith("file:")
                for right in rights
            ] + [(right, code) for right in _SYSTEM_WORDS for code in data[f"system:{right}"]]
            given, taken = services.set_rights(staff=staff, rights=wanted, act=staff_act(request))
            return f"権限を変更しました(付与{given}件・解除{taken}件)。"

        return self.act_page(
            request,
            title=f"権限の変更 {staff}",
            button="権限を変更する",
            do=do,
            obj=staff,
            form_class=_rights_form(),
            initial=initial,
            undo="同じ画面で元に戻せます。変更は記録されます。",
        )

    @action(description="パスワードを設定し直す", permissions=["set_rights"], icon="password")
    def set_password(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Set a new password for someone who lost theirs."""
        staff = self.found(request, object_id)

        def do(data: dict[str, str]) -> str:
            services.set_staff_password(
                staff=staff, password=data["password1"], act=staff_act(request)
            )
            return "パスワードを設定しました。本人に安全な方法で伝えてください。"

        return self.act_page(
            request,
            title=f"パスワードの再設定 {staff}",
            button="パスワードを設定する",
            do=do,
            obj=staff,
            form_class=PasswordForm,
            undo="元のパスワードには戻せません。",
        )


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin):
    """役割."""

    duty, icon, duty_order, duty_title = "運用", "groups", 61, "役割"
    about = "役割ごとの権限です。役割はリリースで変わり、職員への付与は職員の画面で行います。"
    list_display = ("name", "member_count")
    fields = ("name", "rights", "members")
    search_fields = ("name",)
    ordering = ("name",)

    @admin.display(description="人数")
    def member_count(self, obj: Group) -> str:
        """Return how many hold the role."""
        return f"{obj.user_set.count()}人"

    @admin.display(description="権限")
    def rights(self, obj: Group) -> SafeString:
        """Return the rights in words."""
        codes = obj.permissions.values_list("content_type__app_label", "codename")
        return display.items(sorted(right_words(f"{app}.{code}") for app, code in codes))

    @admin.display(description="この役割の職員")
    def members(self, obj: Group) -> SafeString:
        """Return who holds the role."""
        return display.items([str(one) for one in obj.user_set.order_by("staff_number")[:200]])
