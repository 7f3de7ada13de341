"""Pages of ファイル連携 and of an inquiry's time: set up, looked at, stopped."""

import pytest
from django.urls import reverse

from gateway import services
from gateway.models import FileExchangeSetting, Inquiry
from tests.gateway.flows import accept, asked
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db
SETTINGS = "admin:gateway_fileexchangesetting"
PLAN = {
    "_confirmed": "1",
    "layout_code": "inquiry_file",
    "encoding": "cp932",
    "result_layout_code": "inquiry_results_file",
    "days_kept": "14",
    "is_active": "on",
}


@pytest.fixture
def operator(staff_client, settings, tmp_path):
    settings.EXCHANGE_FOLDER = tmp_path
    return staff_client(
        "gateway.view_fileexchangesetting",
        "gateway.set_up_fileexchangesetting",
        "gateway.view_exchangedfile",
        "gateway.view_inquiry",
    )


def set_up(operator, **changes):
    told = {**PLAN, "system": "027-000", "kind": "inquiries", "name_prefix": "INQ", **changes}
    return operator.post(reverse(f"{SETTINGS}_set_up"), told)


def test_a_system_is_set_up_and_its_folders_are_made(operator, tmp_path):
    assert set_up(operator).status_code == 302
    setting = FileExchangeSetting.objects.get()
    assert (setting.prefix, setting.days_kept) == ("INQ", 14)
    assert (tmp_path / "027-000" / "in").is_dir()
    page = operator.get(reverse(f"{SETTINGS}_change", args=[setting.pk])).content.decode()
    assert "027-000/in/" in page
    assert "ファイルはありません" in page


def test_what_is_wrong_is_told_at_its_field(operator):
    page = set_up(operator, layout_code="accounts")
    assert page.status_code == 409
    assert "request_key" in page.content.decode()


def test_it_is_stopped_with_how_many_files_wait(operator, tmp_path):
    set_up(operator)
    setting = FileExchangeSetting.objects.get()
    (tmp_path / "027-000" / "in" / "INQ1.csv").write_text("x")
    (tmp_path / "027-000" / "in" / "XYZ1.csv").write_text("x")
    listed = operator.get(reverse(f"{SETTINGS}_changelist")).content.decode()
    assert "1件" in listed
    told = {name: value for name, value in PLAN.items() if name != "is_active"}
    operator.post(reverse(f"{SETTINGS}_change_plan", args=[setting.pk]), told)
    page = operator.get(reverse(f"{SETTINGS}_change", args=[setting.pk])).content.decode()
    assert "設定が停止中です。" in page
    assert "どの設定にも合いません" in page


def test_nobody_without_the_right_sets_up(staff_client, settings, tmp_path):
    settings.EXCHANGE_FOLDER = tmp_path
    assert set_up(staff_client("gateway.view_fileexchangesetting")).status_code == 403


def test_an_inquiry_shows_where_its_time_went_and_for_how_long_values_are_kept(operator, act):
    numbered(act, number="J1", code="027-000", serial=1)
    accept(asked(), act=act)
    one = Inquiry.objects.get()
    page = operator.get(reverse("admin:gateway_inquiry_change", args=[one.pk])).content.decode()
    assert "符号の取得待ち" in page
    assert "(継続中)" in page
    assert "到着から120日" in page
    assert services.days_kept(one.legal_basis) == 120
