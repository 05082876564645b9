"""How large a local install is, package by package, who asks for each, and which of them `sim run` ever imports.

Makes a new environment from ``requirements/local.lock`` in a temporary folder, measures it, and runs ``hello`` in it.
The figures of ``docs/decisions/0001-install-size.md`` come from here: ``make size``.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUN = """
import sys
before = set(sys.modules)
from sim.cli import main
status = main(["run", "hello", "--runs", sys.argv[1]])
print("imported", *sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
sys.exit(status)
"""


def install(folder: Path) -> Path:
    """A new environment with the project in it; gives its Python."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", ROOT / "requirements" / "local.lock"], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", ROOT], check=True)
    return python


def imported_by_a_run(python: Path, runs: Path) -> set[str]:
    """The top names of all modules that ``sim run hello`` had imported at its end."""
    done = subprocess.run([python, "-c", RUN, runs], cwd=runs.parent, stdout=subprocess.PIPE, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def size_kib(package: Distribution) -> int:
    paths = [Path(str(package.locate_file(file))) for file in package.files or ()]
    return sum(path.stat().st_size for path in paths if path.is_file()) // 1024


def top_names(package: Distribution) -> set[str]:
    firsts = {file.parts[0] for file in package.files or () if file.suffix in (".py", ".so")}
    return {first.partition(".")[0] for first in firsts} - {".."}


def askers(packages: list[Distribution]) -> dict[str, set[str]]:
    """For each package those that require it, extras apart."""
    found: dict[str, set[str]] = defaultdict(set)
    for package in packages:
        for requirement in package.requires or ():
            if "extra ==" not in requirement:
                found[canonical(re.split(r"[^A-Za-z0-9._-]", requirement)[0])].add(canonical(package.name))
    return found


def because_of(culprit: str, asked: dict[str, set[str]]) -> set[str]:
    """A package, and what nobody asks for but it and what it brought."""
    found = {culprit}
    while more := {name for name, by in asked.items() if by <= found} - found:
        found |= more
    return found


def show(packages: list[Distribution], imported: set[str]) -> None:
    asked = askers(packages)
    beams = because_of("apache-beam", asked)
    of_beam = unused = total = 0
    print(f"{'package':<22}{'MiB':>7}  {'imported':<9}  asked for by")
    for package in packages:
        name, size, used = canonical(package.name), size_kib(package), bool(top_names(package) & imported)
        print(f"{name:<22}{size / 1024:>7.1f}  {'yes' if used else 'no':<9}  {', '.join(sorted(asked[name])) or '-'}")
        total += size
        of_beam += size if name in beams else 0
        unused += size if name in beams and not used else 0
    print(f"{'in all':<22}{total / 1024:>7.1f}")
    print(f"{'only because of Beam':<22}{of_beam / 1024:>7.1f}")
    print(f"{'of these not imported':<22}{unused / 1024:>7.1f}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        python = install(Path(folder) / "venv")
        site = next((Path(folder) / "venv" / "lib").glob("*/site-packages"))
        packages = sorted(distributions(path=[str(site)]), key=size_kib, reverse=True)
        show(packages, imported_by_a_run(python, Path(folder) / "runs"))
        subprocess.run(["du", "-sm", str(Path(folder) / "venv")], check=True)


if __name__ == "__main__":
    main()
