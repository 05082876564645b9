"""What parameters the methods of a DoFn have, looked up once for each class while a stream runs.

The runner of streams makes each DoFn anew for each bundle, and Beam then asks Python for the signature of every method,
five times over to find state in them: three fifths of a stream's CPU time, for the same answers each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from apache_beam.runners.direct import transform_evaluator
from apache_beam.transforms import core, userstate

_ASKED = ((userstate, "get_dofn_specs"), (transform_evaluator, "get_dofn_specs"), (core, "get_function_arguments"))
"""Where Beam asks, and with which functions. They take the object first, and nobody changes what they answer."""
_NOT_OF_CLASS = "_inspect_process"
"""What classes have that wrap a function, which may be another one in each object."""


@contextmanager
def known_signatures() -> Iterator[None]:
    """Let Beam look up each class once."""
    asked = [(module, name, getattr(module, name)) for module, name in _ASKED]
    for module, name, look_up in asked:
        setattr(module, name, _once_for_each_class(look_up))
    try:
        yield
    finally:
        for module, name, look_up in asked:
            setattr(module, name, look_up)


def _once_for_each_class(look_up: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[tuple[Any, ...], Any] = {}

    def of_class(looked_at: Any, *names: str) -> Any:
        key = type(looked_at), *names
        if key in known:
            return known[key]
        found = look_up(looked_at, *names)
        if not hasattr(looked_at, _NOT_OF_CLASS):
            known[key] = found
        return found

    return of_class
