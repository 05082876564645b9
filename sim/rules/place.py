"""Where in a scenario something stands, and what is wrong there."""

from collections.abc import Iterator, Sequence

Path = tuple[str | int, ...]
"""Keys, and places in lists counted from 0."""

Broken = tuple[Path, str]


def dotted(path: Path) -> str:
    """A path as people read it: ``network.facilities.0.kind``."""
    return ".".join(map(str, path))


def repeated(path: Path, key: str, names: Sequence[str]) -> Iterator[Broken]:
    """Entries of a list whose name came before."""
    for i, name in enumerate(names):
        if name in names[:i]:
            yield (*path, i, key), f"'{name}' is there twice, first at {dotted((*path, names.index(name)))}"
