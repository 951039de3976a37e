"""What forms post, however they were written."""

from __future__ import annotations

import tracemalloc
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mturk.marketplace.frame.posted import MOST_FIELDS, UnreadablePost, grouped, read_post, read_query

KINDS = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=e", "text/plain", "text/plain; charset=x"]
FORM = "application/x-www-form-urlencoded"


def parts(*pieces: tuple[str, bytes]) -> tuple[bytes, str]:
    body = b"".join(
        b"--edge\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + content + b"\r\n"
        for head, content in pieces
    )
    return body + b"--edge--\r\n", "multipart/form-data; boundary=edge"


@pytest.mark.parametrize(
    ("body", "kind", "fields"),
    [
        (b"a=1&b=2", FORM, [("a", "1"), ("b", "2")]),
        (b"a=1&b=2&a=3", FORM, [("a", "1"), ("b", "2"), ("a", "3")]),
        (b"a=x+y%2Bz&b", FORM, [("a", "x y+z"), ("b", "")]),
        (b"a=%C3%A9", f"{FORM}; charset=UTF-8", [("a", "é")]),
        (b"a=\xc3\xa9", FORM, [("a", "é")]),
        (b"_charset_=windows-1252&a=%E9%80", FORM, [("a", "é€")]),
        (b"_charset_=ISO-8859-1&a=%80", FORM, [("a", "€")]),
        (b"a=%82%A0&_charset_=Shift_JIS", FORM, [("a", "あ")]),
        (b"a=%E9", f"{FORM}; charset=latin1", [("a", "é")]),
        (b"_charset_=zip&a=%C3%A9", FORM, [("a", "é")]),
        (b"_charset_=punycode&a=1", FORM, [("a", "1")]),
        (b"a=%ff&b=1", FORM, [("a", "ÿ"), ("b", "1")]),
        (b"a=%C3%A9&b=%E9%81", FORM, [("a", "Ã©"), ("b", "é\ufffd")]),
        (b"a=%ff", f"{FORM}; charset=UTF-8", [("a", "\ufffd")]),
        (b"&" * MOST_FIELDS + b"a=1&b=2", FORM, [("a", "1"), ("b", "2")]),
        (b"\r\n" * MOST_FIELDS + b"a=1\r\nb=2", "text/plain", [("a", "1"), ("b", "2")]),
        (b"a=one\r\nb=x=y\r\n", "text/plain", [("a", "one"), ("b", "x=y")]),
        (b"", FORM, []),
        (b"", "", []),
        (b"&&a=1&", FORM, [("a", "1")]),
    ],
)
def test_a_post_is_read_in_its_order(body: bytes, kind: str, fields: list[tuple[str, str]]) -> None:
    assert read_post(body, kind) == fields


@pytest.mark.parametrize(
    ("label", "text", "encoding"),
    [
        ("Shift_JIS", "①\N{FULLWIDTH TILDE}髙あ", "cp932"),
        ("windows-31j", "①", "cp932"),
        ("x-sjis", "①", "cp932"),
        ("EUC-KR", "똠방각하", "cp949"),
        ("ks_c_5601-1987", "똠", "cp949"),
        ("Big5", "嘅台", "big5hkscs"),
        ("EUC-JP", "①あ", "euc_jis_2004"),
        ("EUC-JP", "\N{FULLWIDTH TILDE}あ", "euc_jis_2004"),
        ("ISO-2022-JP", "あ", "iso2022_jp"),
        ("gb2312", "镕😀", "gb18030"),
        ("GBK", "镕", "gb18030"),
        ("gb18030", "😀", "gb18030"),
        ("windows-874", "ก", "cp874"),
        ("TIS-620", "ก", "cp874"),
        ("ISO-8859-8-I", "א", "iso8859-8"),
        ("x-mac-cyrillic", "Ж", "mac-cyrillic"),
        ("macintosh", "é", "mac-roman"),
        ("KOI8-U", "є", "koi8-u"),
        ("IBM866", "Ж", "cp866"),
        (" Windows-1252 ", "é", "cp1252"),
    ],
)
def test_a_label_means_what_browsers_mean_by_it(label: str, text: str, encoding: str) -> None:
    body = f"_charset_={label}&a={quote(text.encode(encoding))}".encode()
    assert read_post(body, FORM) == [("a", text)]


def test_the_euro_sign_of_gbk_is_read() -> None:
    assert read_post(b"_charset_=GBK&a=%80%E9F%FF", FORM) == [("a", "€镕\ufffd")]


def test_of_ten_thousand_euro_signs_of_gbk_in_one_value_none_is_read() -> None:
    for number, sign in ((10_000, "€"), (10_001, "\N{REPLACEMENT CHARACTER}")):
        body = b"_charset_=gbk\r\nprice=" + number * b"\x80"
        assert read_post(body, "text/plain") == [("price", number * sign)]


@pytest.mark.parametrize("before", ["", "x", "xx"])
def test_an_escape_is_read_wherever_it_stands(before: str) -> None:
    body = f"a={before}{'%C3%A9' * 30_000}".encode()
    assert read_post(body, FORM) == [("a", before + "é" * 30_000)]


def test_reading_escapes_takes_little_memory() -> None:
    body = b"a=" + b"%41" * 300_000
    tracemalloc.start()
    read_post(body, FORM)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10 * len(body)


def test_too_many_parts_are_told_as_such() -> None:
    body, kind = parts(*[('name="a"', b"1")] * (MOST_FIELDS + 1))
    with pytest.raises(UnreadablePost, match="too many answers"):
        read_post(body, kind)


def test_a_multipart_post_is_read_and_a_file_is_its_name() -> None:
    body, kind = parts(
        ('name="a"', b"1"),
        ('name="f"; filename="p.svg"\r\nContent-Type: image/svg+xml', b"<svg onload=alert(1)>"),
        ('name="a"', "é\r\n".encode()),
        ('name="g"; filename=""\r\nContent-Type: application/octet-stream', b""),
    )
    assert read_post(body, kind) == [("a", "1"), ("f", "p.svg"), ("a", "é\r\n"), ("g", "")]


def test_a_part_without_a_name_is_an_answer_without_one() -> None:
    body, kind = parts(("x=y", b"1"), ("filename=z", b"2"))
    assert read_post(body, kind) == [("", "1"), ("", "z")]


def test_a_multipart_post_says_its_encoding_too() -> None:
    body, kind = parts(('name="_charset_"', b"windows-1252"), ('name="a"', b"\xe9"))
    assert read_post(body, kind) == [("a", "é")]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"a": 1}', "application/json"),
        (b"a=1", ""),
        (b"nothing", "multipart/form-data"),
        (b"nothing", "multipart/form-data; boundary=edge"),
        (b"--edge\r\nContent-Disposition: form-data; name=a\r\n\r\nhalf", "multipart/form-data; boundary=edge"),
        (b"a=1&" * (MOST_FIELDS + 2), FORM),
        (b"--edge\r\nX: y\r\n\r\n1\r\n--edge--\r\n", "multipart/form-data; boundary=edge"),
        (b"--\xff\r\n", "multipart/form-data; boundary=\u20ac"),
        (parts(*[('name="a"', b"1")] * (MOST_FIELDS + 1))),
    ],
)
def test_what_no_form_posts_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(UnreadablePost):
        read_post(body, kind)


HEADS = [
    b"--e\r\n",
    b"--e--",
    b"Content-Disposition: form-data; name=a",
    b"Content-Disposition: x",
    b"\r\n\r\n",
    b"a=1&",
]
PIECES = st.one_of(st.binary(max_size=8), st.sampled_from([*HEADS, b"_charset_="]))


@given(st.lists(PIECES, max_size=12).map(b"".join), st.sampled_from(KINDS))
def test_whatever_comes_is_read_or_refused(body: bytes, kind: str) -> None:
    try:
        fields = read_post(body, kind)
    except UnreadablePost:
        return
    assert all(isinstance(text, str) for field in fields for text in field)


def test_a_query_is_a_form_that_was_sent_by_get() -> None:
    assert read_query(b"assignmentId=3A&a=%C3%A9&a=") == [("assignmentId", "3A"), ("a", "é"), ("a", "")]


def test_all_values_of_a_name_are_kept() -> None:
    assert grouped(read_query(b"b=1&a=2&b=3")) == {"b": ["1", "3"], "a": ["2"]}


def test_the_name_of_an_encoding_that_there_is_not_is_forgotten() -> None:
    posted = [f"_charset_={'x' * (1_000_000 + number)}&a=1".encode() for number in range(5)]
    tracemalloc.start()
    try:
        for body in posted:
            assert read_post(body, FORM) == [("a", "1")]
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
