"""Templates that were written for MTurk's own site."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from mturk.errors import ValidationError
from mturk.question.html_question import HTMLQuestion
from mturk.rendering import placeholder, submission


@pytest.mark.parametrize(
    ("source", "values", "filled"),
    [
        ("<p>${a}</p>", {"a": "x"}, "<p>x</p>"),
        ("${image-url} ${image_url}", {"image-url": 1, "image_url": 2}, "1 2"),
        ("${a}${a}", {"a": "x"}, "xx"),
        ("${a}", {"a": "<b>AT&T</b>"}, "<b>AT&T</b>"),
        ("${a} ${b}", {"a": "${b}", "b": "${a}"}, "${b} ${a}"),
        ("${größe}", {"größe": "7"}, "7"),
        ("${two words}", {"two words": "x"}, "x"),
        ("${a}", {"\ufeffa": "x"}, "x"),
        ("${a}", {"a": ""}, ""),
        ("<script>var a = '${a}', b = ${a};</script>", {"a": "x"}, "<script>var a = 'x', b = x;</script>"),
        ("<script>`${a}`</script>", {"a": "x"}, "<script>`x`</script>"),
    ],
)
def test_names_are_filled_once_and_as_the_site_did(source: str, values: dict[str, object], filled: str) -> None:
    assert placeholder.fill(source, values, "t") == filled


@pytest.mark.parametrize(
    "source",
    [
        "{{ name }} {% if x %}",
        "$name {name} $ {name}",
        "${}",
        "${item.price * 2} ${f(x)} ${a.b}",
        "<script>const t = `${name}`;</script>",
        "<script>const t = `a ${f({b: `${inner}`})} ${name}`;</script>",
        "<SCRIPT type='text/javascript'>x = `${name}`</SCRIPT>",
        "<script type=module>// don't\nx = `${name}`</script>",
        '<script type="text/x-jquery-tmpl"><li>${name}</li></script>',
        "<script>/* it's `${name}` */ y = '`'; x = `\\`${name}`</script>",
    ],
)
def test_what_only_looks_like_a_name_is_left_alone(source: str) -> None:
    assert placeholder.fill(source, {}, "t") == source


@pytest.mark.parametrize(
    "source",
    [
        "${name}",
        "<p title='${name}'>",
        "<!-- ${name} -->",
        "<script>a = '${name}'</script>",
        "<script>a=`x`; b=${name}</script>",
    ],
)
def test_a_name_without_a_value_is_reported(source: str) -> None:
    with pytest.raises(ValidationError, match=r"t\.html: no value for name$"):
        placeholder.fill(source, {}, "t.html")


def test_none_is_no_value() -> None:
    with pytest.raises(ValidationError, match="no value for a"):
        placeholder.fill("${a}", {"a": None}, "t")


def test_all_names_are_reported_at_once() -> None:
    with pytest.raises(ValidationError, match="no value for b, c; it has no place for d"):
        placeholder.fill("${a}${b}${c}${b}", {"a": 1, "d": 2}, "t")


def test_a_value_without_a_name_is_a_warning() -> None:
    with pytest.warns(UserWarning, match=r"t\.html has no place for worker_note"):
        assert placeholder.fill("${a}", {"a": 1, "worker_note": 2}, "t.html") == "1"


def test_the_warning_points_at_the_caller(tmp_path: Path) -> None:
    template = tmp_path / "t.html"
    template.write_text("<html><form>${a}</form></html>")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        HTMLQuestion.from_template(template, engine="mturk", a=1, b=2)
    assert caught[0].filename == __file__


def test_a_row_of_a_table_fills_a_file(tmp_path: Path) -> None:
    template = tmp_path / "t.html"
    template.write_text("\ufeff<!DOCTYPE html><html><p>${image-url} {{ x }}</p></html>", encoding="utf-8")
    row = {"image-url": "https://x/1.png"}
    question = HTMLQuestion.from_template(template, engine="mturk", frame_height=300, **row)
    assert "<p>https://x/1.png {{ x }}</p>" in question.html
    assert question.frame_height == 300


def test_a_template_without_a_form_gets_the_one_of_the_site() -> None:
    question = HTMLQuestion.from_string("<p>${a}</p><input name='x'>", {"a": "<b>1</b>"}, engine="mturk")
    assert "<p><b>1</b></p><input name='x'>" in question.html
    assert submission.judge(question.html) == ([], [])


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ValidationError, match="engine: 'jade'"):
        HTMLQuestion.from_string("", engine="jade")  # type: ignore[arg-type] # that is the point
