"""
Settings of every environment; the process environment is read here and nowhere else.

`readers` reads it. What it does not change stands beside: `schedule` (periodic work), `theme` (the look of
the pages), `plugged` (what apps add to the ground floor, by name).

Production takes everything from the environment and refuses to start without it. A demo or test
environment has its generated secrets in `var/sapporo.env` (see `sapporo_base.environment`), and
an embedded PostgreSQL when `DATABASE_URL` is unset.
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import validate

from sapporo_base.database import Cluster
from sapporo_base.settings import plugged, schedule, theme
from sapporo_base.settings.readers import OFFLINE, VAR_DIR, database, env, env_required, key_ring

BASE_DIR = Path(__file__).resolve().parent.parent.parent

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
INDIVIDUAL_NUMBER_KEYS = key_ring("INDIVIDUAL_NUMBER_KEYS")
INDIVIDUAL_NUMBER_DIGEST_KEYS = key_ring("INDIVIDUAL_NUMBER_DIGEST_KEYS")
CREDENTIAL_KEYS = key_ring("CREDENTIAL_KEYS")
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
        "default": database(
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
    "DEFAULT_PARSER_CLASSES": ["sapporo_base.api.parsers.BoundedJSON"],
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
CELERY_BEAT_SCHEDULE = schedule.BEAT

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

UNFOLD = theme.UNFOLD
# Who is told of an alarm; without an address it stands on the home page alone.
ALARM_EMAILS: list[str] = env.list("ALARM_EMAILS", [])
ALARM_WEBHOOK_URL = env.str("ALARM_WEBHOOK_URL", "")
ALARM_WEBHOOK_SECRET = env.str("ALARM_WEBHOOK_SECRET", env_required if ALARM_WEBHOOK_URL else "")
# スマートシティ推進部: who is told, beside the applicant, that a 利用申請 must be confirmed or ends.
APPLICATION_EMAILS: list[str] = env.list("APPLICATION_EMAILS", [])
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "sapporo-base@localhost")
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 5

# What the apps to the left add to the ground floor, by name.
REFERENCE_LOADERS = plugged.REFERENCE_LOADERS
UPGRADE_STEPS = plugged.UPGRADE_STEPS
MERGE_EFFECTS = plugged.MERGE_EFFECTS
RESEALERS = plugged.RESEALERS
ALARM_CAUSES = plugged.ALARM_CAUSES
HOME_BLOCKS = plugged.HOME_BLOCKS
MENDING_PAGES = plugged.MENDING_PAGES
PROTECTED_AMONG = plugged.PROTECTED_AMONG
PEOPLE_SEARCHES = plugged.PEOPLE_SEARCHES
PERSON_WAYS = plugged.PERSON_WAYS

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
