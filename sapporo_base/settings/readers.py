"""The process environment, and typed readers that refuse nonsense."""

import base64
import binascii
import sys
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env

from sapporo_base.environment import var_folder

VAR_DIR = var_folder()

# Commands that touch no table and need no secret: they run on a machine where nothing is set up.
OFFLINE_COMMANDS = {"explain_allowance", "generate_city", "run_platform_simulator", "database"}
OFFLINE = len(sys.argv) > 1 and sys.argv[1] in OFFLINE_COMMANDS

env = Env()
KEY_ID_LENGTH, KEY_BYTES = 16, 32
# The marker of `environs` for "there is no default: refuse to start".
env_required: Any = ...
if (VAR_DIR / "sapporo.env").exists():
    env.read_env(str(VAR_DIR / "sapporo.env"), recurse=False)


def key_ring(name: str) -> dict[str, bytes]:
    """Read `id:base64,id:base64`; the first key seals, the others only open."""
    ring: dict[str, bytes] = {}
    for entry in env.list(name, [] if OFFLINE else env_required, delimiter=","):
        key_id, _, encoded = entry.partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded)
        except (binascii.Error, ValueError):
            key = b""
        if not key_id or len(key_id) > KEY_ID_LENGTH or len(key) != KEY_BYTES or key_id in ring:
            raise ImproperlyConfigured(f"{name}: each entry is ID:BASE64 of 32 bytes, ids unique.")
        ring[key_id] = key
    return ring


def database(url: str) -> dict[str, Any]:
    """Turn a postgresql:// URL into Django's settings."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        # For `sapporo_base.rows` alone; not behind a pooler that knows no prepared statements.
        "OPTIONS": {
            "prepare_threshold": 1 if env.bool("DATABASE_PREPARED_STATEMENTS", True) else None,
            **query,
        },
        # Persistent: a request must not pay for a new connection and its authentication.
        "CONN_MAX_AGE": env.int("DATABASE_CONNECTION_SECONDS", 600),
        "CONN_HEALTH_CHECKS": True,
        # Each test run of one machine may have its own database beside the others.
        "TEST": {"NAME": env.str("TEST_DATABASE_NAME", "test_sapporo")},
    }
