"""Keys rotate while the system runs; nobody is numbered twice, nothing is lost."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from integrated_address import services
from integrated_address.models import DigestKey, IndividualNumber, IntegratedAddressee
from integrated_address.services import rotation
from integrated_address.services.keys import DigestKeyNotCurrent
from sapporo_base import sealing
from sapporo_base import services as base
from tests.factories import fictitious_individual_number, system
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db
OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture(autouse=True)
def _one_key(settings):
    settings.INDIVIDUAL_NUMBER_KEYS = {"k1": OLD}
    settings.INDIVIDUAL_NUMBER_DIGEST_KEYS = {"d1": OLD}


def rotate(step):
    out = StringIO()
    call_command("rotate_keys", step, batch=2, stdout=out)
    return out.getvalue()


def opened(act):
    return services.disclose_individual_numbers(
        system=system("001-000"), business_numbers=["1", "2", "3"], act=act
    )


def test_ciphertexts_move_to_the_new_key_and_open_as_before(act, settings):
    for serial in (1, 2, 3):
        numbered(act, number=str(serial), serial=serial)
    before = opened(act)
    settings.INDIVIDUAL_NUMBER_KEYS = {"k2": NEW, "k1": OLD}
    assert rotation.remaining().ciphertexts == 3
    rotate("ciphertext")
    assert rotation.remaining().ciphertexts == 0
    settings.INDIVIDUAL_NUMBER_KEYS = {"k2": NEW}
    assert opened(act) == before == {str(n): fictitious_individual_number(n) for n in (1, 2, 3)}


def test_a_killed_run_goes_on_where_it_was(act, settings):
    for serial in (1, 2, 3):
        numbered(act, number=str(serial), serial=serial)
    settings.INDIVIDUAL_NUMBER_KEYS = {"k2": NEW, "k1": OLD}
    rotation.reseal_numbers(limit=1, after=0)
    assert rotation.remaining().ciphertexts == 2
    rotate("ciphertext")
    assert rotation.remaining().ciphertexts == 0


def test_the_digest_key_changes_step_by_step_and_everybody_stays_known(act, settings):
    for serial in (1, 2):
        numbered(act, number=str(serial), serial=serial)
    with pytest.raises(CommandError, match="新しい鍵を追加"):
        rotate("digest")

    settings.INDIVIDUAL_NUMBER_DIGEST_KEYS = {"d1": OLD, "d2": NEW}
    rotation.begin_digest_rotation(act=act)
    with pytest.raises(CommandError, match="そろっていません"):
        rotate("switch")
    numbered(act, number="3", serial=3)  # while the rotation is under way
    rotate("digest")
    assert not IndividualNumber.objects.filter(second_digest=None).exists()
    rotate("switch")

    for keys in ({"d1": OLD, "d2": NEW}, {"d2": NEW, "d1": OLD}):
        settings.INDIVIDUAL_NUMBER_DIGEST_KEYS = keys
        for serial in (1, 2, 3):
            assert not numbered(act, number=f"N{serial}", code="024-000", serial=serial).is_new
    assert numbered(act, number="4", serial=4).is_new
    settings.INDIVIDUAL_NUMBER_DIGEST_KEYS = {"d1": OLD, "d2": NEW}
    assert not numbered(act, number="N4", code="024-000", serial=4).is_new
    with pytest.raises(CommandError, match="先頭"):
        rotate("retire")

    settings.INDIVIDUAL_NUMBER_DIGEST_KEYS = {"d2": NEW, "d1": OLD}
    assert "d1" in rotate("retire")
    settings.INDIVIDUAL_NUMBER_DIGEST_KEYS = {"d2": NEW}
    assert not numbered(act, number="M1", code="010-000", serial=1).is_new
    assert IntegratedAddressee.objects.count() == 4
    assert DigestKey.objects.get().key_id == "d2"


def test_a_process_with_a_key_that_is_not_complete_numbers_nobody(act, settings):
    numbered(act, number="1", serial=1)
    settings.INDIVIDUAL_NUMBER_DIGEST_KEYS = {"d2": NEW, "d1": OLD}
    with pytest.raises(DigestKeyNotCurrent):
        numbered(act, number="N1", code="024-000", serial=1)


def test_uniqueness_holds_under_either_digest(act, settings):
    numbered(act, number="1", serial=1)
    settings.INDIVIDUAL_NUMBER_DIGEST_KEYS = {"d1": OLD, "d2": NEW}
    rotate("digest")
    names = {constraint.name for constraint in IndividualNumber._meta.constraints}
    assert {
        "one_open_holder_per_individual_number",
        "one_open_holder_per_individual_number_by_second_digest",
    } <= names
    row = IndividualNumber.objects.get()
    assert row.digest != row.second_digest


def test_secrets_and_rejected_rows_move_to_the_new_keys_too(act, settings):
    number = fictitious_individual_number(7)
    settings.CREDENTIAL_KEYS = {"c1": OLD}
    issued = base.issue_credential(
        system=system("024-000"),
        method="client_secret_jwt",
        scopes=[],
        expires_at=act.at + timedelta(days=1),
        act=act,
    )
    batch = base.open_batch(act, "試験")
    line = f"100,{sealing.seal_texts([number])[0]},札幌"
    base.reject_rows(batch, [base.Reject(1, "氏名", "E0001", "空です。", {"row": line})])

    settings.INDIVIDUAL_NUMBER_KEYS = {"k2": NEW, "k1": OLD}
    settings.CREDENTIAL_KEYS = {"c2": NEW, "c1": OLD}
    rotate("ciphertext")
    settings.INDIVIDUAL_NUMBER_KEYS = {"k2": NEW}
    settings.CREDENTIAL_KEYS = {"c2": NEW}

    issued.credential.refresh_from_db()
    assert base.opened_secret(issued.credential) == issued.secret
    row = base.open_rejected_row(batch.rejected_rows.get())["row"]
    _, ciphertext = row.split(",")[1].split(":")
    assert sealing.number_ring().open(bytes.fromhex(ciphertext)).decode() == number
