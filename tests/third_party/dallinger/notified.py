"""Dallinger's module for MTurk with our_market.py: what its server is told of a HIT, where its last page leads."""

import json
import os
import queue
import threading
from pathlib import Path
from types import SimpleNamespace

import dallinger
import flask
import our_market
from dallinger.mturk import MTurkQuestions, MTurkService
from dallinger.recruiters import MTurkRecruiter
from werkzeug.serving import make_server

(templates,) = (path for path in map(Path, dallinger.__path__) if (path / "frontend").is_dir())
app = flask.Flask("experiment", template_folder=str(templates / "frontend" / "templates"))
app.jinja_env.globals["get_from_config"] = lambda name: None  # its server's own settings
told = queue.Queue()
our_market.MARKET = os.environ["MTURK_ENDPOINT"]


@app.post("/mturk-sns-listener")
def listener() -> dict[str, str]:
    """As Dallinger's own."""
    content = json.loads(flask.request.get_data())
    if content["Type"] == "SubscriptionConfirmation":
        MTurkRecruiter()._confirm_sns_subscription(token=content["Token"], topic=content["TopicArn"])
    else:
        told.put(json.loads(content["Message"])["Events"])
    return {}


server = make_server("127.0.0.1", 0, app, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
service = MTurkService(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], "us-east-1", sandbox=False)
service.create_hit(
    experiment_id="bartlett1932",
    title="Read a story",
    description="Tell it again",
    keywords=["memory"],
    reward=0.5,
    duration_hours=1,
    lifetime_days=1,
    question=MTurkQuestions.external("https://story.my-lab.org/ad?recruiter=mturk"),
    max_assignments=1,
    notification_url=f"http://127.0.0.1:{server.server_port}/mturk-sns-listener",
)
names = []
while "AssignmentSubmitted" not in names:
    names += [event["EventType"] for event in told.get(timeout=60)]
print(*names)

assert service.sns.cancel_subscription("bartlett1932")
come = {"turkSubmitTo": f"{our_market.MARKET}/pass/x"}
participant = SimpleNamespace(hit_id="3H", assignment_id="3A", worker_id="A1", entry_information=come)
with app.test_request_context():
    print(MTurkRecruiter().exit_response(None, participant))
with app.test_request_context("/mturk-sns-listener", method="POST", json={"SubscribeURL": "https://other.example/"}):
    try:
        MTurkRecruiter()._confirm_sns_subscription(token="", topic="")
    except ValueError as error:
        print(error)
