"""The marketplace: a service that speaks the Mechanical Turk Requester API."""

try:
    from mturk.marketplace.answer import Other
    from mturk.marketplace.crowd import Crowd
    from mturk.marketplace.error import MarketplaceError, WorkerError
    from mturk.marketplace.fault import Fault
    from mturk.marketplace.handle import Requester, Worker
    from mturk.marketplace.market import Marketplace
    from mturk.marketplace.message import Message
    from mturk.marketplace.payout import Payout
    from mturk.marketplace.simulation import Tally
except ModuleNotFoundError as error:
    if error.name not in ("alembic", "cryptography", "flask", "lxml", "sqlalchemy", "waitress"):
        raise
    raise ModuleNotFoundError(
        f"The marketplace wants {error.name}: pip install 'mturk[marketplace]'", name=error.name
    ) from None

__all__ = [
    "Crowd",
    "Fault",
    "Marketplace",
    "MarketplaceError",
    "Message",
    "Other",
    "Payout",
    "Requester",
    "Tally",
    "Worker",
    "WorkerError",
]
