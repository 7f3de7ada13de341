"""支払回: totals that reconcile, the payments, and the 全銀 file, whose download is recorded."""

from pathlib import Path

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action

from child_allowance import selectors
from child_allowance.admin.looks import AllowanceLookMixin
from child_allowance.models import Payment, PaymentRun
from child_allowance.rules.months import Month
from child_allowance.services.payments import open_bank_file
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.rules.dates import format_date, format_month

FOLDER = Path(settings.VAR_DIR) / "payments"


@admin.register(PaymentRun)
class PaymentRunAdmin(ReadOnlyAdmin):
    """支払回."""

    duty, icon, duty_order = "審査", "payments", 60
    about = "支払日ごとの支払と振込データです。支給額の合計と振込データの合計は一致します。"
    empty_text = "支払日の処理(run_payday)を行うと、ここに表示されます。"
    list_display = ("pays_on", "pays_for", "transfers", "total", "held", "status")
    ordering = ("-pay_on",)
    actions_detail = ("download",)
    fieldsets = (
        (None, {"fields": ("pays_on", "pays_for", "status", "made")}),
        ("合計", {"fields": ("reconciled",)}),
        ("振込データ", {"fields": ("file_name", "file_sha256")}),
        ("保留と振込不能", {"fields": ("troubled",)}),
    )
    readonly_fields = ("pays_on", "pays_for", "status", "made", "reconciled", "troubled")

    @admin.display(description="支払日", ordering="pay_on")
    def pays_on(self, run: PaymentRun) -> SafeString:
        """Return the day the money arrives."""
        return display.day(run.pay_on)

    @admin.display(description="支給対象年月")
    def pays_for(self, run: PaymentRun) -> str:
        """Return the months that the pay day covers."""
        months = [Month.parse(month).first_day for month in run.months.split()]
        return "・".join(f"{format_month(month)}分" for month in months)

    @admin.display(description="作成日時")
    def made(self, run: PaymentRun) -> SafeString:
        """Return when the run was made."""
        return display.moment(run.made_at)

    @admin.display(description="振込件数")
    def transfers(self, run: PaymentRun) -> SafeString:
        """Return the number of transfers."""
        return display.count(run.count)

    @admin.display(description="振込金額")
    def total(self, run: PaymentRun) -> SafeString:
        """Return the yen of the file."""
        return display.money(run.yen)

    @admin.display(description="支払保留")
    def held(self, run: PaymentRun) -> SafeString:
        """Return the number of payments that could not go into the file."""
        return display.count(run.held_count)

    @admin.display(description="状態")
    def status(self, run: PaymentRun) -> SafeString:
        """Return the state with its shape."""
        return display.badge(
            run.get_state_display(), "done" if run.state == PaymentRun.State.RETURNED else "info"
        )

    @admin.display(description="支給額との照合")
    def reconciled(self, run: PaymentRun) -> SafeString:
        """Return the three sums that must agree, beside each other."""
        entitled = selectors.yen_entitled(run)
        agree = entitled == run.yen + run.held_yen
        return display.facts(
            [
                ("支給月額の合計", display.money(entitled)),
                ("振込データの合計", display.money(run.yen)),
                ("支払保留の合計", display.money(run.held_yen)),
                (
                    "照合",
                    display.badge("一致" if agree else "不一致", "done" if agree else "stopped"),
                ),
            ]
        )

    @admin.display(description="保留と振込不能")
    def troubled(self, run: PaymentRun) -> SafeString:
        """Return what did not arrive, and why."""
        rows = run.payments.filter(
            state__in=(Payment.State.HELD, Payment.State.RETURNED)
        ).select_related("recipient")[:200]
        return display.table(
            ["認定番号", "支払額", "状態", "理由"],
            [
                (
                    payment.recipient.approval_number,
                    display.money(payment.amount),
                    payment.get_state_display(),
                    payment.reason,
                )
                for payment in rows
            ],
            caption="保留と振込不能(200件まで)",
        )

    @action(description="振込データをダウンロードする", permissions=["download"], icon="download")
    def download(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Hand out the file as it was written, with a reason, recorded first."""
        run = self.get_object(request, object_id)

        def do(data):
            content = open_bank_file(
                run=run, folder=FOLDER, act=staff_act(request, reason=data["reason"])
            )
            response = HttpResponse(content, content_type="application/octet-stream")
            response["Content-Disposition"] = f'attachment; filename="{run.file_name}"'
            response["Cache-Control"] = "no-store, private"
            return response

        return self.act_page(
            request,
            title="振込データをダウンロードする",
            button="理由を記録してダウンロードする",
            do=do,
            obj=run,
            form_class=ReasonForm,
            effects=[
                Effect("ファイル", run.file_name),
                Effect("件数", f"{run.count:,}件"),
                Effect("金額", f"{run.yen:,}円"),
            ],
            undo="口座情報を含みます。金融機関への伝送以外に使用できません。",
        )

    def has_download_permission(self, request: HttpRequest, *args) -> bool:
        """The file is for the pay clerk."""
        return request.user.has_perm("child_allowance.download_bank_file")


@admin.register(Payment)
class PaymentAdmin(AllowanceLookMixin, ReadOnlyAdmin):
    """支払."""

    duty, icon, duty_order = "審査", "receipt_long", 70
    about = "受給者ごとの支払です。"
    empty_text = "支払日の処理を行うと、ここに表示されます。"
    person_field = "recipient.addressee_number"
    look_items = ("支払額", "口座")
    list_display = (
        "payment_number",
        "person_name",
        "recipient",
        "run",
        "money",
        "status",
        "reason",
    )
    list_filter = ("state", "run")
    search_fields = ("=payment_number", "=recipient__approval_number")
    search_help_text = "支払番号または認定番号で検索"
    list_select_related = ("recipient", "run")
    ordering = ("-pk",)
    can_export = True

    @admin.display(description="支払番号", ordering="payment_number")
    def number(self, payment: Payment) -> SafeString:
        """Return the number in groups."""
        return display.grouped(payment.payment_number)

    @admin.display(description="認定番号")
    def approval(self, payment: Payment) -> SafeString:
        """Return the recipient's 認定番号, as the way to the recipient."""
        url = reverse("admin:child_allowance_recipient_change", args=(payment.recipient_id,))
        return format_html('<a href="{}">{}</a>', url, payment.recipient.approval_number)

    @admin.display(description="支払額")
    def money(self, payment: Payment) -> SafeString:
        """Return the yen."""
        return display.money(payment.amount)

    @admin.display(description="状態")
    def status(self, payment: Payment) -> SafeString:
        """Return the state with its shape."""
        levels = {"held": "warned", "in_file": "info", "paid": "done", "returned": "stopped"}
        return display.badge(payment.get_state_display(), levels[payment.state])


def home_block(request: HttpRequest) -> HomeBlock | None:
    """Say what waits in 児童手当."""
    if not request.user.has_perm("child_allowance.view_claim"):
        return None
    waiting = selectors.waiting_claims()
    claims = reverse("admin:child_allowance_claim_changelist")
    examined = waiting.get("under_examination", 0) + waiting.get("proposed", 0)
    proposals, held = selectors.open_proposal_count(), selectors.held_payment_count()
    run = selectors.last_run()
    rows = [
        HomeRow(
            "審査・承認を待つ請求",
            f"{examined:,}件",
            f"{claims}?state__exact=under_examination",
            Attention.WAITING if examined else Attention.CALM,
        ),
        HomeRow("決定を待つ請求", f"{waiting.get('ready', 0):,}件", f"{claims}?state__exact=ready"),
        HomeRow(
            "他機関に照会中",
            f"{waiting.get('asked_elsewhere', 0):,}件",
            f"{claims}?state__exact=asked_elsewhere",
        ),
        HomeRow(
            "異動提案",
            f"{proposals:,}件",
            _page(request, "proposal", "changelist"),
            Attention.WAITING if proposals else Attention.CALM,
        ),
        HomeRow(
            "支払保留・振込不能",
            f"{held:,}件",
            _page(request, "payment", "changelist"),
            Attention.WARNED if held else Attention.CALM,
        ),
    ]
    if stopped := selectors.why_claims_wait(day=timezone.localdate()):
        rows.insert(0, HomeRow("請求の審査を停止中", stopped, claims, Attention.STOPPED))
    if run:
        rows.append(
            HomeRow(
                "直近の支払",
                f"{format_date(run.pay_on, weekday=False)} {run.yen:,}円",
                _page(request, "paymentrun", "change", run.pk),
            )
        )
    total = examined + waiting.get("ready", 0)
    return HomeBlock(
        title="児童手当",
        state=f"{total:,}件待ち" if total else "待ちなし",
        attention=max(row.attention for row in rows),
        rows=rows,
        order=40,
    )


def _page(request: HttpRequest, table: str, page: str, *args: object) -> str:
    """Return the way to a page, "" for who may not go there."""
    may = request.user.has_perm(f"child_allowance.view_{table}")
    return reverse(f"admin:child_allowance_{table}_{page}", args=args) if may else ""
