"""The settings of a turkle site, as far as its module for batches reads them."""

SECRET_KEY = "made up"  # noqa: S105 - it keeps nothing
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "turkle.sqlite3"}}
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "guardian",
    "turkle",
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "guardian.backends.ObjectPermissionBackend"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "turkle.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_TZ = True
GUARDIAN_RAISE_403 = True
TURKLE_TEMPLATE_LIMIT = 64
TURKLE_AUTO_ACCEPT_DEFAULT = False
