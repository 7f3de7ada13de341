"""更新通知: signed, told to who may hear it, patient with those who hang, and nothing about anybody."""

import hashlib
import hmac
import json
import re
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from resident_basic import selectors, services
from resident_basic.models import Delivery, WebhookCall, WebhookSubscription
from resident_basic.outward import call_all
from resident_basic.rules.applications import API, FORMS
from resident_basic.rules.webhooks import pause_after, problem_of_url
from resident_basic.tasks import wake_consumers
from sapporo_base import sealing
from sapporo_base.acts import InvalidRequest, NotNow
from tests.factories import StaffFactory, system
from tests.resident_basic import approvals
from tests.resident_basic.factories import row
from tests.resident_basic.test_snapshots import reference_implementation

pytestmark = pytest.mark.django_db
PLACE = "http://127.0.0.1:9/wake"


class Consumer:
    """A consumer's HTTP server, which answers as it is told and keeps what it heard."""

    def __init__(self):
        self.status, self.hangs, self.heard = 204, False, []
        self.let_go = threading.Event()


@contextmanager
def listening():
    consumer = Consumer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            consumer.heard.append((dict(self.headers), body, self.path))
            if consumer.hangs:
                consumer.let_go.wait(30)
                return
            self.send_response(consumer.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *said):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    consumer.url = f"http://127.0.0.1:{server.server_port}/wake"
    try:
        yield consumer
    finally:
        consumer.let_go.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def consumer():
    with listening() as one:
        yield one


@pytest.fixture
def subscribe(act):
    def subscribed(code, url):
        approvals.approved(code, "name")
        return services.subscribe_webhook(receiving=system(code), url=url, act=act)

    return subscribed


@pytest.fixture
def something_new(register_act):
    def happened():
        services.receive_event(values=(one := row()), act=register_act)
        return one

    return happened


class TestCalls:
    def test_a_system_is_woken_once_with_a_signature_that_it_can_check(
        self, consumer, subscribe, something_new
    ):
        issued = subscribe("017-000", consumer.url)
        wake_consumers()
        assert consumer.heard == []
        hanako = something_new()
        wake_consumers()
        wake_consumers()

        ((headers, body, _),) = consumer.heard
        head = selectors.CHANGES.head()
        delivery = Delivery.objects.get(system=system("017-000"))
        call = WebhookCall.objects.get()
        assert json.loads(body) == {
            "system": "017-000",
            "head": head,
            "waiting": head - delivery.read_until,
            "call": call.pk,
            "test": False,
        }
        # Nothing about anybody: neither who nor how many of them live where.
        assert hanako["resident_number"].encode() not in body
        is_genuine = reference_implementation()["is_genuine"]
        signed = headers["X-Sapporo-Signature"]
        now = int(re.search(r"t=(\d+)", signed)[1])
        assert is_genuine(signed, body, {issued.key_id: issued.secret}, now)
        assert not is_genuine(signed, body + b" ", {issued.key_id: issued.secret}, now)
        assert not is_genuine(signed, body, {issued.key_id: "0" * 64}, now)
        assert not is_genuine(signed, body, {issued.key_id: issued.secret}, now + 3600)

    def test_a_redirect_is_not_followed_and_an_error_is_named(
        self, consumer, subscribe, something_new
    ):
        subscribe("017-000", consumer.url)
        for status, words in ((302, "転送"), (500, "通知先でエラー"), (404, "受け付けません")):
            consumer.status = status
            something_new()
            WebhookCall.objects.update(due_at=approvals.NOON)
            wake_consumers()
            assert words in WebhookSubscription.objects.get().last_error
        assert [path for _, _, path in consumer.heard] == ["/wake"] * 3
        assert WebhookCall.objects.get().attempts == 3

    def test_one_that_hangs_delays_no_other_and_not_the_feed(
        self, consumer, subscribe, something_new, act
    ):
        with listening() as patient:
            consumer.hangs = True
            subscribe("017-000", consumer.url)
            subscribe("024-000", patient.url)
            something_new()
            worker_done = threading.Event()
            calls = services.claim_calls(at=_planned(act))
            outcomes = []

            def make_calls():
                outcomes.extend(call_all(calls))
                worker_done.set()

            threading.Thread(target=make_calls, daemon=True).start()
            _until(lambda: patient.heard)
            # The other heard it and the feed is read while the first still hangs.
            assert not worker_done.is_set()
            school = approvals.receiving("017-000", act)
            assert services.disclose_changes(receipt=0, limit=5, act=school).changes
            worker_done.wait(30)
        errors = {outcome.id: outcome.error for outcome in outcomes}
        assert sorted(errors.values()) == ["", "時間内に応答がありません。"]

    def test_nobody_there_is_a_cause_of_its_own(self):
        (outcome,) = call_all(
            [services.PreparedCall(id=1, url=PLACE, body=b"{}", headers={}, head=1)]
        )
        assert outcome.error == "通知先に接続できません(接続拒否または到達不能)。"

    def test_who_is_not_approved_for_calls_is_not_called(self, consumer, act, something_new):
        approvals.approved("017-000", "name", delivery_forms=(API,))
        services.subscribe_webhook(receiving=system("017-000"), url=consumer.url, act=act)
        something_new()
        assert services.plan_wake_ups(act=act) == 0
        assert set(FORMS) > {API}


class TestQueue:
    def test_not_more_than_one_wake_up_waits_and_it_tells_the_newest(
        self, subscribe, something_new, act
    ):
        subscribe("017-000", PLACE)
        something_new()
        assert services.plan_wake_ups(act=act) == 1
        something_new()
        assert services.plan_wake_ups(act=act) == 0
        call = WebhookCall.objects.get()
        assert call.head == selectors.CHANGES.head()
        with pytest.raises(IntegrityError), transaction.atomic():
            WebhookCall.objects.create(
                subscription=call.subscription,
                kind="wake",
                head=1,
                waiting=1,
                due_at=act.at,
                created_at=act.at,
            )

    def test_what_is_claimed_is_claimed_once_until_its_lease_ends(
        self, subscribe, something_new, act
    ):
        subscribe("017-000", PLACE)
        something_new()
        at = _planned(act)
        assert len(services.claim_calls(at=at)) == 1
        assert services.claim_calls(at=at) == []
        assert len(services.claim_calls(at=at + timedelta(seconds=61))) == 1

    def test_in_vain_it_is_tried_later_and_later_and_then_the_place_is_left_in_peace(
        self, subscribe, something_new, act
    ):
        subscribe("017-000", PLACE)
        something_new()
        at = _planned(act)
        pauses = []
        for _ in range(5):
            (call,) = services.claim_calls(at=at)
            settled = services.settle_call(
                call_id=call.id, head=call.head, status=500, error="x", at=at
            )
            pauses.append((settled.due_at - at).total_seconds())
            at = settled.due_at
        assert pauses == [10, 20, 40, 80, 160]
        closed = WebhookSubscription.objects.get().closed_until
        assert services.claim_calls(at=closed - timedelta(seconds=1)) == []
        (call,) = services.claim_calls(at=closed)
        services.settle_call(call_id=call.id, head=call.head, status=204, error="", at=closed)
        healed = WebhookSubscription.objects.get()
        assert (healed.failures, healed.closed_until, healed.last_error) == (0, None, "")
        assert healed.told_until == call.head

    def test_what_came_while_the_call_was_made_is_told_by_another(
        self, subscribe, something_new, act
    ):
        subscribe("017-000", PLACE)
        something_new()
        (call,) = services.claim_calls(at=_planned(act))
        something_new()
        services.plan_wake_ups(act=act)
        services.settle_call(call_id=call.id, head=call.head, status=200, error="", at=act.at)
        assert services.plan_wake_ups(act=act) == 1

    def test_a_paused_place_is_not_called_but_may_be_tested(self, subscribe, something_new, act):
        subscription = subscribe("017-000", PLACE).subscription
        services.pause_webhook(subscription=subscription, act=act)
        something_new()
        assert services.plan_wake_ups(act=act) == 0
        services.call_for_test(subscription=subscription, act=act)
        (call,) = services.claim_calls(at=act.at)
        assert json.loads(call.body)["test"] is True
        failed = services.settle_call(
            call_id=call.id, head=call.head, status=None, error="x", at=act.at
        )
        assert (failed.state, WebhookSubscription.objects.get().failures) == ("failed", 0)
        services.resume_webhook(subscription=subscription, act=act)
        assert services.plan_wake_ups(act=act) == 1
        assert services.forget_calls(before=act.at + timedelta(seconds=1)) == 1

    @pytest.mark.parametrize(("attempts", "seconds"), [(1, 10), (2, 20), (9, 2560), (40, 3600)])
    def test_pauses_double_up_to_an_hour(self, attempts, seconds):
        assert pause_after(attempts).total_seconds() == seconds


class TestSecrets:
    def test_it_is_sealed_and_shown_once(self, subscribe):
        issued = subscribe("017-000", PLACE)
        kept = bytes(WebhookSubscription.objects.get().sealed_secret)
        assert issued.secret.encode() not in kept
        assert sealing.credential_ring().open(kept).decode() == issued.secret

    def test_after_a_rotation_both_sign_for_a_week(self, subscribe, something_new, act):
        old = subscribe("017-000", PLACE)
        new = services.rotate_webhook_secret(subscription=old.subscription, act=act)
        with pytest.raises(NotNow):
            services.rotate_webhook_secret(subscription=old.subscription, act=act)
        something_new()
        at = _planned(act)
        (call,) = services.claim_calls(at=at)
        assert _signs(call, old)
        assert _signs(call, new)
        (later,) = services.claim_calls(at=at + timedelta(days=7))
        assert not _signs(later, old)
        assert _signs(later, new)

    def test_a_rotated_key_seals_them_anew(self, subscribe, act, settings):
        issued = subscribe("017-000", PLACE)
        services.rotate_webhook_secret(subscription=issued.subscription, act=act)
        settings.CREDENTIAL_KEYS = {"new": b"n" * 32, **settings.CREDENTIAL_KEYS}
        assert services.reseal_webhook_secrets(limit=10, after=0)[0] == 1
        kept = WebhookSubscription.objects.get()
        ring = sealing.credential_ring()
        assert ring.is_current(bytes(kept.sealed_secret))
        assert ring.open(bytes(kept.previous_sealed_secret)).decode() == issued.secret


class TestAddresses:
    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("https://a.lg.jp/wake", ""),
            ("https://a.lg.jp:8443/wake", ""),
            ("http://a.lg.jp/wake", "https"),
            ("ftp://a.lg.jp/", "https"),
            ("https://b.lg.jp/wake", "許可されていません"),
            ("https://a.lg.jp@b.lg.jp/", "利用者名"),
            ("https://a.lg.jp/?to=b", "?以降"),
            ("https://[::1", "正しくありません"),
            ("https://a.lg.jp:x/", "正しくありません"),
            ("a.lg.jp", "正しくありません"),
            ("", "正しくありません"),
        ],
    )
    def test_only_allowed_hosts_over_https(self, url, words):
        problem = problem_of_url(url, hosts=["a.lg.jp"], plain_http=False)
        assert words in problem
        assert bool(problem) == bool(words)

    def test_an_address_elsewhere_is_refused_with_the_way_out(self, act):
        with pytest.raises(InvalidRequest) as refusal:
            services.subscribe_webhook(
                receiving=system("017-000"), url="https://evil.example/", act=act
            )
        assert "WEBHOOK_HOSTS" in refusal.value.fields["url"]


class TestPages:
    @pytest.fixture
    def operator(self, staff_client):
        return staff_client(staff=StaffFactory(roles=("連携運用担当",)))

    def test_staff_set_it_up_test_it_pause_it_and_change_its_key(self, operator, consumer):
        approvals.approved("017-000", "name")
        delivery = Delivery.objects.get(system=system("017-000"))
        setting = reverse("admin:resident_basic_delivery_set_up_webhook", args=[delivery.pk])
        shown = operator.post(setting, {"url": consumer.url, "_confirmed": "1"}).content.decode()
        subscription = WebhookSubscription.objects.get()
        secret = sealing.credential_ring().open(bytes(subscription.sealed_secret)).decode()
        assert secret in shown

        page = reverse("admin:resident_basic_webhooksubscription_change", args=[subscription.pk])
        assert secret not in operator.get(page).content.decode()

        def act_on(name):
            url = reverse(
                f"admin:resident_basic_webhooksubscription_{name}", args=[subscription.pk]
            )
            return operator.post(url, {"_confirmed": "1"})

        consumer.status = 503
        assert act_on("try_it").status_code == 302
        wake_consumers()
        assert "HTTP 503" in operator.get(page).content.decode()
        assert act_on("pause").status_code == 302
        assert "停止中" in operator.get(page).content.decode()
        assert act_on("resume").status_code == 302
        assert "署名鍵を表示するのは今だけです" in act_on("rotate").content.decode()
        assert subscription.key_id in operator.get(page).content.decode()

    def test_a_wrong_address_is_refused_at_its_field(self, operator):
        approvals.approved("017-000", "name")
        delivery = Delivery.objects.get(system=system("017-000"))
        setting = reverse("admin:resident_basic_delivery_set_up_webhook", args=[delivery.pk])
        answer = operator.post(setting, {"url": "https://evil.example/", "_confirmed": "1"})
        assert answer.status_code == 409
        assert "許可されていません" in answer.content.decode()


def _planned(act):
    services.plan_wake_ups(act=act)
    return act.at


def _signs(call, issued):
    moment = re.search(r"t=(\d+)", call.headers["X-Sapporo-Signature"])[1]
    expected = hmac.new(
        issued.secret.encode(), moment.encode() + b"." + call.body, hashlib.sha256
    ).hexdigest()
    return f"{issued.key_id}={expected}" in call.headers["X-Sapporo-Signature"]


def _until(holds):
    for _ in range(500):
        if holds():
            return
        time.sleep(0.02)
    pytest.fail("it never happened")
