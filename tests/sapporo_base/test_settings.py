"""Settings come from the environment, and nonsense is refused before anything starts."""

import base64
import os
import subprocess
import sys

import pytest

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
PRODUCTION = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghij",
    "INDIVIDUAL_NUMBER_KEYS": f"k1:{KEY}",
    "INDIVIDUAL_NUMBER_DIGEST_KEYS": f"d1:{KEY}",
    "CREDENTIAL_KEYS": f"c1:{KEY}",
    "SEAL_SIGNING_KEY_FILE": "/etc/sapporo/seal.pem",
    "SEAL_ROOTS_FILE": "/srv/sapporo/roots.jsonl",
    "ALLOWED_HOSTS": "base.city.example",
    "TOKEN_AUDIENCES": "https://base.city.example/oauth2/token/",
    "DATABASE_URL": "postgresql://sapporo:secret@db.city.example/sapporo",
    "CELERY_BROKER_URL": "redis://broker.city.example/0",
    "TRANSFER_SENDER": '{"code": "0000000000"}',
    "PLATFORM_URL": "https://platform.example",
    "PLATFORM_CLIENT_CERTIFICATE": "client.pem",
    "PLATFORM_CLIENT_KEY": "client.key",
}


@pytest.fixture
def load(tmp_path):
    """Load the settings in a process of its own; return its exit code and what it said."""

    def run(changes, statement="import sapporo_base.settings"):
        environment = {
            **PRODUCTION,
            **changes,
            "SAPPORO_VAR": str(tmp_path),
            "PATH": os.environ["PATH"],
        }
        result = subprocess.run(
            [sys.executable, "-c", statement],
            env={name: value for name, value in environment.items() if value is not None},
            capture_output=True,
            text=True,
            check=False,
        )
        return result.returncode, result.stderr + result.stdout

    return run


def test_production_starts_with_everything_from_its_environment(load):
    code, said = load({})
    assert code == 0, said


def test_a_command_starts_without_the_pages_and_a_check_looks_at_them(load):
    code, said = load(
        {"DJANGO_SETTINGS_MODULE": "sapporo_base.settings"},
        "import django; django.setup()\n"
        "from django.contrib import admin; from django.core import checks\n"
        "before = len(admin.site._registry)\n"
        "checks.run_checks(tags=['admin'])\n"
        "print(before, len(admin.site._registry) > 50)",
    )
    assert code == 0, said
    assert said.split()[-2:] == ["0", "True"]


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "ALLOWED_HOSTS"])
def test_what_is_missing_is_refused_by_name(load, name):
    code, said = load({name: None})
    assert code != 0
    assert name.split("_CLIENT")[0] in said


@pytest.mark.parametrize(
    ("name", "nonsense"),
    [
        ("DATABASE_URL", "sqlite:///city.db"),
        ("INDIVIDUAL_NUMBER_KEYS", "k1:short"),
        ("INDIVIDUAL_NUMBER_KEYS", f"k1:{KEY},k1:{KEY}"),
        ("SAPPORO_ENVIRONMENT", "staging"),
        ("DEBUG", "1"),
        ("TOKEN_SECONDS", "86400"),
        ("PLATFORM_URL", "http://platform.example"),
        ("EXCHANGE_LEASE_SECONDS", "20"),
        ("LOG_LEVEL", "LOUD"),
        ("RESIDENT_FILE_SUSPICIOUS_SHARE", "1.5"),
        ("RESIDENT_FILE_SUSPICIOUS_FLOOR", "-1"),
        ("SECRET_KEY", "short"),
    ],
)
def test_nonsense_is_refused(load, name, nonsense):
    code, said = load({name: nonsense})
    assert code != 0
    assert name in said
    assert KEY not in said


def test_the_tests_themselves_run_on_postgresql(settings):
    assert settings.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql"
