"""Personal values are found however they are written, and no text that is shown keeps one."""

import base64
import json
import urllib.parse

import pytest

from sim.checks.personal import HIDDEN, PersonalValue
from sim.checks.search import Search

VALUES = {
    "Zoë Fitz-Gerald": PersonalValue("name", "tok_name_1"),
    "Fitz-Gerald Ng": PersonalValue("name", "tok_name_2"),
    "+49 (0)30 1234567": PersonalValue("phone", "tok_phone_1"),
    "zoe.fitz@example.com": PersonalValue("email", "tok_email_1"),
    "Bo": PersonalValue("name", "tok_name_3"),
}
SEARCH = Search(VALUES)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("nobody – at all", "nobody – at all"),
        ("Zoë Fitz-Gerald", "tok_name_1"),
        ("Ça va, ZOË FITZ-GERALD? – zoe.FITZ@example.com!", "Ça va, tok_name_1? – tok_email_1!"),
        ("xZoë Fitz-Geraldx", "xtok_name_1x"),
        (json.dumps({"a": "Zoë Fitz-Gerald"}), '{"a": "tok_name_1"}'),
        ("call +49 (0)30 1234567 or +49 (0)30 1234567", "call tok_phone_1 or tok_phone_1"),
        ("Zoë Fitz-Gerald Ng", "tok_name_1"),
        ("bo", "tok_name_3"),
        ("above Bo", "above Bo"),
        ("id " + b"zoe.fitz@example.com".hex(), "id " + HIDDEN),
        ("id " + base64.b64encode(b"is zoe.fitz@example.com").decode(), "id " + HIDDEN),
        (urllib.parse.quote("who: Zoë Fitz-Gerald"), HIDDEN),
        (urllib.parse.quote_plus("Zoë Fitz-Gerald"), HIDDEN),
        ("0123456789abcdef" * 4, "0123456789abcdef" * 4),
    ],
)
def test_what_is_shown_holds_no_value(text, shown):
    assert SEARCH.concealed(text).rstrip("=") == shown


def test_a_value_counts_as_found_where_it_stands_alone():
    text = b"a zoe.fitz@example.com, bo".decode("latin-1")
    assert set(SEARCH.found(text)) == {"zoe.fitz@example.com"}
    assert not set(SEARCH.found(f"x{text[2:]}"))


def test_nothing_is_found_where_nothing_is_sought():
    assert (Search({}).concealed("Zoë"), list(Search({}).found("Zoe"))) == ("Zoë", [])
