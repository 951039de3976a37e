"""The marketplace: a service that speaks the Mechanical Turk Requester API."""

from mturk.marketplace.answer import Other
from mturk.marketplace.error import MarketplaceError, WorkerError
from mturk.marketplace.fault import Fault
from mturk.marketplace.handle import Requester, Worker
from mturk.marketplace.market import Marketplace
from mturk.marketplace.message import Message
from mturk.marketplace.payout import Payout

__all__ = [
    "Fault",
    "Marketplace",
    "MarketplaceError",
    "Message",
    "Other",
    "Payout",
    "Requester",
    "Worker",
    "WorkerError",
]
