"""Workers who are signed in on the site."""

from __future__ import annotations

import sqlalchemy as sa

from mturk.marketplace import Marketplace
from mturk.marketplace.account import person
from mturk.marketplace.account.admission import let_in
from mturk.marketplace.account.means import Caller
from mturk.marketplace.people import worker


def cookies(market: Marketplace, worker_ids: list[str]) -> list[str]:
    """Sign workers in without their passwords, whose check is slow on purpose; the value of each one's cookie."""
    means = market._premises.entrance._means

    def let_all_in(database: sa.Connection) -> list[str]:
        sittings = []
        for one in worker_ids:
            found = worker.find(database, one)
            if found is None:
                raise RuntimeError(f"There is no worker {one}.")
            if not person.is_taken(database, found.number):
                person.add(database, found.number, means.now(), means.randomness, password=None)
            sittings.append(let_in(means, database, found.number, one, Caller("127.0.0.1")).sitting)
        return sittings

    site = market.app.extensions["mturk.site"]
    serializer = site.session_interface.get_signing_serializer(site)
    return [serializer.dumps({"sitting": sitting}) for sitting in means.store.write(let_all_in)]
