"""The sections of the page of one 支援措置: its card, terms, 申出, family, flags, lifts and alarms."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gateway import selectors as gateway_selectors
from gateway.selectors import FlagState
from resident_basic import selectors
from resident_basic.models import ResidentVersion, SupportApplication, SupportMeasure
from resident_basic.rules.items import REGISTER
from resident_basic.rules.protection import Phase, extension_opens
from sapporo_base import selectors as base
from sapporo_base.admin import display
from sapporo_base.admin.record_lines import KINDS

PHASES = {
    Phase.EXPIRED: ("期間経過(保護は継続中)", "stopped"),
    Phase.ENDING: ("終了1か月前(延長受付中)", "warned"),
    Phase.PROVISIONAL: ("仮支援措置(決定待ち)", "waiting"),
    Phase.RUNNING: ("支援措置中", "info"),
}
FLAGS = {
    FlagState.SET: ("設定済", "done"),
    FlagState.CLEAR: ("設定なし", "plain"),
    FlagState.WAITING_NUMBER: ("番号の登録待ち", "waiting"),
    FlagState.ASKED: ("設定を依頼中", "waiting"),
    FlagState.FAILED: ("設定に失敗(再試行中)", "stopped"),
    FlagState.NOT_NUMBERED: ("団体内統合宛名番号なし", "plain"),
}
OUTCOMES = {"shown": "warned", "hidden": "info", "refused": "stopped"}
_ALARMS_SHOWN = 30
_OFFICES = dict(SupportApplication.Office.choices)


class MeasureSectionsMixin:
    """What the page of a 支援措置 shows, section by section."""

    def _latest(self, obj: Any) -> ResidentVersion | None:
        if not hasattr(obj, "latest"):
            obj.latest = selectors.latest_of([obj.resident_number]).get(obj.resident_number)
        latest: ResidentVersion | None = obj.latest
        return latest

    # Sections --------------------------------------------------------------------------------

    @admin.display(description="内容")
    def card(self, obj: SupportMeasure) -> SafeString:
        """Return the measure at a glance, and what is due."""
        resident = reverse("admin:resident_basic_resident_change", args=[obj.resident_number])
        today = timezone.localdate()
        pairs: list[tuple[str, Any]] = [
            ("対象者", format_html('<a href="{}">{}</a>', resident, self.person(obj))),
            ("状態", self.phase(obj)),
            ("区分", f"{obj.get_kind_display()}({obj.get_subject_kind_display()})"),
            ("開始年月日", display.day(obj.since, weekday=False)),
            ("終了年月日", self.last(obj)),
            ("登録", format_html("{} {}", display.moment(obj.started_at), _who(obj.started_by))),
            ("登録の理由", obj.reason),
        ]
        if obj.until and not obj.ended_at and not obj.is_provisional:
            opens = extension_opens(obj.until)
            words = "受付中" if today >= opens else "この日から受け付けます"
            pairs.append(
                ("延長の受付", format_html("{} {}", display.day(opens, weekday=False), words))
            )
        if obj.end_proposed_at:
            pairs += [
                ("解除の事由", obj.get_ended_because_display()),
                ("解除の理由", obj.end_reason),
                (
                    "解除の起案",
                    format_html(
                        "{} {}", display.moment(obj.end_proposed_at), _who(obj.end_proposed_by)
                    ),
                ),
            ]
        if obj.ended_at:
            pairs.append(
                ("解除", format_html("{} {}", display.moment(obj.ended_at), _who(obj.ended_by)))
            )
        return display.facts(pairs)

    @admin.display(description="期間")
    def terms_line(self, obj: SupportMeasure) -> SafeString:
        """Return every term, the newest first."""
        return display.table(
            ("事由", "区分", "開始", "終了", "登録", "理由"),
            [
                (
                    one.get_cause_display(),
                    one.get_kind_display(),
                    display.day(one.since, weekday=False),
                    display.day(one.until, weekday=False) if one.until else "定めなし",
                    format_html("{} {}", display.moment(one.recorded_at), _who(one.recorded_by)),
                    one.reason,
                )
                for one in obj.terms.order_by("-recorded_at", "-pk")
            ],
            caption="支援措置期間の経過(新しい順)",
        )

    @admin.display(description="申出の内容")
    def asked(self, obj: SupportMeasure) -> SafeString:
        """Return what was asked for, by whom confirmed, and where it was sent on to."""
        application = selectors.application_of(obj)
        pairs: list[tuple[str, Any]] = []
        if application:
            body = application.get_body_display() if application.body else ""
            confirmed = display.day(application.confirmed_on, weekday=False)
            pairs = [
                ("申出年月日", display.day(application.applied_on, weekday=False)),
                ("申出の理由", application.get_ground_display()),
                (
                    "支援を求められている事務",
                    display.items([_OFFICES[one] for one in application.offices]),
                ),
                ("相談機関", f"{body} {application.body_name}".strip() or "未確認"),
                ("相談機関の確認", confirmed if application.confirmed_on else "未確認"),
            ]
        municipalities = base.code_names("municipality", day=timezone.localdate())
        forwardings = display.table(
            ("向き", "市区町村", "転送年月日"),
            [
                (
                    one.get_direction_display(),
                    municipalities.get(one.municipality_code, one.municipality_code),
                    display.day(one.forwarded_on, weekday=False),
                )
                for one in obj.forwardings.order_by("-forwarded_on", "-pk")
            ],
            caption="転送情報",
            empty="他の市区町村との転送はありません。",
        )
        facts = display.facts(pairs) if pairs else format_html("<p>{}</p>", "申出は未登録です。")
        return format_html("{}{}", facts, forwardings)

    @admin.display(description="同じ申出の対象者")
    def family(self, obj: SupportMeasure) -> SafeString:
        """Return the others of the same 申出."""
        together = selectors.open_family_of(obj)
        latest = selectors.latest_of([one.resident_number for one in together])
        rows = []
        for one in together:
            person = latest.get(one.resident_number)
            url = reverse("admin:resident_basic_supportmeasure_change", args=[one.pk])
            rows.append(
                (
                    format_html('<a href="{}">{}</a>', url, person.name if person else "支援措置"),
                    one.get_subject_kind_display(),
                    self.phase(one),
                    self.last(one),
                )
            )
        return display.table(
            ("対象者", "区分", "状態", "終了年月日"),
            rows,
            caption="同じ申出の対象者",
            empty="併せて支援を求めた方はいません。",
        )

    @admin.display(description="自動応答不可・不開示該当")
    def flags(self, obj: SupportMeasure) -> SafeString:
        """Return how far the flags are on their way to the platform, and what went wrong."""
        told = gateway_selectors.flag_states(
            system=base.system(REGISTER), business_numbers=[obj.resident_number]
        )[obj.resident_number]
        pairs: list[tuple[str, Any]] = [
            ("求めている設定", "自動応答不可・不開示該当" if told.is_wanted else "設定しない"),
            ("プラットフォームの状態", display.badge(*FLAGS[told.state])),
            ("最後に設定した日時", display.moment(told.set_at)),
        ]
        if told.error:
            pairs += [
                ("直近のエラー", told.error),
                ("試行回数", display.count(told.attempts, "回")),
                ("次に試す日時", display.moment(told.next_try_at)),
            ]
        return display.facts(pairs)

    @admin.display(description="一時解除")
    def lifts_table(self, obj: SupportMeasure) -> SafeString:
        """Return who could open the person for a while, and why."""
        now = timezone.now()
        return display.table(
            ("状態", "職員番号", "開始", "終了", "解除した職員", "理由"),
            [
                (
                    display.badge("取消", "plain")
                    if one.ended_at
                    else display.badge("終了", "plain")
                    if one.until <= now
                    else display.badge("解除中", "warned"),
                    one.staff_number,
                    display.moment(one.since),
                    display.moment(one.ended_at or one.until),
                    one.granted_by,
                    one.reason,
                )
                for one in obj.lifts.order_by("-since", "-pk")[:_ALARMS_SHOWN]
            ],
            caption="一時解除の記録(新しい順)",
            empty="一時解除はありません。",
        )

    @admin.display(description="最近の警報")
    def alarm_line(self, obj: SupportMeasure) -> SafeString:
        """Return who looked at the person lately."""
        names = base.system_names()
        moments = [
            display.Moment(
                at=one.at,
                what=one.get_outcome_display(),
                text=" ".join(
                    part
                    for part in (KINDS.get(one.kind, one.kind), one.procedure, one.reason)
                    if part
                ),
                who=one.staff_name or names.get(one.system_code, one.system_code),
                url=reverse("admin:resident_basic_lookalarm_change", args=[one.pk]),
                level=OUTCOMES[one.outcome],
            )
            for one in obj.alarms.order_by("-at", "-pk")[:_ALARMS_SHOWN]
        ]
        return display.timeline(moments, empty="閲覧警報はありません。")


def _who(number: str) -> str:
    return f"職員番号{number}" if number[:1].isascii() and number else number
