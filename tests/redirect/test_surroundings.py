"""What a program gets in its environment: the proxy, whom it is not for, and certificates beside those it trusts."""

from __future__ import annotations

import ssl
import time
from pathlib import Path

import pytest

from mturk.redirect import roots
from mturk.redirect.authority import Authority
from mturk.redirect.aws_host import bypassing, entries, is_led
from mturk.redirect.surroundings import variables

PROXY = "http://mturk:secret@127.0.0.1:8016"
LOOPBACK = "127.0.0.1,localhost,::1"


def test_it_is_what_programs_read_of_proxies_and_certificates(tmp_path: Path) -> None:
    file = str(tmp_path / "roots.pem")
    assert variables(PROXY, tmp_path / "roots.pem", {}) == {
        "HTTPS_PROXY": PROXY,
        "https_proxy": PROXY,
        "NO_PROXY": LOOPBACK,
        "no_proxy": LOOPBACK,
        "AWS_CA_BUNDLE": file,
        "REQUESTS_CA_BUNDLE": file,
        "SSL_CERT_FILE": file,
        "CURL_CA_BUNDLE": file,
        "NODE_EXTRA_CA_CERTS": file,
        "NODE_USE_ENV_PROXY": "1",
        "NODE_OPTIONS": f"--require {tmp_path / 'lead_node.cjs'}",
        "BOTO_CONFIG": str(tmp_path / "boto.cfg"),
    }


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        ({"NO_PROXY": "intranet.lab, 10.0.0.0/8"}, "intranet.lab,10.0.0.0/8,"),
        ({"no_proxy": "first.lab", "NO_PROXY": "second.lab"}, "first.lab,"),
        ({"NO_PROXY": "*"}, ""),
        ({"NO_PROXY": "intranet.lab .amazonaws.com www.mturk.com:443"}, "intranet.lab,"),
        ({"NO_PROXY": "localhost,intranet.lab"}, "localhost,intranet.lab,127.0.0.1,::1"),
    ],
)
def test_who_was_past_the_proxy_still_is_but_amazons_hosts(before: dict[str, str], kept: str, tmp_path: Path) -> None:
    expected = kept if "::1" in kept else f"{kept}{LOOPBACK}"
    found = variables(PROXY, tmp_path, before)
    assert (found["NO_PROXY"], found["no_proxy"]) == (expected, expected)


@pytest.mark.parametrize(
    "entry", ["*", "com", ".com", "amazonaws.com", "*.amazonaws.com", "WWW.MTurk.com", "mturk.com:443", "."]
)
def test_an_entry_by_which_calls_would_go_to_amazon_is_found(entry: str) -> None:
    assert bypassing(entries(f"lab.example,{entry}")) == [entry]


@pytest.mark.parametrize("entry", ["xmturk.com", "s3.amazonaws.com", "10.0.0.0/8", "::1", "a.www.mturk.com"])
def test_an_entry_for_others_stays(entry: str) -> None:
    assert bypassing([entry]) == []


@pytest.mark.parametrize(
    ("host", "led"),
    [
        ("www.mturk.com", True),
        ("WWW.MTURK.COM.", True),
        ("mechanicalturk.amazonaws.com", True),
        ("mechanicalturk.sandbox.amazonaws.com", True),
        ("worker.mturk.com", False),
        ("a.www.mturk.com", False),
        ("www.mturk.com.bank.example", False),
        ("s3.us-east-1.amazonaws.com", False),
    ],
)
def test_only_hosts_for_mechanical_turk_are_led(host: str, led: bool) -> None:
    assert is_led(host) is led


def certificates(file: Path) -> set[bytes]:
    return set(ssl.create_default_context(cafile=str(file)).get_ca_certs(binary_form=True))


def test_what_was_trusted_before_is_trusted_still(tmp_path: Path) -> None:
    lab, other = (Authority.passing(time.time).pem for _ in range(2))
    (tmp_path / "lab.pem").write_text(lab.replace("\n", "\r\n"))
    own = Authority.passing(time.time).pem
    roots.write(tmp_path / "roots.pem", own, {"REQUESTS_CA_BUNDLE": str(tmp_path / "lab.pem")})
    found = certificates(tmp_path / "roots.pem")
    assert {ssl.PEM_cert_to_DER_cert(pem) for pem in (lab, own)} < found
    assert ssl.PEM_cert_to_DER_cert(other) not in found
    assert len(found) > 50  # of the makers of browsers


def test_an_authority_that_was_replaced_is_not_brought_back_by_the_file_itself(tmp_path: Path) -> None:
    file = tmp_path / "roots.pem"
    old, new = (Authority.passing(time.time).pem for _ in range(2))
    roots.write(file, old, {})
    roots.write(file, new, {"SSL_CERT_FILE": str(file)})
    assert ssl.PEM_cert_to_DER_cert(old) not in certificates(file)


def test_no_key_is_in_the_file(tmp_path: Path) -> None:
    authority = Authority.kept(tmp_path, time.time)
    roots.write(tmp_path / "roots.pem", authority.pem, {"SSL_CERT_FILE": str(tmp_path / "authority.pem")})
    assert "PRIVATE" not in (tmp_path / "roots.pem").read_text()
