"""Django settings. What people may change is in `dashboard/conf.py`."""

import sys
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF

from dashboard.bodies import MAX_BYTES
from dashboard.conf import BASE_DIR, config

CONFIG = config()
DEBUG = CONFIG.debug
SECRET_KEY = CONFIG.secret("secret_key")
API_KEY_PEPPER = CONFIG.secret("api_key_pepper")
ALLOWED_HOSTS = CONFIG.hosts

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "django_htmx",
    "ninja",
    "dashboard.apps.DashboardConfig",
]

MIDDLEWARE = [
    "dashboard.middleware.RequestContext",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "dashboard.middleware.RefuseLargeBodies",
    # Around all that may refuse a request or break over it, so that the API's errors are its own.
    "dashboard.api.edge.ApiEdge",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "dashboard.urls"
ASGI_APPLICATION = "dashboard.asgi.application"
AUTH_USER_MODEL = "dashboard.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "dashboard.services.limits.network_of"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "pages/locked.html"
# Not in a cookie, where they would go with each request: they may quote addresses with tokens.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

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
                "dashboard.pages.shell.shell_context",
            ],
        },
    },
]

# One code path for both databases: SQLite takes the write lock when a transaction begins
# (IMMEDIATE), so that a read inside it can never turn into a deadlock on upgrade.
if CONFIG.database_url:
    _DATABASE = dict(dj_database_url.parse(CONFIG.database_url))
else:
    _DATABASE = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": CONFIG.data_dir / "webagent.sqlite3",
    }
IS_SQLITE = _DATABASE["ENGINE"].endswith("sqlite3")
if IS_SQLITE:
    _DATABASE |= {
        "ENGINE": "dashboard.sqlite",
        # A file also in tests: they race threads, and memory databases cannot be shared so.
        "TEST": {"NAME": CONFIG.data_dir / "test.sqlite3"},
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
elif _DATABASE["ENGINE"].endswith("postgresql"):
    # Requests run in threads of their own: a pool saves each of them a new connection.
    _DATABASE.setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 16}
DATABASES = {"default": _DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = CONFIG.redis_url or "redis://127.0.0.1:6379/0"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = CONFIG.data_dir / "static"
MEDIA_ROOT = CONFIG.data_dir / "files"
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BYTES

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
_HTTPS = CONFIG.address.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
CSRF_TRUSTED_ORIGINS = [CONFIG.public_url.rstrip("/")] if CONFIG.public_url else []
if _HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 30 * 24 * 3600
    SECURE_SSL_REDIRECT = True
# Whether all names below ours speak TLS too, and want to stand in browsers' lists for ever, is for
# their owner to say at the proxy: HSTS here is about our own name only.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "tasks"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "visibility_timeout": 3600,
}
CELERY_BEAT_SCHEDULE_FILENAME = str(CONFIG.data_dir / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "agents.jobs.sweep",
        "schedule": 5.0,
        "options": {"queue": "sweep", "expires": 5.0},
    },
    "retention": {
        "task": "agents.jobs.retain",
        "schedule": 3600.0,
        "options": {"queue": "sweep", "expires": 1800.0},
    },
}

LOGGING_CONFIG = None
if "pytest" not in sys.modules:
    from dashboard.logs import configure_logging

    configure_logging(CONFIG.log_level, as_json=CONFIG.log_json)

Path(CONFIG.data_dir).mkdir(parents=True, exist_ok=True)
