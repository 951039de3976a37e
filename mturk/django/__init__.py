"""A Django app for Mechanical Turk: `INSTALLED_APPS = ["mturk.django"]`, `MTURK = {"ENDPOINT": "sandbox"}`."""

try:
    from mturk.django.fields import AssignmentField, HITField, HITTypeField, QualificationTypeField, WorkerField
    from mturk.django.process import connection, events
    from mturk.django.task import task_page
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "django":
        raise
    from mturk.errors import ConfigurationError

    raise ConfigurationError("mturk.django needs django: pip install 'mturk[django]'") from None

__all__ = [
    "AssignmentField",
    "HITField",
    "HITTypeField",
    "QualificationTypeField",
    "WorkerField",
    "connection",
    "events",
    "task_page",
]
