"""How records and lists look in a prompt and a notebook, and that looking costs no call unless it is asked for."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from mturk import HIT, Connection
from mturk.record.display import Table, shown
from tests.judge import Judge, full_answer


def listed(judge: Judge, count: int = 2) -> None:
    judge.answer("ListHITs", full_answer("ListHITs", count))


def test_a_table_lines_up_its_columns_in_a_terminal() -> None:
    table = Table(("label", "n"), [("cat", 1), ("elephant", 20)], caption="Labels")
    assert repr(table) == "Labels\nlabel     n\ncat       1\nelephant  20"


def test_a_table_in_a_notebook_escapes_what_workers_wrote() -> None:
    html = Table(("answer",), [("<script>alert(1)</script>",)])._repr_html_()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>" not in html


def test_a_table_in_a_notebook_has_no_formulas() -> None:
    assert Table(("answer",), [("$x$",)])._repr_html_().startswith('<table class="tex2jax_ignore mathjax_ignore">')


def test_what_steers_a_terminal_is_not_passed_through() -> None:
    assert shown("a\x1b[2Jb\x07c\x9bd\u202ee") == "a�[2Jb�c�d�e"
    assert shown("naïve 猫 👩‍👧\n") == "naïve 猫 👩‍👧"


def test_a_table_leaves_out_what_is_empty_in_every_row() -> None:
    assert Table.of([{"a": 1, "b": None}, {"a": None, "b": None}]).columns == ["a"]


def test_a_long_value_is_cut_and_kept_on_one_line() -> None:
    assert shown("a\nb" * 40) == ("a b" * 40)[:59] + "…"


def test_a_time_is_shown_to_the_second() -> None:
    assert shown(datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=timezone.utc)) == "2026-01-02 03:04:05"


def test_a_record_in_a_notebook_shows_what_it_knows_without_a_call(connection: Connection, judge: Judge) -> None:
    assert "<td>3HIT</td>" in HIT("3HIT", connection=connection)._repr_html_()
    assert judge.calls == []


def test_show_loads_a_record_first(connection: Connection, judge: Judge) -> None:
    answer = full_answer("GetHIT")
    judge.answer("GetHIT", answer)
    assert answer["HIT"]["Title"] in repr(HIT(answer["HIT"]["HITId"], connection=connection).show())


def test_a_list_in_a_notebook_makes_no_call_and_says_how_to_see_it(connection: Connection, judge: Judge) -> None:
    assert ".show()" in HIT.all(connection=connection)._repr_html_()
    assert judge.calls == []


def test_show_asks_for_no_more_of_a_list_than_it_shows(connection: Connection, judge: Judge) -> None:
    listed(judge)
    assert len(HIT.all(connection=connection).show(2).rows) == 2
    assert [body["MaxResults"] for body in judge.bodies("ListHITs")] == [2]


def test_a_page_in_a_notebook_is_a_table(connection: Connection, judge: Judge) -> None:
    listed(judge)
    html = HIT.all(connection=connection).page(10)._repr_html_()
    assert html.count("<tr>") == 3


def test_to_dict_gives_every_field_by_its_name(connection: Connection, judge: Judge) -> None:
    answer: dict[str, Any] = full_answer("GetHIT")
    judge.answer("GetHIT", answer)
    fields = HIT.get(answer["HIT"]["HITId"], connection=connection).to_dict(xml=True)
    assert fields["title"] == answer["HIT"]["Title"]
    assert {"id", "reward", "question_xml", "assignments_pending"} <= set(fields)
    assert not any(name.startswith("_") for name in fields)


def test_names_of_columns_do_not_steer_a_terminal() -> None:
    table = Table.of([{"Answer.\x1b[2Jname": "cat"}])
    assert "\x1b" not in repr(table)
    assert "\x1b" not in table._repr_html_()
    assert repr(table).splitlines() == ["Answer.\ufffd[2Jname", "cat"]
