"""Tokens: fixed by key, tenant, kind and value, and by nothing else."""

import pyarrow as pa

from sim.expected.tokens import TOKEN, token, tokens


def test_a_token_is_what_the_contract_says():
    # printf 'acme\x1fname\x1fAda Lovelace' | openssl dgst -sha256 -hmac key
    assert token(b"key", "acme", "name", "Ada Lovelace") == "tok_name_e3db4bd4da26e8e6c6668742f43ee890"
    assert TOKEN.fullmatch(token(b"key", None, "phone", "1"))


def test_tokens_of_a_column_are_those_of_its_values():
    tenants = pa.chunked_array([["acme", "acme", None], ["globex"]])
    values = pa.chunked_array([["a", None, "a"], ["a"]])
    made = tokens(b"key", tenants, "email", values).to_pylist()
    pairs = [("acme", "a"), None, (None, "a"), ("globex", "a")]
    assert made == [pair and token(b"key", pair[0], "email", pair[1]) for pair in pairs]
    assert len(set(made)) == 4
