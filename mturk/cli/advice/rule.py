"""What in a program written for Mechanical Turk leads elsewhere than to a marketplace, and what to write instead."""

from __future__ import annotations

import re
from typing import NamedTuple

PYTHON, R, SHELL = frozenset({"python"}), frozenset({"r"}), frozenset({"bash"})
JAVASCRIPT, HTML = frozenset({"javascript", "typescript"}), frozenset({"html"})
ALL = PYTHON | R | SHELL | JAVASCRIPT


class Rule(NamedTuple):
    """In these languages, what matches is told, with what to write; without `wrong` it will do as it is."""

    languages: frozenset[str]
    pattern: re.Pattern[str]
    what: str
    instead: str
    wrong: bool = True


# What is between two words is bounded: a line that repeats the first one would take the square of its length.
def _rule(languages: frozenset[str], pattern: str, what: str, instead: str, *, wrong: bool = True) -> Rule:
    return Rule(languages, re.compile(pattern), what, instead, wrong)


RULES = (
    _rule(
        ALL,
        r"mturk-requester(?:-sandbox)?\.(?:[a-z0-9-]+|\{[^}]*\}|%s|\$\{[^}]*\})\.amazonaws\.com",
        "an address of Amazon's, which beats AWS_ENDPOINT_URL_MTURK",
        "leave it out, and export AWS_ENDPOINT_URL_MTURK; or change nothing: {run}",
    ),
    _rule(
        ALL,
        r"mechanicalturk\.(?:sandbox\.)?amazonaws\.com(?!/doc|/AWSMechanicalTurkDataSchemas)",
        "an address of the API that Amazon ended in 2019",
        "change nothing: {run}",
    ),
    _rule(
        ALL | HTML,
        r"(?:www|worker|workersandbox|requester|requestersandbox)\.mturk\.com/mturk/externalSubmit",
        "a form that posts answers to Amazon, which will do in an HTMLQuestion",
        "on a page of your own server post to the parameter turkSubmitTo of its address, followed by "
        "/mturk/externalSubmit",
        wrong=False,
    ),
    _rule(
        ALL,
        r"\bAKIA[A-Z0-9]{16}\b|(?:aws_access_key_id|aws_secret_access_key|accessKeyId|secretAccessKey)"
        r"[\"']?\]?\s{0,20}[=:]\s{0,20}[\"'][^\"'\s]{4,}[\"']",
        "a key pair in the program, which beats the environment",
        "that of the marketplace, in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ),
    _rule(
        ALL,
        r"(?:www|worker|workersandbox|requester|requestersandbox)\.mturk\.com(?!/mturk/externalSubmit)",
        "a page of Amazon's, which people would open",
        "the address of your worker site, which `mturk serve` prints",
    ),
    _rule(
        PYTHON,
        r"\b(?:import\s+boto\.mturk|from\s+boto\.mturk|from\s+boto\s+import\s+mturk|boto\.connect_mturk)\b",
        "boto 2, which speaks the old Query API and knows no AWS_ENDPOINT_URL_MTURK",
        "boto3.client('mturk') or mturk's own verbs; or change nothing: mturk serve --query-api, and {run}",
    ),
    _rule(
        PYTHON,
        r"\b(?:import\s+larry|from\s+larry)\b",
        "larry, which names Amazon's address itself",
        "change nothing: {run}",
    ),
    _rule(
        PYTHON,
        r"\b(?:client|resource)\(\s*(?:service_name\s*=\s*)?[\"'](?P<quote>sns|sqs|s3|sts|iam|ses)[\"']",
        "the service {quote} of Amazon's, where it still goes",
        "for events the marketplace has queues of its own: docs/notifications.md",
        wrong=False,
    ),
    _rule(
        JAVASCRIPT,
        r"new\s+(?:AWS\s*\.\s*)?MTurk\s*\(\s*(?:\)|\{(?![^}]{0,2000}\bendpoint\b))",
        "the AWS SDK for JavaScript v2, which does not read AWS_ENDPOINT_URL_MTURK",
        "new AWS.MTurk({{endpoint: process.env.AWS_ENDPOINT_URL_MTURK, …}}); or change nothing: {run}",
    ),
    _rule(
        JAVASCRIPT,
        r"(?:require\(\s*|from\s+)[\"']mturk-api[\"']",
        "mturk-api, which speaks SOAP; that is not served here",
        "@aws-sdk/client-mturk, which reads AWS_ENDPOINT_URL_MTURK",
    ),
    _rule(
        JAVASCRIPT,
        r"(?:require\(\s*|from\s+)[\"']mturk[\"']",
        "the Node module mturk, which speaks the old Query API",
        "change nothing: mturk serve --query-api, and {run}; or see docs/from-node.md",
    ),
    _rule(
        ALL,
        r"AWSMechanicalTurkRequester\.wsdl",
        "the description of the SOAP API; that is not served here",
        "an SDK that speaks the API of 2017-01-17",
    ),
    _rule(
        R,
        r"\b(?:library|require|requireNamespace|loadNamespace)\(\s*[\"']?(?:pyMTurkR|MTurkR)\b",
        "pyMTurkR and MTurkR name Amazon's address themselves",
        "change nothing: {run}",
    ),
    _rule(
        SHELL,
        r"\baws\s(?:[^\n;|&]{0,500}\s)?--endpoint(?:-url)?[= ]\s*[\"']?https?://(?!127\.|localhost)",
        "an address on the command line, which beats AWS_ENDPOINT_URL_MTURK",
        "leave --endpoint-url out, and export AWS_ENDPOINT_URL_MTURK",
    ),
    _rule(
        ALL,
        r"(?:HITLayoutId|hit_layout_id|LayoutId|HITLayoutID|hit\.layoutid|--hit-layout-id)[\"']?\s{0,20}(?:=|:|<-|,|\s)\s{0,20}[\"']?3[A-Z0-9]{20,}",
        "a layout that was made on Amazon's requester site",
        "market.layout(name, html) takes its page and gives an id: docs/questions.md",
    ),
    _rule(
        ALL,
        r"(?:AvailableBalance|available_balance|get_account_balance|getAccountBalance|balance)[^\n]{0,200}\b10,?000(?:\.0+)?\b",
        "the balance of Amazon's sandbox",
        "mturk serve --sandbox, where the balance is always 10,000.00",
    ),
    _rule(
        ALL,
        r"""["']3[A-Z0-9]{29}["']""",
        "an id that Amazon gave; a marketplace gives its own",
        "what was imported keeps its ids; anything else is made anew",
        wrong=False,
    ),
)
