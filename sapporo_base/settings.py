"""
Settings of every environment; the process environment is read here and nowhere else.

Production takes everything from the environment and refuses to start without it. A demo or test
environment has its generated secrets in `var/sapporo.env` (see `sapporo_base.environment`), and
an embedded PostgreSQL when `DATABASE_URL` is unset.
"""

import base64
import binascii
import os
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

from sapporo_base.database import Cluster
from sapporo_base.environment import var_folder

BASE_DIR = Path(__file__).resolve().parent.parent
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


def _key_ring(name: str) -> dict[str, bytes]:
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


def _database(url: str) -> dict[str, Any]:
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


ENVIRONMENT = env.str(
    "SAPPORO_ENVIRONMENT",
    "production",
    validate=validate.OneOf(["production", "demo"]),
)
DEMO = ENVIRONMENT == "demo"
DEBUG = env.bool("DEBUG", False)
if DEBUG and not DEMO:
    raise ImproperlyConfigured("DEBUG is for the demo environment only.")

SECRET_KEY = (
    secrets.token_urlsafe(50)
    if OFFLINE
    else env.str("SECRET_KEY", validate=validate.Length(min=40))
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEMO else [])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

# Sealed 個人番号, system secrets and the seal of the 情報連携記録.
INDIVIDUAL_NUMBER_KEYS = _key_ring("INDIVIDUAL_NUMBER_KEYS")
INDIVIDUAL_NUMBER_DIGEST_KEYS = _key_ring("INDIVIDUAL_NUMBER_DIGEST_KEYS")
CREDENTIAL_KEYS = _key_ring("CREDENTIAL_KEYS")
SEAL_SIGNING_KEY_FILE = env.path("SEAL_SIGNING_KEY_FILE", None if OFFLINE else env_required)
SEAL_ROOTS_FILE = env.path("SEAL_ROOTS_FILE", None if OFFLINE else env_required)

# Applications: the systems of the source text, from the outermost to the ground floor.
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "sapporo_base.apps.SapporoAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "rest_framework",
    "drf_spectacular",
    "guardian",
    "django_linear_migrations",
    "auditlog",
    "child_allowance",
    "social_address",
    "resident_basic",
    "gateway",
    "integrated_address",
    "sapporo_base.apps.SapporoBaseConfig",
]
MIDDLEWARE = [
    "sapporo_base.correlation.CorrelationMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "sapporo_base.middleware.StaticFiles",
    "sapporo_base.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "sapporo_base.middleware.Authentication",
    "sapporo_base.middleware.WhoActs",
    "sapporo_base.middleware.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sapporo_base.correlation.ContentPolicyMiddleware",
]
ROOT_URLCONF = "sapporo_base.urls"
WSGI_APPLICATION = "sapporo_base.wsgi.application"
# Widgets of our own lie beside the pages in templates/.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Database: see architecture decision "PostgreSQL is the engine". No other engine anywhere.
if OFFLINE:
    DATABASES = {"default": {"ENGINE": "django.db.backends.dummy"}}
else:
    DATABASES = {
        "default": _database(
            env.str("DATABASE_URL", Cluster(VAR_DIR / "postgres").url() if DEMO else env_required)
        )
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Staff.
AUTH_USER_MODEL = "sapporo_base.Staff"
AUTHENTICATION_BACKENDS = [
    "sapporo_base.authentication.StaffBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ANONYMOUS_USER_NAME = None  # guardian: nobody without a name has rights here
GUARDIAN_MONKEY_PATCH_USER = False
LOGIN_URL = "admin:login"
CSRF_FAILURE_VIEW = "sapporo_base.admin.troubles.csrf_failure"
SESSION_COOKIE_AGE = env.int("STAFF_IDLE_SECONDS", 1800)
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Transport. The demo speaks plain HTTP on loopback; everything else is HTTPS only.
HTTPS = not DEMO
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("BEHIND_TLS_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Language and time: staff read Japanese and Japan time, the database keeps UTC.
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語")]
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
# Our words come before the libraries' own: see sapporo_base/locale.
LOCALE_PATHS = [BASE_DIR / "sapporo_base" / "locale"]
STATICFILES_DIRS: list[Path] = []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
# The demo serves files straight from the apps; elsewhere `collectstatic` fills STATIC_ROOT.
WHITENOISE_USE_FINDERS = DEMO
WHITENOISE_AUTOREFRESH = DEMO
MEDIA_ROOT = VAR_DIR / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# APIs of the business systems.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["sapporo_base.api.authentication.SystemTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["sapporo_base.api.permissions.HoldsScope"],
    "DEFAULT_RENDERER_CLASSES": ["sapporo_base.api.renderers.CompactJSON"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "sapporo_base.api.errors.problem_response",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "札幌市システム基盤 API",
    "DESCRIPTION": "市中間サーバ・団体内統合宛名・個人基本・社会保障宛名・児童手当の連携API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}
TOKEN_AUDIENCES = env.list(
    "TOKEN_AUDIENCES", ["http://127.0.0.1:8000/oauth2/token/"] if DEMO or OFFLINE else env_required
)
if DEMO:
    # Authlib refuses plain HTTP; the demo listens on loopback only.
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
TOKEN_SECONDS = env.int("TOKEN_SECONDS", 600, validate=validate.Range(min=60, max=3600))

# Work: the database row is the queue, a message only wakes a worker up.
BROKER_FOLDER = VAR_DIR / "broker"
CELERY_BROKER_URL = env.str(
    "CELERY_BROKER_URL", "filesystem://" if DEMO or OFFLINE else env_required
)
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_FOLDER / "messages"),
        "data_folder_out": str(BROKER_FOLDER / "messages"),
        "control_folder": str(BROKER_FOLDER / "control"),
        "polling_interval": 0.05,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "scheduler heartbeat": {"task": "sapporo_base.tasks.beat", "schedule": 10.0},
    "relay the outbox": {"task": "sapporo_base.tasks.relay_outbox", "schedule": 2.0},
    "seal the records": {"task": "sapporo_base.tasks.seal_records", "schedule": 60.0},
    "state of the platform": {"task": "gateway.tasks.check_platform", "schedule": 5.0},
    "numbers for the platform": {"task": "gateway.tasks.read_feeds", "schedule": 10.0},
    "interactive inquiries": {"task": "gateway.tasks.work_interactive", "schedule": 2.0},
    "messages in bulk": {
        "task": "gateway.tasks.work_bulk",
        "schedule": 5.0,
        "options": {"queue": "bulk", "expires": 30},
    },
    "figures of the queues": {
        "task": "gateway.tasks.measure_queues",
        "schedule": 15.0,
        "options": {"queue": "bulk", "expires": 15},
    },
    "inquiries of others": {"task": "gateway.tasks.look_for_provisions", "schedule": 30.0},
    "exchange records": {
        "task": "gateway.tasks.fetch_exchange_records",
        "schedule": 60.0,
        "options": {"queue": "bulk"},
    },
    "doubtful identity of newcomers": {
        "task": "integrated_address.tasks.match_newcomers",
        "schedule": 30.0,
        "options": {"queue": "bulk", "expires": 30},
    },
    "doubtful identity of everybody": {
        "task": "integrated_address.tasks.find_candidates",
        "schedule": crontab(hour=4, minute=0, day_of_week="sunday"),
        "options": {"queue": "bulk"},
    },
    "household copies": {
        "task": "resident_basic.tasks.forward_households",
        "schedule": 60.0,
        "options": {"queue": "bulk"},
    },
    "nightly reconciliation of copies": {
        "task": "gateway.tasks.reconcile_all_copies",
        "schedule": crontab(hour=3, minute=15),
        "options": {"queue": "bulk"},
    },
    "nightly reconciliation of numbers and codes": {
        "task": "gateway.tasks.reconcile_codes",
        "schedule": crontab(hour=3, minute=40),
        "options": {"queue": "bulk"},
    },
    "master updates": {
        "task": "gateway.tasks.fetch_master_updates",
        "schedule": 3_600.0,
        "options": {"queue": "bulk", "expires": 3_600},
    },
    "looks of people at their own data": {
        "task": "gateway.tasks.fetch_disclosures",
        "schedule": 120.0,
        "options": {"queue": "bulk", "expires": 120},
    },
    "items shown to people": {
        "task": "gateway.tasks.fetch_disclosed_items",
        "schedule": crontab(hour=4, minute=10),
        "options": {"queue": "bulk"},
    },
    "unclear inquiries compared": {
        "task": "gateway.tasks.compare_unclear_inquiries",
        "schedule": crontab(hour=2, minute=10),
        "options": {"queue": "bulk"},
    },
    "nightly check of flags": {
        "task": "gateway.tasks.check_flags",
        "schedule": crontab(hour=3, minute=30),
        "options": {"queue": "bulk"},
    },
    "nightly comparison of exchange records": {
        "task": "gateway.tasks.compare_exchange_records",
        "schedule": crontab(hour=4, minute=0),
        "options": {"queue": "bulk"},
    },
    "files of business systems": {
        "task": "gateway.tasks.exchange_files",
        "schedule": 30.0,
        "options": {"queue": "bulk", "expires": 30},
    },
    "files and results that are kept no longer": {
        "task": "gateway.tasks.dispose_of_exchanged",
        "schedule": crontab(hour=2, minute=50),
        "options": {"queue": "bulk"},
    },
    "contents that were looked at": {
        "task": "gateway.tasks.discard_inspections",
        "schedule": 600.0,
        "options": {"queue": "bulk"},
    },
    "alarms of looks": {"task": "resident_basic.tasks.raise_look_alarms", "schedule": 10.0},
    "contradictions among residents": {
        "task": "resident_basic.tasks.check_residents",
        "schedule": crontab(hour=2, minute=30),
        "options": {"queue": "bulk"},
    },
    "wake-up calls": {
        "task": "resident_basic.tasks.wake_consumers",
        "schedule": 5.0,
        "options": {"queue": "outward", "expires": 5},
    },
    "files of the day": {
        "task": "resident_basic.tasks.deliver_files",
        "schedule": 900.0,
        "options": {"queue": "bulk"},
    },
    "received files": {
        "task": "resident_basic.tasks.dispose_received_files",
        "schedule": 86_400.0,
        "options": {"queue": "bulk"},
    },
    "reminders of the applications": {
        "task": "resident_basic.tasks.remind_sections",
        "schedule": 3_600.0,
        "options": {"queue": "bulk"},
    },
    "files asked for": {
        "task": "resident_basic.tasks.receive_ordered_files",
        "schedule": 30.0,
        "options": {"queue": "bulk", "expires": 30},
    },
    "alarms": {"task": "sapporo_base.tasks.watch_alarms", "schedule": 30.0},
    "partitions ahead": {"task": "sapporo_base.tasks.prepare_partitions", "schedule": 86_400.0},
    "claims for child allowance": {
        "task": "child_allowance.tasks.work_on_claims",
        "schedule": 60.0,
        "options": {"queue": "bulk"},
    },
    "changes for child allowance": {
        "task": "child_allowance.tasks.read_changes",
        "schedule": 300.0,
        "options": {"queue": "bulk"},
    },
    "merges of 社会保障宛名": {
        "task": "social_address.tasks.follow_merges",
        "schedule": 60.0,
        "options": {"queue": "bulk", "expires": 60},
    },
    "follow the residents": {
        "task": "social_address.tasks.follow_residents",
        "schedule": 30.0,
        "options": {"queue": "bulk"},
    },
}

# Files of the day for business systems: made from this hour on (Japan time), once a day.
DELIVERY_FILE_HOUR = env.int("DELIVERY_FILE_HOUR", 5, validate=validate.Range(min=0, max=23))

# Hosts at which business systems may be woken (更新通知): names only, none unless the operator says so.
WEBHOOK_HOSTS = env.list("WEBHOOK_HOSTS", ["127.0.0.1", "localhost"] if DEMO else [])

# The national platform (中間サーバ・プラットフォーム); in the demo, its simulator.
PLATFORM_URL = env.str("PLATFORM_URL", "http://127.0.0.1:8899" if DEMO or OFFLINE else env_required)
PLATFORM_PORT = urlsplit(PLATFORM_URL).port or 443
PLATFORM_CLIENT_CERTIFICATE = env.str("PLATFORM_CLIENT_CERTIFICATE", "")
PLATFORM_CLIENT_KEY = env.str("PLATFORM_CLIENT_KEY", "")
PLATFORM_CA_FILE = env.str("PLATFORM_CA_FILE", "")
PLATFORM_TIMEOUT_SECONDS = env.float("PLATFORM_TIMEOUT_SECONDS", 30.0)
# For so long a message belongs to the worker that took it; after a kill another takes it over.
EXCHANGE_LEASE_SECONDS = env.int("EXCHANGE_LEASE_SECONDS", 120)
if EXCHANGE_LEASE_SECONDS <= PLATFORM_TIMEOUT_SECONDS:
    raise ImproperlyConfigured("EXCHANGE_LEASE_SECONDS must be above PLATFORM_TIMEOUT_SECONDS.")
if not (DEMO or OFFLINE) and not (
    PLATFORM_URL.startswith("https://") and PLATFORM_CLIENT_CERTIFICATE and PLATFORM_CLIENT_KEY
):
    raise ImproperlyConfigured(
        "PLATFORM_URL must be https:// with PLATFORM_CLIENT_CERTIFICATE and PLATFORM_CLIENT_KEY."
    )

# Where business systems leave files and fetch receipts, errors and results: a folder for each.
EXCHANGE_FOLDER = env.path("EXCHANGE_FOLDER", VAR_DIR / "exchange")
# A file that nobody has written to for so long is whole, unless its name says otherwise (.part).
EXCHANGE_SETTLE_SECONDS = env.int("EXCHANGE_SETTLE_SECONDS", 30, validate=validate.Range(min=1))
# A result keeps its values for so many days, where its 法令上の根拠 says no other number.
INQUIRY_RESULT_DAYS = env.int("INQUIRY_RESULT_DAYS", 120, validate=validate.Range(min=1))

# Where files of 既存住基 wait to be received from the staff's pages; web and workers share it.
RESIDENT_DROP_FOLDER = env.path("RESIDENT_DROP_FOLDER", VAR_DIR / "inbox")
# They hold 個人番号: what was received is removed after so many days.
RESIDENT_DROP_FOLDER_DAYS = env.int("RESIDENT_DROP_FOLDER_DAYS", 30, validate=validate.Range(min=1))
# A full set of 既存住基 that would change more residents than this share, and more than this number,
# waits for someone to confirm it.
RESIDENT_FILE_SUSPICIOUS_SHARE = env.float(
    "RESIDENT_FILE_SUSPICIOUS_SHARE", 0.01, validate=validate.Range(min=0.0, max=1.0)
)
RESIDENT_FILE_SUSPICIOUS_FLOOR = env.int(
    "RESIDENT_FILE_SUSPICIOUS_FLOOR", 100, validate=validate.Range(min=0)
)

# The city as the bank knows it (振込依頼人 of 全銀 総合振込); fictitious in the demo.
TRANSFER_SENDER: Any = env.json(
    "TRANSFER_SENDER",
    {
        "code": "9990011002",
        "name_kana": "ｻﾂﾎﾟﾛｼ",
        "bank_code": "0501",
        "bank_name_kana": "ﾎｸﾖｳ",
        "branch_code": "301",
        "branch_name_kana": "ﾎﾝﾃﾝ",
        "deposit_type": "1",
        "account_number": "9999999",
    }
    if DEMO or OFFLINE
    else env_required,
)

# 利用申請: from how many days before people are reminded, and how long a late 年次確認 is borne with.
APPLICATION_REMINDER_DAYS = env.int(
    "APPLICATION_REMINDER_DAYS", 60, validate=validate.Range(min=1, max=180)
)
CERTIFICATION_GRACE_DAYS = env.int(
    "CERTIFICATION_GRACE_DAYS", 30, validate=validate.Range(min=0, max=90)
)

# 情報連携記録 and the linkage history carry the same correlation id.
AUDITLOG_CID_GETTER = "sapporo_base.correlation.current"
AUDITLOG_DISABLE_ON_RAW_SAVE = True

# The staff's pages: one look, light only; the side bar is made from what each page says of itself.
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "札幌市システム基盤",
    "SITE_HEADER": "札幌市システム基盤",
    "SITE_SYMBOL": "hub",
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "THEME": "light",
    "BORDER_RADIUS": "8px",
    "COLORS": {
        # デジタル庁デザインシステム: solid grey and blue.
        "base": {
            "50": "#f8f8fb",
            "100": "#f2f2f2",
            "200": "#d9d9d9",
            "300": "#b3b3b3",
            "400": "#767676",
            "500": "#666666",
            "600": "#4d4d4d",
            "700": "#4d4d4d",
            "800": "#333333",
            "900": "#1a1a1a",
            "950": "#000000",
        },
        "primary": {
            "50": "#e8f1fe",
            "100": "#d9e6ff",
            "200": "#c5d7fb",
            "300": "#9db7f9",
            "400": "#7096f8",
            "500": "#3460fb",
            "600": "#0017c1",
            "700": "#00118f",
            "800": "#000e74",
            "900": "#000060",
            "950": "#000039",
        },
        "font": {
            "subtle-light": "#4d4d4d",
            "default-light": "#333333",
            "important-light": "#1a1a1a",
        },
    },
    "ENVIRONMENT": "sapporo_base.admin.navigation.environment",
    "ENVIRONMENT_TITLE_PREFIX": "sapporo_base.admin.navigation.environment_prefix",
    "GLOBAL_CALLBACK": "sapporo_base.admin.navigation.frame",
    "SIDEBAR": {"navigation": "sapporo_base.admin.navigation.sidebar"},
}
# What apps load beside the reference data of the ground floor, by name; each returns how many rows.
REFERENCE_LOADERS = {
    "中間サーバインターフェイス": "gateway.services.load_interfaces",
    "インターフェイス利用許可": "gateway.services.load_interface_permissions",
}

# What a 名寄せ moves in apps to the left of 団体内統合宛名, by name; each returns lines for the preview.
MERGE_EFFECTS = ["gateway.selectors.merges.merge_effects"]
# What apps keep sealed with the keys of the ground floor and seal anew after a rotation, by name.
RESEALERS = {"更新通知の署名鍵": "resident_basic.services.reseal_webhook_secrets"}

# What wants a person, by name: functions of the time that return what they find (警報).
ALARM_CAUSES: list[str] = [
    "gateway.services.alarms.circuit_alarms",
    "gateway.services.alarms.age_alarms",
    "gateway.services.alarms.reconciliation_alarms",
    "gateway.services.alarms.code_reconciliation_alarms",
    "gateway.services.alarms.unknown_status_alarms",
    "gateway.services.alarms.certificate_alarms",
    "sapporo_base.services.conversion_findings.unmapped_alarms",
    "sapporo_base.services.credentials.ending_alarms",
]
# Who is told of an alarm; without an address it stands on the home page alone.
ALARM_EMAILS: list[str] = env.list("ALARM_EMAILS", [])
ALARM_WEBHOOK_URL = env.str("ALARM_WEBHOOK_URL", "")
ALARM_WEBHOOK_SECRET = env.str("ALARM_WEBHOOK_SECRET", env_required if ALARM_WEBHOOK_URL else "")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "sapporo-base@localhost")
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 5

# The blocks of the home page, by name; each returns what waits, what failed, or a state.
HOME_BLOCKS: list[str] = [
    "sapporo_base.admin.alarms.alarm_block",
    "integrated_address.admin.codes.home_block",
    "integrated_address.admin.amendments.home_block",
    "integrated_address.admin.watching.home_block",
    "integrated_address.admin.doubts_at_home.home_block",
    "gateway.admin.home_block",
    "gateway.admin.provision_block",
    "gateway.admin.difference_block",
    "gateway.admin.master_block",
    "resident_basic.admin.applications.application_block",
    "resident_basic.admin.applications.section_block",
    "resident_basic.admin.protection.alarms.home_block",
    "resident_basic.admin.protection.measures.home_block",
    "resident_basic.admin.consistency.consistency_block",
    "resident_basic.admin.consumers.delivery_block",
    "resident_basic.admin.waiting.waiting_block",
    "resident_basic.admin.gaps.gap_block",
    "sapporo_base.admin.work.health_block",
    "sapporo_base.admin.batches.batch_block",
    "sapporo_base.admin.work.outbox_block",
    "sapporo_base.admin.records.seal_block",
    "child_allowance.admin.payments.home_block",
]
# On which page the rejected rows of a kind of bulk job are mended.
MENDING_PAGES = {"receive_residents": "admin:resident_basic_mend_row"}
# Who keeps 支援措置: the pages of the ground floor ask it before a sealed row is opened.
PROTECTED_AMONG = "resident_basic.selectors.protected_among"
# The registers that the search for people asks, by name; each records, and cuts to rights.
PEOPLE_SEARCHES: list[str] = [
    "resident_basic.admin.finding.search_people",
    "integrated_address.admin.finding.search_people",
]
# Where each app shows a resident, by name; each cuts to the rights of who asks.
PERSON_WAYS: list[str] = [
    "integrated_address.admin.finding.ways_to_resident",
    "social_address.admin.ways_to_resident",
    "child_allowance.admin.recipients.ways_to_resident",
]

LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"sealed": {"()": "sapporo_base.logs.SealNumbers"}},
    "formatters": {"lines": {"()": "sapporo_base.logs.line_formatter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["sealed"],
            "formatter": "lines",
        }
    },
    "root": {
        "handlers": ["stderr"],
        "level": env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(LEVELS)),
    },
    "loggers": {
        "django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "httpx": {"level": "WARNING"},
        # The file-system transport has no host, and says so at every connection.
        "kombu.connection": {"level": "ERROR"},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
