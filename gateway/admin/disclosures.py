"""自己情報提供: who looked at their own data through マイナポータル, and what was shown."""

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from gateway import services
from gateway.models import SelfDisclosure
from integrated_address import selectors as addressees
from sapporo_base.admin import display as shown
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.looks import RecordedLookMixin

_LEVELS = {"provided": "done", "no_record": "plain", "withheld": "info", "waiting": "waiting"}


@admin.register(SelfDisclosure)
class SelfDisclosureAdmin(RecordedLookMixin, ReadOnlyAdmin):
    """自己情報提供: the platform answers people by itself, the city learns of it."""

    personal_file = "integrated-address"
    look_items = ("請求日時", "特定個人情報", "示された項目")
    is_list_recorded = False
    duty = "照会"
    icon = "person_search"
    duty_order = 40
    about = (
        "本人がマイナポータルで自分の情報を見た記録です。回答はプラットフォームが副本から行い、"
        "不開示該当の人には示しません。"
    )
    empty_text = "開示の記録はありません。2分ごとに自動で受け取ります。"
    list_display = (
        "sequence",
        "information_code",
        "result_word",
        "doubt_word",
        "requested_at",
        "provided_at",
    )
    list_filter = ("result", "is_doubtful", "information_code")
    ordering = ("-sequence",)
    fields = (
        "sequence",
        "number_words",
        "information_code",
        "result_word",
        "doubt_word",
        "requested_at",
        "provided_at",
        "noted_at",
        "item_words",
        "content_table",
    )
    actions_detail = ("ask_content", "take_back")

    def look_subjects(self, obj: SelfDisclosure) -> list[tuple[str, str]]:
        """Return whose look it was."""
        return [("integrated", obj.integrated_number)]

    def is_protected(self, obj: SelfDisclosure) -> bool:
        """Say whether the person stands under 支援措置."""
        return bool(addressees.under_support([obj.integrated_number]))

    @display(description="団体内統合宛名番号")
    def number_words(self, obj: SelfDisclosure) -> SafeString | str:
        """Return whose look it was, in groups as people read it aloud."""
        return shown.grouped(obj.integrated_number)

    @display(description="結果", ordering="result")
    def result_word(self, obj: SelfDisclosure) -> SafeString:
        """Return what the platform answered."""
        return shown.badge(obj.get_result_display(), _LEVELS.get(obj.result, "warned"))

    @display(description="確認", ordering="is_doubtful")
    def doubt_word(self, obj: SelfDisclosure) -> SafeString | str:
        """Return whether something was shown that 不開示該当 should have withheld."""
        return shown.badge("不開示該当なのに提供済", "stopped") if obj.is_doubtful else ""

    @display(description="示された項目")
    def item_words(self, obj: SelfDisclosure) -> str:
        """Return the names of the items that were shown."""
        if obj.item_names is None:
            return "毎晩まとめて受け取ります。" if obj.result == "provided" else "-"
        return "、".join(obj.item_names) or "-"

    @display(description="示された内容")
    def content_table(self, obj: SelfDisclosure) -> SafeString | str:
        """Return what was shown, while a member of staff may see it."""
        if obj.exchange_id is not None:
            return "プラットフォームに内容を求めています。届くと、ここに10分間表示します。"
        if obj.shown_until is None or obj.shown_until <= timezone.now():
            return "表示していません。「示された内容を確かめる」で、理由を示して求めます。"
        rows = [
            (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
            for name, value in (obj.shown_items or {}).items()
        ]
        until = f"{timezone.localtime(obj.shown_until):%H:%M}"
        return shown.table(("項目", "値"), rows, caption=f"本人に示された内容({until}まで表示)")

    def has_ask_content_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may see what was shown."""
        return request.user.has_perm("gateway.show_selfdisclosure")

    @action(description="示された内容を確かめる", permissions=["ask_content"], icon="visibility")
    def ask_content(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Have the platform tell what was shown."""
        disclosure = self.found(request, object_id)
        return self.act_page(
            request,
            title="本人に示された内容の確認",
            button="内容を求める",
            obj=disclosure,
            form_class=ReasonForm,
            effects=[
                Effect("対象", str(disclosure)),
                Effect("特定個人情報", disclosure.information_code),
                Effect("表示", "届いてから10分間。その後は市に残りません。"),
            ],
            undo="求めたことは情報連携記録に残り、取り消せません。",
            do=lambda data: self._asked(request, disclosure, data["reason"]),
        )

    def _asked(self, request: HttpRequest, disclosure: SelfDisclosure, reason: str) -> str:
        services.ask_for_content(disclosure=disclosure, act=staff_act(request, reason=reason))
        return "内容を求めました。プラットフォームの稼働中に届きます。"

    def has_take_back_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may take back what was asked; of one, whether something is."""
        asked = SelfDisclosure.objects.filter(pk=object_id, exchange__isnull=False)
        may = self.has_ask_content_permission(request)
        return may and (object_id is None or asked.exists())

    @action(description="求めた内容を取り下げる", permissions=["take_back"], icon="undo")
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Stop asking for what was shown, while it was not told."""
        disclosure = self.found(request, object_id)
        return self.act_page(
            request,
            title="求めた内容の取下げ",
            button="取り下げる",
            obj=disclosure,
            form_class=ReasonForm,
            effects=[
                Effect("対象", str(disclosure)),
                Effect(
                    "状態",
                    "内容を求めています。"
                    if disclosure.exchange_id
                    else "求めているものはありません。",
                ),
            ],
            undo="求めた記録は情報連携記録に残ります。必要になったら、もう一度求めてください。",
            do=lambda data: self._taken_back(request, disclosure, data["reason"]),
        )

    def _taken_back(self, request: HttpRequest, disclosure: SelfDisclosure, reason: str) -> str:
        services.stop_asking_for_content(
            disclosure=disclosure, act=staff_act(request, reason=reason)
        )
        return "取り下げました。内容は届きません。"
