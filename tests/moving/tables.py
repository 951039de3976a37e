"""Files as other programs write them."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from mturk.moving import source
from mturk.moving.past import Thing

RESULT = {
    "HITId": "3HITOFTHESITE",
    "HITTypeId": "3TYPEOFTHESITE",
    "Title": "Label a photo",
    "Description": "Say what is in it",
    "Keywords": "photo, label",
    "Reward": "$0.05",
    "CreationTime": "Thu Oct 17 18:49:23 PDT 2019",
    "MaxAssignments": "3",
    "RequesterAnnotation": "BatchId:3805321;OriginalHitTemplateId:928390811;",
    "AssignmentDurationInSeconds": "600",
    "AutoApprovalDelayInSeconds": "259200",
    "Expiration": "Thu Oct 24 18:49:23 PDT 2019",
    "NumberOfSimilarHITs": "",
    "LifetimeInSeconds": "",
    "AssignmentId": "3WORK",
    "WorkerId": "A1ADA",
    "AssignmentStatus": "Approved",
    "AcceptTime": "Thu Oct 17 18:59:03 PDT 2019",
    "SubmitTime": "Thu Oct 17 18:59:57 PDT 2019",
    "AutoApprovalTime": "Sun Oct 20 18:59:57 PDT 2019",
    "ApprovalTime": "Fri Oct 18 18:59:57 PDT 2019",
    "RejectionTime": "",
    "RequesterFeedback": "",
    "WorkTimeInSeconds": "54",
    "LifetimeApprovalRate": "100% (36/36)",
    "Last30DaysApprovalRate": "0% (0/0)",
    "Last7DaysApprovalRate": "0% (0/0)",
    "Input.url": "https://example.org/1.jpg",
    "Answer.label": "cat",
    "Answer.sure": "",
}
"""A row as MTurk's requester site wrote it."""
TURKLE = {
    "HITId": "17",
    "HITTypeId": "4",
    "Title": "Label a photo",
    "CreationTime": "Thu Oct 17 18:49:23 UTC 2019",
    "MaxAssignments": "2",
    "AssignmentDurationInSeconds": "86400",
    "AssignmentId": "31",
    "WorkerId": "5",
    "AcceptTime": "Thu Oct 17 18:59:03 UTC 2019",
    "SubmitTime": "Thu Oct 17 18:59:57 UTC 2019",
    "WorkTimeInSeconds": "54",
    "Input.url": "https://example.org/1.jpg",
    "Answer.label": "cat",
    "Turkle.Username": "anna",
}
"""A row as turkle writes it."""
PSITURK = """CREATE TABLE {table} (
    uniqueid VARCHAR(128) NOT NULL, assignmentid VARCHAR(128) NOT NULL, workerid VARCHAR(128) NOT NULL,
    hitid VARCHAR(128) NOT NULL, ipaddress VARCHAR(128), browser VARCHAR(128), platform VARCHAR(128),
    language VARCHAR(128), cond INTEGER, counterbalance INTEGER, codeversion VARCHAR(128), beginhit DATETIME,
    beginexp DATETIME, endhit DATETIME, bonus FLOAT, status INTEGER, mode VARCHAR(128), datastring TEXT(4294967295),
    PRIMARY KEY (uniqueid))"""
"""The table that psiTurk 3.3.1 makes of its participants."""
_SHARED = """id INTEGER NOT NULL PRIMARY KEY, creation_time DATETIME NOT NULL, property1 TEXT, property2 TEXT,
    property3 TEXT, property4 TEXT, property5 TEXT, failed BOOLEAN NOT NULL DEFAULT 0, failed_reason TEXT,
    time_of_death DATETIME, details TEXT NOT NULL DEFAULT '{}', type VARCHAR"""
DALLINGER = (
    f"""CREATE TABLE participant ({_SHARED}, fingerprint_hash VARCHAR(50), recruiter_id VARCHAR(50),
    worker_id VARCHAR(50) NOT NULL, assignment_id VARCHAR(50) NOT NULL, unique_id VARCHAR(150) NOT NULL,
    hit_id VARCHAR(50) NOT NULL, mode VARCHAR(50) NOT NULL, end_time DATETIME, base_pay FLOAT, bonus FLOAT,
    entry_information TEXT NOT NULL DEFAULT '{{}}', status VARCHAR(28) NOT NULL)""",
    f"""CREATE TABLE question ({_SHARED}, participant_id INTEGER REFERENCES participant (id),
    number INTEGER NOT NULL, question TEXT NOT NULL, response TEXT NOT NULL)""",
)
"""The tables of Dallinger 12.4.0 that are read; on PostgreSQL its details are JSONB."""
Rows = Iterable[Mapping[str, Any]]


def table(path: Path, *rows: Mapping[str, str], end: str = "\r\n") -> Path:
    """A CSV file with every cell in quotes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        names = list(dict.fromkeys(name for row in rows for name in row))
        writer = csv.DictWriter(file, names, quoting=csv.QUOTE_ALL, lineterminator=end)
        writer.writeheader()
        writer.writerows(rows)
    return path


def participant(**changes: Any) -> dict[str, Any]:
    """A participant of psiTurk who was paid, and a bonus too."""
    row = {
        "assignmentid": "3WORK",
        "workerid": "A1ADA",
        "hitid": "3HITOFPSITURK",
        "codeversion": "1.0",
        "beginhit": "2019-10-17 18:59:03.123456",
        "beginexp": "2019-10-17 18:59:10.000000",
        "endhit": "2019-10-17 19:10:00.000000",
        "bonus": 0.5,
        "status": 7,
        "mode": "live",
        "datastring": '{"questiondata": {"age": "33", "rating": 4}, "data": []}',
        **changes,
    }
    return {"uniqueid": f"{row['workerid']}:{row['assignmentid']}", **row}


def psiturk(path: Path, *rows: Mapping[str, Any], name: str = "assignments") -> Path:
    """A database of psiTurk."""
    return database(path, [PSITURK.format(table=name)], {name: rows})


def dallinger(path: Path, *rows: Mapping[str, Any], questions: Rows = ()) -> Path:
    """A database of Dallinger, as far as it is read."""
    asked = [{"creation_time": "2019-10-17 19:00:00", **question} for question in questions]
    return database(path, DALLINGER, {"participant": rows, "question": asked})


def recruited(number: int, status: str, **changes: Any) -> dict[str, Any]:
    """A participant of Dallinger."""
    row = {
        "id": number,
        "creation_time": "2019-10-17 18:59:03.123456",
        "recruiter_id": "mturk",
        "worker_id": f"A1DALLINGER{number}",
        "assignment_id": f"3WORK{number}",
        "hit_id": "3HITOFDALLINGER",
        "mode": "live",
        "end_time": "2019-10-17 19:10:00",
        "base_pay": None,
        "bonus": None,
        "status": status,
        **changes,
    }
    return {**row, "unique_id": f"{row['worker_id']}:{row['assignment_id']}"}


def database(path: Path, statements: Iterable[str], rows: Mapping[str, Rows]) -> Path:
    """A database of SQLite."""
    with closing(sqlite3.connect(path)) as made, made:
        for statement in statements:
            made.execute(statement)
        for name, some in rows.items():
            for row in some:
                made.execute(
                    f"INSERT INTO {name} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
                    tuple(row.values()),
                )
    return path


def read(path: Path | str, **options: Any) -> list[Thing]:
    """All things of a source."""
    return list(source.things(str(path), **options))


def of_kind(things: list[Thing], kind: str) -> list[Mapping[str, Any]]:
    """The members of those of a kind."""
    return [members for found, members, _ in things if found == kind]


def problems(things: list[Thing]) -> list[tuple[str, str]]:
    """What could not be read: where, and why."""
    return [(place, str(members["Error"])) for kind, members, place in things if kind == "Unread"]
