"""Tokens: fixed by key, tenant, kind and value, and by nothing else."""

import pyarrow as pa

from sim.expected.tokens import TOKEN, TokenKey, token, tokens

KEY = TokenKey("k1", b"key")
START = 1_000_000


def test_a_token_is_what_the_contract_says():
    # printf 'acme\x1fname\x1fAda Lovelace' | openssl dgst -sha256 -hmac key
    assert token(KEY, "acme", "name", "Ada Lovelace") == "tok_name_k1_e3db4bd4da26e8e6c6668742f43ee890"
    assert TOKEN.fullmatch(token(KEY, None, "phone", "1"))


def test_tokens_of_a_column_are_those_of_its_values():
    made = tokens([KEY], "email", rows([0] * 4), "value").to_pylist()
    pairs = [("acme", "a"), None, (None, "a"), ("globex", "a")]
    assert made == [pair and token(KEY, pair[0], "email", pair[1]) for pair in pairs]
    assert len(set(made)) == 4


def rows(ingest_us: list[int]) -> pa.Table:
    columns = {
        "tenant_id": pa.chunked_array([["acme", "acme", None], ["globex"]]),
        "value": pa.chunked_array([["a", None, "a"], ["a"]]),
        "ingest_time": pa.array(ingest_us, pa.timestamp("us", "UTC")),
    }
    return pa.table(columns)


def test_a_key_holds_from_its_microsecond_on():
    keys = [KEY, TokenKey("k2", b"other", START), TokenKey("k3", b"third", START + 2)]
    made = tokens(keys, "email", rows([START - 1, START, START + 1, START + 2]), "value").to_pylist()
    assert [token and token[10:12] for token in made] == ["k1", None, "k2", "k3"]
    assert made[3] == token(keys[2], "globex", "email", "a")
