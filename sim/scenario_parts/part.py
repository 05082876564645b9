"""What all parts of a scenario share: they are immutable, and strict about their keys."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Id = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$", description="up to 32 letters, digits, _ and -, as in BER-2"),
]
Count = Annotated[int, Meta(ge=1)]
Factor = Annotated[float, Meta(gt=0, le=100)]
"""How many times the usual."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a scenario."""
