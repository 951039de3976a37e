"""Photos that people label: this app publishes them, shows the page, approves usable answers, and pays bonuses.

    pip install 'mturk[flask]' flask-wtf
    export FLASK_SECRET_KEY=… FLASK_OPERATOR_PASSWORD=… FLASK_MTURK_ENDPOINT=sandbox
    export FLASK_PUBLIC_URL=https://photos.my-lab.org FLASK_PHOTOS='{"7": "https://photos.my-lab.org/static/7.jpg"}'
    flask --app app run                             # /operator/ for you, /task/… for workers
    flask --app app mturk poll --watch HITTYPEID    # hears of answers

The last line can rest where an SNS topic posts to /mturk/events: FLASK_TOPIC=arn:… FLASK_MTURK_TOPICS='["arn:…"]'.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from mturk import HIT, Assignment, ExternalQuestion, HITType, MTurkError, Notification, TaskRequest
from mturk.event.event import Event
from mturk.flask import MTurk, task_page

LABELS = ("cat", "dog", "neither")
OURS = "photo "  # what the annotations of our HITs begin with

mturk = MTurk()
csrf = CSRFProtect()
worker = Blueprint("worker", __name__)
operator = Blueprint("operator", __name__, url_prefix="/operator")


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The app, configured by the environment's FLASK_… and by these settings."""
    app = Flask(__name__)
    app.config.update(MTURK_TEMPLATES=["templates"], PUBLIC_URL="http://127.0.0.1:5000", PHOTOS={}, TOPIC=None)
    app.config.from_prefixed_env()
    app.config.update(settings or {})
    missing = [key for key in ("SECRET_KEY", "OPERATOR_PASSWORD") if not app.config.get(key)]
    if missing:
        raise RuntimeError(f"Set {' and '.join(f'FLASK_{key}' for key in missing)} in the environment.")
    mturk.init_app(app)
    csrf.init_app(app)
    app.register_blueprint(worker)
    app.register_blueprint(operator)
    app.register_blueprint(mturk.receiver(), url_prefix="/mturk/events")
    app.after_request(keep_out_of_frames)
    return app


def keep_out_of_frames(response: Response) -> Response:
    """No site may frame our pages and have somebody click there unawares; `task_page` lets worker sites do so."""
    response.headers.setdefault("X-Frame-Options", "DENY")
    return response


# What a worker sees.


@worker.get("/task/<photo>")
@task_page
def label(task: TaskRequest, photo: str) -> str:
    """The page of an ExternalQuestion. Only our own photos are shown, whatever the address says."""
    image = current_app.config["PHOTOS"].get(photo) or abort(404)
    return task.render("task.html", image=image, labels=LABELS)


# What happens without anybody.


@mturk.on("AssignmentSubmitted")
def check(event: Event) -> None:
    """Approve what is one of the labels; the operator decides on the rest, and other programs on HITs of theirs."""
    assignment = event.assignment
    is_ours = event.hit is not None and (event.hit.requester_annotation or "").startswith(OURS)
    if is_ours and assignment and assignment.answers.get("label") in LABELS:
        assignment.approve("Thank you")


# What the operator does.


@operator.before_request
def ask_for_the_password() -> Response | None:
    """The pages below spend money: nobody sees them without the password, which wants HTTPS."""
    given = (request.authorization and request.authorization.password) or ""
    if hmac.compare_digest(given.encode(), current_app.config["OPERATOR_PASSWORD"].encode()):
        return None
    return Response("The operator's password, please.", 401, {"WWW-Authenticate": 'Basic realm="operator"'})


@operator.get("/")
def review() -> str:
    """All photos on offer, and what was answered."""
    hits = [hit for hit in HIT.all() if (hit.requester_annotation or "").startswith(OURS)]
    return render_template("review.html", work=[(hit, list(hit.assignments())) for hit in hits])


@operator.post("/publish")
def publish() -> AnyResponse:
    """Offer each photo that is not on offer yet; what the service does not take is shown on the page."""
    try:
        terms = HITType.create(
            "Label a photo", "Say what is in the picture", "0.05", timedelta(minutes=10), keywords=["image", "label"]
        )
        if topic := current_app.config["TOPIC"]:
            terms.set_notification(Notification(topic, "SNS", ["AssignmentSubmitted"]))
        else:
            flash(f"Hear of the answers: flask --app app mturk poll --watch {terms.id}")
        offered = {hit.requester_annotation for hit in HIT.all()}
        for photo in current_app.config["PHOTOS"]:
            if f"{OURS}{photo}" not in offered:
                offer(terms, photo)
    except MTurkError as error:
        flash(str(error))
    return redirect(url_for("operator.review"))


def offer(terms: HITType, photo: str) -> None:
    """Offer a photo to three workers. Pressed twice at once it is offered once: the token says that it is the same."""
    terms.create_hit(
        ExternalQuestion(current_app.config["PUBLIC_URL"] + url_for("worker.label", photo=photo), 600),
        timedelta(days=1),
        max_assignments=3,
        requester_annotation=f"{OURS}{photo}",
        unique_request_token=f"photo-{photo}",
    )


@operator.post("/assignments/<assignment_id>/<any(approve, reject, bonus):decision>")
def decide(assignment_id: str, decision: str) -> AnyResponse:
    """Approve, reject or pay a bonus; what the service does not take is shown on the page."""
    try:
        assignment = Assignment.get(assignment_id)
        if decision == "approve":
            assignment.approve()
        elif decision == "reject":
            assignment.reject(request.form["reason"])
        elif not assignment.pay_bonus(request.form["amount"], request.form["reason"]):
            flash("This very bonus was paid before.")
    except MTurkError as error:
        flash(str(error))
    return redirect(url_for("operator.review"))
