"""Why a message was refused: a closed list of codes, each with a stable meaning."""

from enum import StrEnum


class Rejection(StrEnum):
    """The code of a rejected message; ``MEANING`` says what each stands for."""

    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    BAD_JSON = "bad_json"
    TOO_DEEP = "too_deep"
    UNKNOWN_SCHEMA = "unknown_schema"
    BAD_AVRO = "bad_avro"
    UNKNOWN_TYPE = "unknown_type"
    UNSUPPORTED_VERSION = "unsupported_version"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    EVENT_FROM_FUTURE = "event_from_future"
    CONFLICTING_DUPLICATE = "conflicting_duplicate"


MEANING: dict[Rejection, str] = {
    Rejection.TOO_LARGE: "the message is larger than 1 MiB",
    Rejection.BAD_ENCODING: "the message is not valid UTF-8",
    Rejection.BAD_JSON: "the message is not one JSON value by RFC 8259, or repeats a name in an object",
    Rejection.TOO_DEEP: "arrays and objects are nested more than 32 deep",
    Rejection.UNKNOWN_SCHEMA: "the message is in Avro, and the contract does not have the schema of its fingerprint",
    Rejection.BAD_AVRO: "the message is in Avro, and is not exactly what its schema says",
    Rejection.UNKNOWN_TYPE: "the event type is not in the contract",
    Rejection.UNSUPPORTED_VERSION: "the contract does not have this version of the type",
    Rejection.MISSING_FIELD: "a required field is not there",
    Rejection.WRONG_TYPE: "a field holds another type of value than the contract says",
    Rejection.OUT_OF_RANGE: "a field's value is outside the range, length or list of values allowed",
    Rejection.EVENT_FROM_FUTURE: "the event happened later than it arrived, by more than the tolerance",
    Rejection.CONFLICTING_DUPLICATE: "the same id of the same tenant and source came before with another body",
}

MESSAGE_BYTES_MAX = 1024 * 1024
DEPTH_MAX = 32
