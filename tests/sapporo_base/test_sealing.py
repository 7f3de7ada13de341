"""Sealed values: opened by who holds the key, found by digest, worth nothing to anybody else."""

import pytest

from sapporo_base import sealing
from tests.factories import fictitious_individual_number

KEY_A, KEY_B = b"a" * 32, b"b" * 32
NUMBER = fictitious_individual_number(1)


def test_what_was_sealed_can_be_opened():
    assert (
        sealing.number_ring().open(sealing.number_ring().seal(NUMBER.encode())) == NUMBER.encode()
    )


def test_the_same_number_never_looks_the_same_twice():
    ring = sealing.number_ring()
    assert ring.seal(NUMBER.encode()) != ring.seal(NUMBER.encode())
    assert NUMBER.encode() not in ring.seal(NUMBER.encode())


def test_a_retired_key_still_opens_and_is_known_as_retired():
    old = sealing.Ring({"k1": KEY_A}, "test").seal(b"secret")
    ring = sealing.Ring({"k2": KEY_B, "k1": KEY_A}, "test")
    assert ring.open(old) == b"secret"
    assert not ring.is_current(old)
    assert ring.is_current(ring.seal(b"secret"))


def test_a_value_sealed_for_one_purpose_opens_for_no_other():
    sealed = sealing.Ring({"k1": KEY_A}, "one").seal(b"secret")
    with pytest.raises(sealing.SealBroken):
        sealing.Ring({"k1": KEY_A}, "other").open(sealed)


@pytest.mark.parametrize("place", [0, 1, 5, -1])
def test_an_altered_value_does_not_open(place):
    ring = sealing.Ring({"k1": KEY_A}, "test")
    sealed = bytearray(ring.seal(b"secret"))
    sealed[place] ^= 1
    with pytest.raises(sealing.SealBroken):
        ring.open(bytes(sealed))


@pytest.mark.parametrize("length", [16, 32, 64, 65, 200])
def test_masses_get_the_digests_that_single_numbers_get(settings, length):
    settings.INDIVIDUAL_NUMBER_DIGEST_KEYS = {"d1": b"k" * length}
    numbers = [fictitious_individual_number(serial) for serial in range(1, 5)]
    digests = [sealed.partition(":")[0] for sealed in sealing.seal_texts(numbers)]
    assert digests == [sealing.digest(number).hex() for number in numbers]


def test_the_digest_finds_and_depends_on_its_key(settings):
    first = sealing.digest(NUMBER)
    assert first == sealing.NumberSealer().seal(NUMBER).digest == sealing.digest(NUMBER)
    settings.INDIVIDUAL_NUMBER_DIGEST_KEYS = {"d9": KEY_B}
    assert sealing.digest(NUMBER) != first
