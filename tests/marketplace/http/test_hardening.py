"""What was found by trying to break in: each is refused as any other wrong input is."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mturk.marketplace import Marketplace, MarketplaceError
from mturk.marketplace.delivery.destination import Endpoint
from tests.marketplace.conftest import Client

BASE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"
FORM = (
    f'<QuestionForm xmlns="{BASE}/2017-11-06/QuestionForm.xsd"><Question><QuestionIdentifier>q</QuestionIdentifier>'
    "<QuestionContent><Text>?</Text></QuestionContent><AnswerSpecification><SelectionAnswer><MaxSelectionCount>"
    f"{'9' * 5000}</MaxSelectionCount><Selections><Selection><SelectionIdentifier>a</SelectionIdentifier><Text>a</Text>"
    "</Selection></Selections></SelectionAnswer></AnswerSpecification></Question></QuestionForm>"
)


def refusal(call: Callable[..., Any], **parameters: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response


def test_a_number_of_thousands_of_digits_is_no_selection_count(client: Client) -> None:
    said = refusal(
        client.create_hit, LifetimeInSeconds=60, AssignmentDurationInSeconds=60, Reward="0.05", Title="t",
        Description="d", Question=FORM,
    )  # fmt: skip
    assert said["Error"]["Code"] == "ParameterValidationError"


def test_a_token_that_was_written_by_hand_is_refused(client: Client) -> None:
    for _ in range(2):
        client.create_hit_type(AssignmentDurationInSeconds=60, Reward="0.05", Title="t", Description="d")
    kind = client.create_hit_type(AssignmentDurationInSeconds=60, Reward="0.05", Title="t", Description="d")[
        "HITTypeId"
    ]
    page = f'<HTMLQuestion xmlns="{BASE}/2011-11-11/HTMLQuestion.xsd"><HTMLContent>p</HTMLContent>'
    page += "<FrameHeight>0</FrameHeight></HTMLQuestion>"
    for _ in range(2):
        client.create_hit_with_hit_type(HITTypeId=kind, LifetimeInSeconds=60, Question=page)
    token = client.list_hits(MaxResults=1)["NextToken"]
    mark, *key = json.loads(base64.urlsafe_b64decode(token))
    for forged in ([mark, *key, 1], [mark], [mark, True]):
        written = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode()
        said = refusal(client.list_hits, NextToken=written)
        assert said["Error"]["Code"] == "ParameterValidationError"


def test_a_password_in_a_url_is_not_repeated() -> None:
    with pytest.raises(MarketplaceError) as caught:
        Marketplace("postgresql://lab:hunter2@db:54x2/m")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fd00:ec2::254",
        "64:ff9b::a9fe:a9fe",
        "::169.254.169.254",
        "::ffff:169.254.169.254",
        "fe80::1",
    ],
)
def test_no_message_goes_to_where_clouds_hand_out_keys(address: str) -> None:
    assert not Endpoint("https", "queue.example", 443).may_be_at(address)
