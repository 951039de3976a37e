"""The marketplace: a service that speaks the Mechanical Turk Requester API."""

try:
    from mturk.marketplace.actor import Queue, Requester, Topic, Worker
    from mturk.marketplace.delivery.listener import Listening
    from mturk.marketplace.document.answer import Other
    from mturk.marketplace.error import MarketplaceError, WorkerError
    from mturk.marketplace.http.fault import Fault
    from mturk.marketplace.market import Marketplace
    from mturk.marketplace.people.message import Message
    from mturk.marketplace.people.payout import Payout
    from mturk.marketplace.simulation.crowd import Crowd
    from mturk.marketplace.simulation.simulation import Tally
except ModuleNotFoundError as error:
    if error.name not in (
        "alembic", "babel", "cryptography", "flask", "flask_wtf", "lxml", "markdown_it", "nh3", "sqlalchemy", "waitress"
    ):  # fmt: skip
        raise
    raise ModuleNotFoundError(
        f"The marketplace needs {error.name}: pip install 'mturk[marketplace]'", name=error.name
    ) from None

__all__ = [
    "Crowd",
    "Fault",
    "Listening",
    "Marketplace",
    "MarketplaceError",
    "Message",
    "Other",
    "Payout",
    "Queue",
    "Requester",
    "Tally",
    "Topic",
    "Worker",
    "WorkerError",
]
