"""年次確認: the section says what it still needs, is reminded, and told by e-mail."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from smtplib import SMTPServerDisconnected

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from resident_basic import selectors, services, tasks
from resident_basic.models import ApplicationNotice
from resident_basic.rules.applications import Phase
from sapporo_base.acts import JAPAN, InvalidRequest, NotNow
from tests.factories import StaffFactory, system
from tests.resident_basic import approvals
from tests.resident_basic.approvals import on
from tests.resident_basic.factories import a_resident_number

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
SCHOOL = "017-000"
NOBODY = a_resident_number()


def receiving(code=SCHOOL, day=DAY):
    """Return an act of a receiving system on a day."""
    return replace(on(day), path="api", staff=None, system=system(code))


class TestYearlyCertification:
    BEGINS = date(2026, 4, 1)
    DUE = date(2027, 11, 24)  # a year after the decision

    @pytest.fixture
    def application(self):
        return approvals.approved(SCHOOL, "name", "sex", valid_until=date(2031, 4, 1))

    @pytest.mark.parametrize(
        ("day", "phase", "is_given"),
        [
            (DUE - timedelta(61), Phase.ACTIVE, True),
            (DUE - timedelta(60), Phase.CERTIFICATION_DUE, True),
            (DUE, Phase.CERTIFICATION_LATE, True),
            (DUE + timedelta(29), Phase.CERTIFICATION_LATE, True),
            (DUE + timedelta(30), Phase.STOPPED, False),
            (date(2031, 4, 1), Phase.EXPIRED, False),
        ],
    )
    def test_a_missed_day_is_borne_with_for_its_grace_and_then_stops(
        self, application, day, phase, is_given
    ):
        assert selectors.phase(application, day=day) is phase
        given = selectors.approved_items(system=system(SCHOOL), day=day)
        assert bool(given.disclosed) is is_given

    def test_the_grace_is_the_citys_to_set(self, application, settings):
        settings.CERTIFICATION_GRACE_DAYS = 0
        assert selectors.phase(application, day=self.DUE) is Phase.STOPPED
        assert not selectors.approved_items(system=system(SCHOOL), day=self.DUE).disclosed

    def test_what_is_not_needed_any_more_ends_at_once_and_the_rest_goes_on(self, application):
        section = StaffFactory()
        done = services.recertify(
            application=application,
            given_up=["sex"],
            remark="性別は不要となった",
            act=on(self.DUE, staff=section),
        )
        later = selectors.approved_items(system=system(SCHOOL), day=self.DUE + timedelta(60))

        assert later.items == {"name"}
        assert (done.due_on, done.next_due_on) == (self.DUE, date(2028, 11, 24))
        assert done.certified_by == section
        assert selectors.phase(
            application.__class__.objects.get(pk=application.pk), day=self.DUE
        ) is (Phase.ACTIVE)
        with pytest.raises(NotNow, match="時期ではありません"):
            services.recertify(application=application, act=on(self.DUE))

    def test_a_late_one_takes_the_delivery_up_again(self, application):
        late = self.DUE + timedelta(100)
        with pytest.raises(services.NoApproval) as refusal:
            services.disclose_residents(numbers=[NOBODY], act=receiving(day=late))
        assert refusal.value.fields == {
            "cause": "certification_overdue",
            "application": application.pk,
        }
        services.recertify(application=application, act=on(late))
        assert services.disclose_residents(numbers=[NOBODY], act=receiving(day=late)) == []

    def test_all_items_are_not_given_up_but_the_application_taken_back(self, application):
        with pytest.raises(InvalidRequest, match="取り下げてください"):
            services.recertify(application=application, given_up=["name", "sex"], act=on(self.DUE))

    def test_it_was_in_force_then_whatever_came_later(self, application):
        missed = self.DUE + timedelta(40)
        services.recertify(application=application, given_up=["sex"], act=on(missed))
        services.withdraw_application(
            application=application, reason="廃止", act=on(date(2028, 6, 1))
        )

        def then(day):
            return selectors.approval_as_of(system=system(SCHOOL), day=day).items

        assert then(DAY - timedelta(1)) == set()  # not decided yet
        assert then(DAY) == {"name", "sex"}
        assert then(self.DUE + timedelta(35)) == set()  # stopped at that time
        assert then(missed) == {"name"}
        assert then(date(2028, 5, 31)) == {"name"}
        assert then(date(2028, 6, 1)) == set()

    def test_the_section_is_reminded_once_for_each_day(self, application):
        for day in (self.DUE - timedelta(10), self.DUE - timedelta(9), self.DUE + timedelta(50)):
            services.remind_sections(act=on(day))

        notices = ApplicationNotice.objects.filter(application=application).order_by("pk")
        assert [(one.kind, one.about_on) for one in notices] == [
            ("due", self.DUE),
            ("stopped", self.DUE),
        ]

    def test_who_has_applied_for_the_time_after_is_not_told_of_the_end(self, application):
        near = date(2031, 3, 1)
        services.recertify(application=application, act=on(date(2030, 12, 1)))
        renewal = services.renew_application(application=application, act=on(near))
        assert selectors.applications_to_certify(day=near) == [(application, Phase.EXPIRING)]

        services.submit_application(application=renewal, act=on(near))

        assert selectors.applications_to_certify(day=near) == []
        assert services.remind_sections(act=on(near)) == 0

    def test_it_stands_on_the_list_of_what_is_due(self, application):
        due = selectors.applications_to_certify(
            day=self.DUE + timedelta(50), systems=[system(SCHOOL)]
        )
        assert due == [(application, Phase.STOPPED)]
        assert selectors.applications_to_certify(day=DAY, systems=[system(SCHOOL)]) == []


class TestMail:
    """Who applied, and スマートシティ推進部, are told by e-mail as well."""

    DUE = date(2027, 11, 24)

    @pytest.fixture
    def application(self, settings):
        settings.APPLICATION_EMAILS = ["smart-city@sapporo.example"]
        application = approvals.approved(SCHOOL, "name", "sex")
        application.drafted_by.email = "school@sapporo.example"
        application.drafted_by.save(update_fields=["email"])
        return application

    def remind(self, day):
        with time_machine.travel(datetime(day.year, day.month, day.day, 12, tzinfo=JAPAN)):
            tasks.remind_sections()

    def test_both_are_told_once_what_is_due_and_what_to_do(self, application):
        for day in (self.DUE - timedelta(10), self.DUE - timedelta(9)):
            self.remind(day)

        (told,) = mail.outbox
        assert told.to == ["school@sapporo.example", "smart-city@sapporo.example"]
        assert told.subject == f"【利用申請】年次確認の時期です(第{application.pk}号)"
        assert "令和9年11月24日" in told.body
        assert "年次確認をする" in told.body
        assert ApplicationNotice.objects.get().told_at

    def test_of_the_end_they_are_told_to_renew(self, application):
        services.recertify(application=application, act=on(date(2098, 11, 20)))
        self.remind(date(2099, 3, 1))
        assert "更新を申請する" in mail.outbox[-1].body

    def test_who_has_left_is_not_written_to(self, application):
        application.drafted_by.valid_until = date(2027, 4, 1)
        application.drafted_by.save(update_fields=["valid_until"])
        self.remind(self.DUE - timedelta(10))
        assert mail.outbox[0].to == ["smart-city@sapporo.example"]

    def test_a_mail_that_fails_is_tried_again_and_the_page_says_so(
        self, application, monkeypatch, staff_client
    ):
        def refuses(*args, **kwargs):
            raise SMTPServerDisconnected

        with monkeypatch.context() as broken:
            broken.setattr("sapporo_base.outward.send_mail", refuses)
            self.remind(self.DUE - timedelta(10))
        notice = ApplicationNotice.objects.get()
        assert (notice.told_at, notice.told_error) == (None, "SMTPServerDisconnected")
        page = staff_client(roles=["利用申請承認者"]).get(
            reverse("admin:resident_basic_useapplication_change", args=[application.pk])
        )
        assert "メールを送信できていません" in page.content.decode()

        self.remind(self.DUE - timedelta(9))
        assert len(mail.outbox) == 1
        assert ApplicationNotice.objects.get().told_at

    def test_nobody_to_write_to_is_no_success(self, application, settings):
        settings.APPLICATION_EMAILS = []
        application.drafted_by.email = ""
        application.drafted_by.save(update_fields=["email"])
        self.remind(self.DUE - timedelta(10))
        assert mail.outbox == []
        assert ApplicationNotice.objects.get().told_error == "宛先がありません。"
