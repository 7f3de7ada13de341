"""What staff do about one person's numbers: periods, drafts of a 番号訂正, deletion, and a look at the past."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action

from integrated_address import selectors, services
from integrated_address.admin.finding import PROCEDURE, in_words, page_of
from integrated_address.admin.forms import (
    MomentForm,
    NumberChangeForm,
    PeriodForm,
    WrongLinkForm,
)
from integrated_address.models import BusinessNumber, IntegratedAddressee
from sapporo_base.acts import JAPAN
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import staff_act
from sapporo_base.rules.dates import format_date

if TYPE_CHECKING:
    from sapporo_base.admin.looks import ShownNumberMixin as _Page
else:
    _Page = object

WHAT_FOLLOWS = "この番号の副本と送信前の照会は、正しい方へ自動で移ります。"
_DRAFT = "integrated_address.add_numberamendment"
_PERIODS = "integrated_address.change_businessnumber"
_DELETE = "integrated_address.delete_integratedaddressee"


def words_of(link: BusinessNumber) -> str:
    """Return a link in words: whose system, number, since when and until when."""
    until = format_date(link.valid_until) if link.valid_until else "現在"
    return f"{link.system.name} {link.number}({format_date(link.valid_from)}から{until}まで)"


class PersonActs(_Page):
    """Acts on the page of one person."""

    def _in_use(self, object_id: Any) -> bool:
        active = IntegratedAddressee.State.ACTIVE
        return IntegratedAddressee.objects.filter(pk=object_id, state=active).exists()

    def has_draft_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may draft a 番号訂正."""
        return request.user.has_perm(_DRAFT) and self._in_use(object_id)

    def has_periods_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may correct periods."""
        return request.user.has_perm(_PERIODS) and self._in_use(object_id)

    def has_delete_addressee_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may delete a 団体内統合宛名."""
        return request.user.has_perm(_DELETE) and self._in_use(object_id)

    def _linked(self, form: Any, obj: IntegratedAddressee, *, only_open: bool) -> Any:
        found = [link for link in selectors.links_of(obj) if not (only_open and link.valid_until)]
        periods = {str(link.pk): (link.valid_from, link.valid_until) for link in found}
        links = [(str(link.pk), words_of(link)) for link in found]
        return type(form.__name__, (form,), {"links": links, "periods": periods})

    @action(description="業務番号の期間を訂正する", permissions=["periods"], icon="date_range")
    def correct_period(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End a link, open it again, or correct its period."""
        obj = self.found(request, object_id)

        def do(data: dict[str, Any]) -> str:
            services.correct_period(
                link_id=int(data["link"]),
                valid_from=data["valid_from"],
                valid_until=data["valid_until"],
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )
            return "業務番号の期間を訂正しました。訂正前の期間も記録に残っています。"

        return self.act_page(
            request,
            title="業務番号の期間を訂正する",
            button="期間を訂正する",
            do=do,
            obj=obj,
            form_class=self._linked(PeriodForm, obj, only_open=False),
            effects=[
                Effect("対象", in_words(obj)),
                Effect(
                    "終了", "有効終了日を入れると、その日から検索・番号変換の対象外になります。"
                ),
                Effect("そのほか", "入力しない日は、選んだ業務番号の今のままです。"),
            ],
            undo="もう一度訂正すれば元に戻せます。訂正の前後はどちらも記録に残ります。",
        )

    @action(description="業務番号の紐付誤りを訂正する", permissions=["draft"], icon="move_up")
    def move_link(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Draft that a business number is another person's."""
        obj = self.found(request, object_id)

        def do(data: dict[str, Any]) -> str:
            draft = services.draft_link_correction(
                link_id=int(data["link"]),
                target=data["target"],
                effective_on=data["effective_on"],
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )
            return f"{draft}を起案しました。別の職員が決裁すると反映します。"

        return self.act_page(
            request,
            title="業務番号の紐付誤りの訂正を起案する",
            button="訂正を起案する",
            do=do,
            obj=obj,
            form_class=self._linked(WrongLinkForm, obj, only_open=True),
            effects=[
                Effect("今の紐付先", in_words(obj)),
                Effect("次に必要なこと", "別の職員の決裁。それまで何も変わりません。"),
                Effect("決裁の後", WHAT_FOLLOWS, "warned"),
            ],
            undo="決裁までは却下できます。決裁の後は、逆向きの訂正を起案します。",
        )

    @action(description="個人番号の変更・訂正を起案する", permissions=["draft"], icon="edit_note")
    def change_number(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Draft another 個人番号."""
        obj = self.found(request, object_id)

        def do(data: dict[str, Any]) -> str:
            draft = services.draft_number_change(
                integrated_number=obj.pk,
                kind=data["kind"],
                individual_number=data["individual_number"],
                effective_on=data["effective_on"],
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )
            return f"{draft}を起案しました。別の職員が決裁すると反映します。"

        response = self.act_page(
            request,
            title="個人番号の変更・訂正を起案する",
            button="変更を起案する",
            do=do,
            obj=obj,
            form_class=NumberChangeForm,
            effects=[
                Effect("対象", in_words(obj)),
                Effect("次に必要なこと", "別の職員の決裁。それまで何も変わりません。"),
                Effect("決裁の後", "符号は未要求に戻り、新しい番号で改めて要求します。", "warned"),
            ],
            explanation="住民記録から届く変更は、起案しなくても反映されます。",
            undo="決裁までは却下できます。決裁の後は、改めて訂正を起案します。",
        )
        response["Cache-Control"] = "no-store, private"
        return response

    @action(description="団体内統合宛名を削除する", permissions=["delete_addressee"], icon="delete")
    def delete_addressee(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what a deletion does, then do it."""
        obj = self.found(request, object_id)
        links = [link for link in selectors.links_of(obj) if not link.valid_until]
        code = getattr(obj, "linkage_code_status", None)

        def do(data: dict[str, Any]) -> str:
            services.delete_addressee(
                integrated_number=obj.pk,
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )
            return "団体内統合宛名を削除しました。番号は二度と使いません。"

        return self.act_page(
            request,
            title="団体内統合宛名を削除する",
            button="削除する",
            do=do,
            obj=obj,
            form_class=ReasonForm,
            effects=[
                Effect("対象", in_words(obj)),
                Effect("終了する業務番号", f"{len(links):,}件", "warned" if links else ""),
                Effect("符号", code.get_state_display() if code else "個人番号未登録"),
                Effect("中間サーバ", "番号・符号・登録済の副本の削除を送信します。"),
            ],
            explanation="死亡・転出では削除しません。誤って付番した場合などに限ります。",
            undo="取り消せません。必要な場合は、改めて付番します(番号は変わります)。",
            danger=True,
        )

    @action(description="過去の時点で見る", icon="history")
    def at_a_time(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show a person's numbers as they were on a day, and as they were known on another."""
        obj = self.found(request, object_id)
        reason = self.permit_look(request, obj)
        if reason is None:
            return self._ask_reason(request, obj)
        form = MomentForm(request.GET if "on" in request.GET else None)
        tables = SafeString("")
        if form.is_valid():
            self.record_look(request, obj, reason=reason)
            tables = _tables(obj, **form.cleaned_data)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "object": obj,
            "original": obj,
            "title": "過去の時点で見る",
            "form": form,
            "tables": tables,
            "back": page_of(obj.pk),
        }
        return TemplateResponse(request, "integrated_address/at_a_time.html", context)


def _tables(obj: IntegratedAddressee, *, on: Any, known_on: Any) -> SafeString:
    known_at = (
        datetime.combine(known_on + timedelta(days=1), time(), tzinfo=JAPAN) if known_on else None
    )
    known_at = min(known_at, timezone.now()) if known_at else None
    when = {"on": on, "known_at": known_at}

    def period(row: Any) -> tuple[Any, Any]:
        return (
            display.day(row.valid_from),
            display.day(row.valid_until) if row.valid_until else "現在",
        )

    tables = [
        display.table(
            ("氏名", "生年月日", "住所", "情報元", "から", "まで"),
            [
                (
                    display.name_and_kana(one.name, one.name_kana),
                    display.day(one.birth_on, words=one.birth_text),
                    display.roomy(one.residential_address),
                    one.source.name,
                    *period(one),
                )
                for one in selectors.versions_of(obj, **when)
            ],
            caption="基本4情報",
        ),
        display.table(
            ("庁内業務システム", "業務番号", "から", "まで"),
            [
                (one.system.name, display.grouped(one.number), *period(one))
                for one in selectors.links_of(obj, **when)
            ],
            caption="業務番号",
        ),
        display.table(
            ("事由", "から", "まで"),
            [
                (one.get_cause_display(), *period(one))
                for one in selectors.individual_numbers_of(obj, **when)
            ],
            caption="個人番号の登録",
        ),
    ]
    return SafeString("".join(tables))
