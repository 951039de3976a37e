"""The marketplace: a service that speaks the Mechanical Turk Requester API."""

try:
    from mturk.marketplace.actor import Queue, Requester, Topic, Worker
    from mturk.marketplace.delivery.listener import Listening
    from mturk.marketplace.document.answer import File, Other
    from mturk.marketplace.error import MarketplaceError, WorkerError
    from mturk.marketplace.frame.npm import bring_assets
    from mturk.marketplace.gate.connection_limit import ConnectionLimits
    from mturk.marketplace.gate.open_files import allow_connections
    from mturk.marketplace.hit.missing_asset import MissingAsset
    from mturk.marketplace.http.fault import Fault
    from mturk.marketplace.importing.verdict import Importation, Remark
    from mturk.marketplace.market import Marketplace
    from mturk.marketplace.paged_list import PagedList
    from mturk.marketplace.people.message import Message
    from mturk.marketplace.people.payout import Payout
    from mturk.marketplace.quota import Quota
    from mturk.marketplace.simulation.crowd import Crowd
    from mturk.marketplace.simulation.simulation import Tally
    from mturk.marketplace.upkeep.backup import Backup, back_up
    from mturk.marketplace.upkeep.inspection import check
    from mturk.marketplace.upkeep.problem import Problem
    from mturk.marketplace.upkeep.pruning import Pruning, prune
    from mturk.marketplace.upkeep.restoration import Restoration, restore
    from mturk.marketplace.upkeep.rotation import Rotation, new_site_key, rotate_master_key
    from mturk.marketplace.watch.log import keep_log
    from mturk.marketplace.watch.metrics import forget_process
    from mturk.marketplace.watch.trail import AuditEntry
    from mturk.marketplace.workplace.letter import Letter
    from mturk.marketplace.workplace.report import Report
except ModuleNotFoundError as error:
    needed = "alembic babel cryptography flask flask_wtf lxml markdown_it nh3 re2 sqlalchemy waitress"
    if error.name not in needed.split():
        raise
    raise ModuleNotFoundError(
        f"The marketplace needs {error.name}: pip install 'mturk[marketplace]'", name=error.name
    ) from None

__all__ = [
    "AuditEntry",
    "Backup",
    "ConnectionLimits",
    "Crowd",
    "Fault",
    "File",
    "Importation",
    "Letter",
    "Listening",
    "Marketplace",
    "MarketplaceError",
    "Message",
    "MissingAsset",
    "Other",
    "PagedList",
    "Payout",
    "Problem",
    "Pruning",
    "Queue",
    "Quota",
    "Remark",
    "Report",
    "Requester",
    "Restoration",
    "Rotation",
    "Tally",
    "Topic",
    "Worker",
    "WorkerError",
    "allow_connections",
    "back_up",
    "bring_assets",
    "check",
    "forget_process",
    "keep_log",
    "new_site_key",
    "prune",
    "restore",
    "rotate_master_key",
]
