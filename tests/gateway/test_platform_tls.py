"""Both ends prove who they are: a real handshake, a certificate replaced while we run, its end foretold."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount

from gateway.platform import probe
from gateway.platform.client import PlatformClient
from gateway.platform.failures import PlatformUnreachable
from gateway.platform.line import PlainHttpRefused
from gateway.platform.messages import TlsSettings
from gateway.services.alarms import certificate_alarms
from tests.gateway.far_end import SAPPORO, FarEnd, Socket

NOW = datetime.now(UTC)


@dataclass
class Authority:
    """An authority that issues certificates into a folder."""

    folder: Path
    name: str
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self.subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        certificate = self._builder(
            self.subject, self.key, NOW + timedelta(days=3650)
        ).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.file = self.folder / f"{self.name}.pem"
        self.file.write_bytes(_pem(certificate.sign(self.key, hashes.SHA256())))

    def issue(self, name: str, *, ends: datetime = NOW + timedelta(days=365)) -> tuple[Path, Path]:
        """Return the files of a certificate for 127.0.0.1 and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        certificate = (
            self._builder(subject, key, ends)
            .add_extension(here, critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )
        files = (self.folder / f"{name}.crt", self.folder / f"{name}.key")
        files[0].write_bytes(_pem(certificate))
        files[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return files

    def _builder(self, subject: x509.Name, key: Any, ends: datetime) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(ends)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
            .add_extension(
                x509.KeyUsage(
                    digital_signature=True,
                    key_cert_sign=True,
                    crl_sign=True,
                    **dict.fromkeys(
                        (
                            *("content_commitment", "key_encipherment", "data_encipherment"),
                            *("key_agreement", "encipher_only", "decipher_only"),
                        ),
                        False,
                    ),
                ),
                critical=True,
            )
        )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def authority(tmp_path) -> Authority:
    return Authority(tmp_path, "platform-ca")


@dataclass
class Guarded:
    """The platform behind mutual TLS; `seen` tells by which certificates it was spoken to."""

    socket: Socket
    seen: list[str]

    @property
    def url(self) -> str:
        return self.socket.url


@pytest.fixture
def guarded(tmp_path, authority) -> Iterator[Guarded]:
    end = FarEnd(tmp_path, clock=lambda: datetime.now(UTC))
    seen: list[str] = []

    async def noted(scope, receive, send):
        if scope["type"] == "http":
            line = Request(scope).state.transport.get_extra_info("ssl_object")
            ((name,),) = line.getpeercert()["subject"]
            seen.append(name[1])
        await end.app(scope, receive, send)

    certificate, key = authority.issue("platform")
    socket = Socket(
        Starlette(routes=[Mount("/", noted)]),
        ssl_certfile=str(certificate),
        ssl_keyfile=str(key),
        ssl_ca_certs=str(authority.file),
        ssl_cert_reqs=ssl.CERT_REQUIRED,
    )
    yield Guarded(socket, seen)
    socket.close()
    end.close()


def settings_of(files: tuple[Path, Path], authority: Authority) -> TlsSettings:
    return TlsSettings(str(files[0]), str(files[1]), str(authority.file))


def speaking(guarded: Guarded, tls: TlsSettings | None) -> PlatformClient:
    return PlatformClient(guarded.url, sender_code=SAPPORO, timeout=10.0, tls=tls)


class TestHandshake:
    def test_a_client_that_the_platform_s_authority_vouches_for_is_let_in(self, guarded, authority):
        tls = settings_of(authority.issue("sapporo-2026"), authority)

        with speaking(guarded, tls) as client:
            assert client.operating_state().is_open

        assert guarded.seen == ["sapporo-2026"]

    def test_one_without_a_certificate_is_not(self, guarded, authority, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))

        with speaking(guarded, None) as client, pytest.raises(PlatformUnreachable):
            client.operating_state()

        assert guarded.seen == []

    def test_nor_is_one_of_another_authority(self, guarded, authority, tmp_path):
        stranger = Authority(tmp_path, "somebody-else")
        tls = settings_of(stranger.issue("not-sapporo"), authority)

        with speaking(guarded, tls) as client, pytest.raises(PlatformUnreachable):
            client.operating_state()

        assert guarded.seen == []

    def test_nor_one_whose_certificate_has_ended(self, guarded, authority):
        ended = authority.issue("sapporo-2025", ends=NOW - timedelta(hours=1))

        with (
            speaking(guarded, settings_of(ended, authority)) as client,
            pytest.raises(PlatformUnreachable),
        ):
            client.operating_state()

        assert guarded.seen == []

    def test_a_platform_that_our_authority_does_not_know_hears_nothing(
        self, guarded, authority, tmp_path
    ):
        ours = Authority(tmp_path, "our-authority")
        tls = settings_of(authority.issue("sapporo-2026"), ours)

        with speaking(guarded, tls) as client, pytest.raises(PlatformUnreachable) as failed:
            client.operating_state()

        assert not failed.value.maybe_received
        assert guarded.seen == []

    def test_without_tls_nothing_leaves_this_machine(self):
        with pytest.raises(PlainHttpRefused):
            PlatformClient("http://192.0.2.1", sender_code=SAPPORO)

    def test_the_connection_test_names_the_step_that_fails(self, guarded, authority, tmp_path):
        stranger = Authority(tmp_path, "somebody-else")
        good = settings_of(authority.issue("sapporo-2026"), authority)
        bad = settings_of(authority.issue("sapporo-2027"), stranger)

        def last(tls):
            return probe.examine_line(guarded.url, tls=tls, timeout=5, at=NOW)[-1]

        assert last(good).is_good
        assert last(bad).step == "相互認証"
        assert not last(bad).is_good
        assert "PLATFORM_CA_FILE" in last(bad).cure


class TestRotation:
    def test_a_certificate_that_was_replaced_is_taken_up_while_we_run(self, guarded, authority):
        files = authority.issue("sapporo-2026")
        tls = settings_of(files, authority)
        with speaking(guarded, tls) as client:
            client.operating_state()
            replace(files, authority.issue("sapporo-2027"))
            client.operating_state()

        assert guarded.seen == ["sapporo-2026", "sapporo-2027"]

    def test_half_of_a_replacement_changes_nothing(self, guarded, authority):
        files = authority.issue("sapporo-2026")
        tls = settings_of(files, authority)
        with speaking(guarded, tls) as client:
            client.operating_state()
            new = authority.issue("sapporo-2027")
            new[0].replace(files[0])
            client.operating_state()
            new[1].replace(files[1])
            client.operating_state()

        assert guarded.seen == ["sapporo-2026", "sapporo-2026", "sapporo-2027"]

    def test_an_authority_that_was_taken_out_is_trusted_no_more(self, guarded, authority, tmp_path):
        other = Authority(tmp_path, "new-authority")
        trusted = tmp_path / "trusted.pem"
        trusted.write_bytes(authority.file.read_bytes() + other.file.read_bytes())
        files = authority.issue("sapporo-2026")
        tls = TlsSettings(str(files[0]), str(files[1]), str(trusted))
        with speaking(guarded, tls) as client:
            assert client.operating_state().is_open
            swap(trusted, other.file.read_bytes())
            with pytest.raises(PlatformUnreachable) as failed:
                client.operating_state()
            assert not failed.value.maybe_received
            swap(trusted, other.file.read_bytes() + authority.file.read_bytes())
            assert client.operating_state().is_open

        assert len(guarded.seen) == 2

    def test_a_message_on_its_way_ends_on_the_connection_on_which_it_began(
        self, guarded, authority
    ):
        files = authority.issue("sapporo-2026")
        with speaking(guarded, settings_of(files, authority)) as client:
            with client._line._in_use() as http:
                replace(files, authority.issue("sapporo-2027"))
                assert client.operating_state().is_open
                assert not http.is_closed
            assert http.is_closed
            assert client.operating_state().is_open

        assert guarded.seen == ["sapporo-2027", "sapporo-2027"]

    def test_files_that_are_away_for_a_moment_change_nothing(self, guarded, authority):
        files = authority.issue("sapporo-2026")
        with speaking(guarded, settings_of(files, authority)) as client:
            files[0].unlink()
            assert client.operating_state().is_open


class TestEndForetold:
    @pytest.mark.parametrize(("days", "told"), [(31, 0), (29, 1), (-1, 1)])
    def test_thirty_days_before(self, authority, settings, days, told):
        files = authority.issue("sapporo", ends=NOW + timedelta(days=days, minutes=1))
        settings.PLATFORM_CLIENT_CERTIFICATE = str(files[0])

        alarms = certificate_alarms(at=NOW)

        assert len(alarms) == told
        assert all("有効期限" in one.words for one in alarms)

    def test_a_file_that_can_t_be_read_is_an_alarm(self, tmp_path, settings):
        settings.PLATFORM_CLIENT_CERTIFICATE = str(tmp_path / "away.crt")

        (alarm,) = certificate_alarms(at=NOW)

        assert "読めません" in alarm.words


def swap(file: Path, content: bytes) -> None:
    """Replace a file as an operator does: written beside it, then moved over it."""
    beside = file.with_suffix(".new")
    beside.write_bytes(content)
    beside.replace(file)


def replace(old: tuple[Path, Path], new: tuple[Path, Path]) -> None:
    for was, becomes in zip(old, new, strict=True):
        becomes.replace(was)
