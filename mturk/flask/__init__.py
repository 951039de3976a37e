"""MTurk in Flask applications: a connection for each app, pages for workers, and events that are handled in the app.

from flask import Flask
from mturk.flask import MTurk

app = Flask(__name__)
app.config["MTURK_ENDPOINT"] = "sandbox"
mturk = MTurk(app)
"""

from mturk.errors import ConfigurationError

try:
    from mturk.flask.blueprint import receiver
    from mturk.flask.extension import MTurk
    from mturk.flask.worker_page import current_task, task_page
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in ("flask", "werkzeug", "click", "blinker"):
        raise
    raise ConfigurationError(f"mturk.flask needs {error.name}: pip install 'mturk[flask]'") from None

__all__ = ["MTurk", "current_task", "receiver", "task_page"]
