"""What capo-mturk is told of the balance; the address is given as an argument, since it reads none."""

from __future__ import annotations

import sys

from capo_mturk import MTurkClient

with MTurkClient(region="us-east-1", endpoint=sys.argv[1]) as client:
    print(client.get_account_balance()["available_balance"])
