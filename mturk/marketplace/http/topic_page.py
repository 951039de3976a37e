"""What an address that is pushed to asks of the marketplace: its certificate, to confirm, to unsubscribe."""

from __future__ import annotations

from html import escape
from xml.sax.saxutils import escape as escape_xml

from flask import Blueprint, Response, request

from mturk.marketplace.database.store import Store
from mturk.marketplace.delivery import envelope, topic
from mturk.marketplace.delivery.certificate import Certificate
from mturk.marketplace.delivery.topic import Topic

_NOBODY = "The token is not good for this topic, or not any more.\n"
_FORBIDDEN = 403
_CONFIRMED = (
    '<?xml version="1.0"?>\n<ConfirmSubscriptionResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">'
    "<ConfirmSubscriptionResult><SubscriptionArn>{}</SubscriptionArn></ConfirmSubscriptionResult>"
    "</ConfirmSubscriptionResponse>\n"
)
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Unsubscribe</title><main><h1>Unsubscribe</h1>{}</main>'
)
_QUESTION = (
    "<p>{} is told of events of the topic {}. Do you want that to end?</p>"
    '<form method="post"><button>Unsubscribe</button></form>'
)
_DONE = "<p>No more events are sent to you.</p>"
# The address of these pages is a secret: it must not travel on, nor be kept, nor the page be framed.
_CAUTION = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def topic_pages(store: Store, certificate: Certificate) -> Blueprint:
    """The pages, which need no key but a token that only the address was told."""
    pages = Blueprint("sns", __name__)

    @pages.get(envelope.CERTIFICATE_PATH)
    def pem() -> Response:
        return Response(certificate.pem(), mimetype="application/x-pem-file")

    @pages.get(envelope.CONFIRM_PATH)
    def confirm() -> Response:
        arn, token = request.args.get("TopicArn", ""), request.args.get("Token", "")
        # Reading is enough to refuse, and to say yes again.
        found = store.read(lambda database: topic.confirmable(database, arn, token))
        if found is not None and found.state == topic.PENDING:
            found = store.write(lambda database: topic.confirm(database, arn, token))
        if found is None:
            return Response(_NOBODY, _FORBIDDEN, _CAUTION, mimetype="text/plain")
        text = _CONFIRMED.format(escape_xml(found.subscription_arn))
        return Response(text, headers=_CAUTION, mimetype="text/xml")

    @pages.get(envelope.UNSUBSCRIBE_PATH)
    def question() -> Response:
        found = _subscriber(store)
        return _nobody() if found is None else _page(_QUESTION.format(escape(found.address), escape(found.arn)))

    @pages.post(envelope.UNSUBSCRIBE_PATH)
    def unsubscribe() -> Response:
        found = _subscriber(store)
        if found is None:
            return _nobody()
        store.write(lambda database: topic.leave(database, found.arn, found.leaving_token))
        return _page(_DONE)

    return pages


def _subscriber(store: Store) -> Topic | None:
    arn, token = request.args.get("SubscriptionArn", ""), request.args.get("Token", "")
    return store.read(lambda database: topic.subscriber(database, arn, token))


def _nobody() -> Response:
    return _page(f"<p>{_NOBODY}</p>", _FORBIDDEN)


def _page(content: str, status: int = 200) -> Response:
    return Response(_PAGE.format(content), status, _CAUTION, mimetype="text/html")
