"""Which address is answered with which file of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from mturk.marketplace.frame.library import PACKAGES, file_for
from mturk.marketplace.frame.shelf import STATIC, Shelf, static, usual_folder

JQUERY = "https://code.jquery.com"
CDNJS = "https://cdnjs.cloudflare.com/ajax/libs"
GOOGLE = "https://ajax.googleapis.com/ajax/libs"
BOOTSTRAP = "https://maxcdn.bootstrapcdn.com/bootstrap"
STACKPATH = "https://stackpath.bootstrapcdn.com/bootstrap"
JSDELIVR = "https://cdn.jsdelivr.net/npm"
TABLES = "https://cdn.datatables.net"
MTURK = "https://s3.amazonaws.com/mturk-public"


@pytest.mark.parametrize(
    ("address", "file"),
    [
        (f"{JQUERY}/jquery-1.11.2.min.js", "jquery@1.12.4/dist/jquery.min.js"),
        (f"{JQUERY}/jquery-2.1.0.js", "jquery@2.2.4/dist/jquery.js"),
        (f"{JQUERY}/jquery-3.2.1.slim.min.js", "jquery@3.4.1/dist/jquery.slim.min.js"),
        (f"{JQUERY}/jquery-3.6.0.min.js", "jquery@3.7.1/dist/jquery.min.js"),
        (f"{JQUERY}/jquery-latest.min.js", "jquery@1.12.4/dist/jquery.min.js"),
        (f"{JQUERY}/ui/1.11.4/jquery-ui.js", "jquery-ui-dist@1.12.1/jquery-ui.js"),
        (f"{JQUERY}/ui/1.11.4/themes/ui-lightness/jquery-ui.css", "jquery-ui-dist@1.12.1/jquery-ui.css"),
        (f"{GOOGLE}/jquery/1.4/jquery.min.js", "jquery@1.12.4/dist/jquery.min.js"),
        (f"{GOOGLE}/jquery/3.3.1/jquery.min.js", "jquery@3.4.1/dist/jquery.min.js"),
        (f"{GOOGLE}/jqueryui/1.8/jquery-ui.min.js", "jquery-ui-dist@1.12.1/jquery-ui.min.js"),
        (f"{GOOGLE}/jqueryui/1.8/themes/base/jquery-ui.css", "jquery-ui-dist@1.12.1/jquery-ui.css"),
        (f"{BOOTSTRAP}/3.0.3/css/bootstrap.min.css", "bootstrap@3.4.1/dist/css/bootstrap.min.css"),
        (f"{STACKPATH}/4.1.2/js/bootstrap.min.js", "bootstrap@4.6.2/dist/js/bootstrap.min.js"),
        (f"{CDNJS}/twitter-bootstrap/4.0.0/js/bootstrap.bundle.js", "bootstrap@4.6.2/dist/js/bootstrap.bundle.js"),
        (f"{JSDELIVR}/bootstrap@5.0.2/dist/css/bootstrap.min.css", "bootstrap@5.3.3/dist/css/bootstrap.min.css"),
        (f"{CDNJS}/popper.js/1.12.9/umd/popper.min.js", "popper.js@1.16.1/dist/umd/popper.min.js"),
        (f"{CDNJS}/jquery-cookie/1.4.1/jquery.cookie.min.js", "jquery.cookie@1.4.1/jquery.cookie.js"),
        (f"{CDNJS}/lightbox2/2.11.1/css/lightbox.min.css", "lightbox2@2.11.1/dist/css/lightbox.min.css"),
        (f"{TABLES}/1.10.16/css/jquery.dataTables.min.css", "datatables.net-dt@1.10.16/css/jquery.dataTables.css"),
        ("https://unpkg.com/tachyons@4.10.0/css/tachyons.min.css", "tachyons@4.10.0/css/tachyons.min.css"),
        ("http://CODE.jquery.com:80/jquery-2.2.4.min.js?v=1#x", "jquery@2.2.4/dist/jquery.min.js"),
        ("//code.jquery.com/jquery-2.2.4.min.js", "jquery@2.2.4/dist/jquery.min.js"),
        (f"{CDNJS}/bootstrap/2.3.2/js/bootstrap.min.js", None),
        (f"{CDNJS}/popper.js/1.12.9/esm/popper.min.js", None),
        (f"{CDNJS}/popper.js/2.0.0/umd/popper.min.js", None),
        (f"{CDNJS}/jquery/3.3.1/../../../etc/passwd", None),
        ("https://code.jquery.com.evil.example/jquery-2.2.4.min.js", None),
        ("https://evil.example/https://code.jquery.com/jquery-2.2.4.min.js", None),
        ("https://code.jquery.com:8443/jquery-2.2.4.min.js", None),
        ("ftp://code.jquery.com/jquery-2.2.4.min.js", None),
        ("jquery-2.2.4.min.js", None),
        ("https://[", None),
        ("https://code.jquery.com:x/jquery-2.2.4.min.js", None),
        ("https://code.jquery.com/jquery-2.2.4.min.js?" + "x" * 1000, None),
        ("", None),
    ],
)  # fmt: skip
def test_an_address_asks_for_a_file(address: str, file: str | None) -> None:
    assert file_for(address) == file


def put(folder: Path, file: str) -> None:
    (folder / file).parent.mkdir(parents=True)
    (folder / file).write_text("/* */")


def test_a_file_that_was_brought_answers_for_its_address(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.own_copy(f"{JQUERY}/jquery-2.2.4.min.js") is None
    put(tmp_path, "jquery@2.2.4/dist/jquery.min.js")
    assert shelf.own_copy(f"{JQUERY}/jquery-2.2.4.min.js") == "asset/jquery@2.2.4/dist/jquery.min.js"


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("https://assets.crowd.aws/crowd-html-elements.js", "crowd_elements.js"),
        (f"{MTURK}/externalHIT_v1.js", "externalHIT_v1.js"),
        ("https://mturk-public.s3.amazonaws.com/externalHIT_v1.js", "externalHIT_v1.js"),
        (f"{MTURK}/bs30/css/bootstrap.min.css", "plain.css"),
        ("//S3.amazonaws.com/mturk-public/bs30/css/bootstrap.min.css", "plain.css"),
    ],
)
def test_amazons_three_files_are_always_there(tmp_path: Path, address: str, file: str) -> None:
    assert Shelf(tmp_path).own_copy(address) == static(file)


@pytest.mark.parametrize("name", ["externalHIT_v1.js", "plain.css"])
def test_our_own_files_are_in_the_package(name: str) -> None:
    assert (STATIC / name).is_file()


def test_the_style_sheet_of_mturk_is_bootstrap_where_that_was_brought(tmp_path: Path) -> None:
    put(tmp_path, "bootstrap@3.4.1/dist/css/bootstrap.min.css")
    copy = Shelf(tmp_path).own_copy(f"{MTURK}/bs30/css/bootstrap.min.css")
    assert copy == "asset/bootstrap@3.4.1/dist/css/bootstrap.min.css"


@pytest.mark.parametrize(
    "path",
    [
        "jquery@2.2.4/../secret.js",
        "../secret.js",
        "/etc/passwd",
        "secret.js",
        "jquery@2.2.4",
        "",
        "jquery@2.2.4/..",
        "jquery@9.9.9/a.js",
    ],
)
def test_nothing_outside_of_the_packages_is_a_file_of_the_shelf(tmp_path: Path, path: str) -> None:
    put(tmp_path, "jquery@2.2.4/dist/jquery.js")
    put(tmp_path, "jquery@9.9.9/a.js")
    (tmp_path / "secret.js").write_text("secret")
    assert Shelf(tmp_path).file(path) is None


def test_every_file_that_an_address_means_is_of_a_package_that_is_pinned() -> None:
    found = file_for(f"{JQUERY}/jquery-3.6.0.min.js")
    assert found
    assert found.partition("/")[0] in PACKAGES


def test_the_folder_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MTURK_ASSETS", str(tmp_path))
    assert usual_folder() == tmp_path
    monkeypatch.delenv("MTURK_ASSETS")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert usual_folder() == tmp_path / "mturk" / "assets"
