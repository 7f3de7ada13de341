"""What matching goes by: thresholds, which staff may change, and the learnt weights by version."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from integrated_address import selectors, services
from integrated_address.models import MatchModel, MatchThreshold
from integrated_address.rules.matching import ELSE, ITEMS, as_numbers, words_of
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act

PROCEDURE = "同一人の照合の設定"


class ThresholdForm(forms.Form):
    """Asks for the two scores."""

    candidate_from = forms.DecimalField(
        label="候補とする得点",
        min_value=-20,
        max_value=60,
        decimal_places=1,
        widget=UnfoldAdminDecimalFieldWidget(),
        help_text=MatchThreshold._meta.get_field("candidate_from").help_text,
    )
    strong_from = forms.DecimalField(
        label="濃厚とする得点",
        min_value=-20,
        max_value=60,
        decimal_places=1,
        widget=UnfoldAdminDecimalFieldWidget(),
        help_text=MatchThreshold._meta.get_field("strong_from").help_text,
    )


def expected_table(model: MatchModel | None) -> SafeString:
    """Return from which score on how many pairs are one person, as it was seen when the weights were learnt."""
    return display.table(
        ("得点", "同一人の割合", "個人番号未登録者1,000人あたりの候補"),
        [
            (f"{one['score']:g}以上", f"約{one['share']:.0%}", f"約{one['pairs']:,.0f}組")
            for one in (model.expected if model else [])
        ],
        caption=f"しきい値ごとの見込み(照合モデル{model})" if model else "しきい値ごとの見込み",
        empty=(
            "まだ見込みはありません。照合モデルを学習すると(find_candidates --train)、"
            "個人番号が異なり別人と分かっている方どうしの得点から算出します。"
        ),
    )


@admin.register(MatchThreshold)
class MatchThresholdAdmin(ReadOnlyAdmin):
    # Place and words
    duty = "連携"
    duty_title = "照合しきい値"
    duty_order = 18
    icon = "tune"
    about = "何点以上の組を候補一覧に載せるか、何点以上を「濃厚」、未満を「要確認」と表示するかを決めます。"
    empty_text = "しきい値は、最初の照合のときに既定の値で作成されます。"
    # List and page
    list_display = ("__str__", "candidate_from", "strong_from", "changed_at")
    fields = ("candidate_from", "strong_from", "changed_at", "expectations")
    readonly_fields = fields
    actions_detail = ("set_thresholds",)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the one row, made with its defaults where it is not there yet."""
        if self.has_view_permission(request):
            services.thresholds()
        return super().changelist_view(request, extra_context)

    @admin.display(description="見込み")
    def expectations(self, obj: MatchThreshold) -> SafeString:
        """Return what the weights in use are expected to find from some scores on."""
        return expected_table(selectors.match_model_in_use())

    def has_change_thresholds_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may change them."""
        return request.user.has_perm("integrated_address.change_matchthreshold")

    @action(description="しきい値を変更する", permissions=["change_thresholds"])
    def set_thresholds(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Change the thresholds."""
        obj = self.found(request, object_id)

        def do(data: dict[str, Any]) -> None:
            services.change_thresholds(**data, act=staff_act(request, procedure=PROCEDURE))

        return self.act_page(
            request,
            title="照合しきい値を変更する",
            button="しきい値を変更する",
            do=do,
            obj=obj,
            form_class=ThresholdForm,
            initial={"candidate_from": obj.candidate_from, "strong_from": obj.strong_from},
            effects=[
                Effect("一覧にある候補", "そのまま残ります"),
                Effect("次の照合", "新しいしきい値で候補を選びます"),
            ],
            done="しきい値を変更しました。次の照合から使います。",
            undo="いつでも元の値に変更できます。",
        )


@admin.register(MatchModel)
class MatchModelAdmin(ReadOnlyAdmin):
    # Place and words
    duty = "連携"
    duty_title = "照合モデル"
    duty_order = 19
    icon = "balance"
    about = "項目ごとの一致に付ける重みです。この市の登録から学習した版を残し、前の版に戻せます。"
    empty_text = "最初の照合のときに、出荷時の重みが第1版として登録されます。"
    # List
    list_display = ("name", "used", "learnt_of", "trained_at", "who")
    ordering = ("-version",)
    # Page
    fields = ("name", "used", "learnt_of", "library", "trained_at", "who", "expectations", "table")
    readonly_fields = fields
    actions_detail = ("use",)

    @admin.display(description="版", ordering="version")
    def name(self, obj: MatchModel) -> str:
        """Return the version."""
        return str(obj)

    @admin.display(description="状態")
    def used(self, obj: MatchModel) -> SafeString:
        """Say whether it is in use."""
        return display.badge("使用中", "done") if obj.is_current else display.badge("以前の版")

    @admin.display(description="学習に用いた人数", ordering="people")
    def learnt_of(self, obj: MatchModel) -> str:
        """Return of how many people it was learnt."""
        return f"{obj.people:,}人" if obj.people else "出荷時の値"

    @admin.display(description="学習した職員")
    def who(self, obj: MatchModel) -> str:
        """Return who had it learnt."""
        return obj.staff_number or "運用者(コマンド)または出荷時"

    @admin.display(description="見込み")
    def expectations(self, obj: MatchModel) -> SafeString:
        """Return what these weights are expected to find from some scores on."""
        return expected_table(obj)

    @admin.display(description="重み")
    def table(self, obj: MatchModel) -> SafeString:
        """Return the weight of each level of each item."""
        weights = as_numbers(obj.weights)
        rows = [
            (item.words, words_of(item.code, level), f"{weights[item.code][level]['weight']:+.1f}")
            for item in ITEMS
            for level in (*(one.code for one in item.levels), ELSE)
        ]
        return display.table(
            ("項目", "一致の程度", "得点"),
            rows,
            caption="項目ごとの得点(正は同一人、負は別人を示す)",
        )

    def has_use_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may choose the version."""
        return request.user.has_perm("integrated_address.train_match_model")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer it only for a version that is not in use."""
        obj = self.get_object(request, str(object_id))
        other = obj is not None and not obj.is_current
        return super().get_actions_detail(request, object_id) if other else []

    @action(description="この版を使う", permissions=["use"])
    def use(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Use this version from now on."""
        obj = self.found(request, object_id)

        def do(data: dict[str, Any]) -> None:
            services.use_model(version=obj.pk, act=staff_act(request, procedure=PROCEDURE))

        return self.act_page(
            request,
            title=f"照合モデル{obj}を使う",
            button="この版を使う",
            do=do,
            obj=obj,
            effects=[Effect("次の照合", f"{obj}の重みで得点を付けます")],
            done=f"照合モデル{obj}を使います。",
            undo="いつでも別の版に切り替えられます。",
        )
