"""The ``sim`` command: parse, call, print, exit. The only place that catches, and the only one that says anything."""

from __future__ import annotations

import sys
import traceback
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from backends.interface import BackendError
from pipeline.token_key import TokenKeyError
from sim.arguments import parse
from sim.disk import room_in, writable
from sim.errors import UsageError, unknown
from sim.exit_status import ExitStatus
from sim.interrupt import keyboard_interrupt
from sim.output import OutputError, be_heard, give_up, tell
from sim.run_folder import RunFolder
from sim.scenario import Scenario
from sim.scenario_file import load, load_either
from sim.scenario_schema import network_schema, scenario_schema
from sim.shipped import find_scenario, shipped_scenarios, start_scenario


def _run(given: Namespace) -> ExitStatus:
    scenario = _scenario(given)
    runs = writable(given.runs)
    from sim import run  # Beam takes seconds to import, and few commands need it
    from sim.report import terminal

    with room_in(runs):
        verdict = run.run(scenario, runs, given.mutant, tell, given.workers, given.mode)
    tell(terminal.render(verdict))
    return ExitStatus(verdict.exit_code)


def _scenario(given: Namespace) -> Scenario:
    scenario = load(find_scenario(given.scenario))
    return scenario if given.seed is None else msgspec.structs.replace(scenario, seed=given.seed)


def _generate(given: Namespace) -> ExitStatus:
    scenario = _scenario(given)
    if given.sample:
        return _sample(scenario, given)
    if given.out is None:
        raise UsageError("--out DIR is missing: where to write; or --sample N for a look")
    from sim.checks import world
    from sim.checks.verdict import Outcome
    from sim.generation.into_folder import empty_folder, fill
    from sim.generation.options import options

    how = options(scenario, given.workers, given.limit, given.speed, given.backfill)
    folder = empty_folder(writable(given.out))
    with room_in(folder.path), keyboard_interrupt():
        fill(folder, scenario, how, tell)
        possible = world.check(folder.path, scenario)
    tell(f"world   {possible.note or f'possible: all {possible.compared} invariants hold'}")
    if possible.outcome is Outcome.PASS:
        tell(f"wrote {folder.path}\nnext: sim describe {folder.path}\n  or: {_process_command(folder)}")
    return ExitStatus(possible.outcome.value)


def _process_command(folder: RunFolder) -> str:
    """What runs the pipeline on a generated folder."""
    return (
        f"python -m pipeline run --log {folder.log} --reference {folder.truth / 'reference'} "
        f"--warehouse {folder.warehouse}, with a key in SIM_PII_KEY"
    )


def _sample(scenario: Scenario, given: Namespace) -> ExitStatus:
    others = {"--out": given.out, "--limit": given.limit, "--speed": given.speed, "--backfill": given.backfill.us}
    for name in (name for name, value in others.items() if value):
        raise UsageError(f"--sample N writes nothing, and does not go with {name}")
    from sim.generation.sample import sample

    with keyboard_interrupt():
        for line in sample(scenario, given.sample):
            tell(line)
    return ExitStatus.PASS


def _describe(given: Namespace) -> ExitStatus:
    folder = _run_folder(given.run, given.runs)
    from sim.report.describe import describe

    with room_in(writable(folder)):
        tell(describe(RunFolder(folder)))
    return ExitStatus.PASS


def _check(given: Namespace) -> ExitStatus:
    folder = _run_folder(given.run, given.runs)
    from sim import run
    from sim.report import terminal

    with room_in(folder):
        verdict = run.check(folder)
    tell(terminal.render(verdict))
    return ExitStatus(verdict.exit_code)


def _runs(given: Namespace) -> ExitStatus:
    from sim import run
    from sim.report.columns import aligned

    found = run.runs(given.runs)
    told = aligned([("run", "scenario", "seed", "state", "verdict"), *found])
    tell("\n".join(told) if found else f"no runs in {given.runs}; `sim run hello` makes one")
    return ExitStatus.PASS


def _list(_: Namespace) -> ExitStatus:
    shipped = shipped_scenarios()
    width = max(map(len, shipped))
    for name, path in shipped.items():
        tell(f"{name:<{width}}  {load(path).description}\n{'':<{width}}  {path}")
    return ExitStatus.PASS


def _validate(given: Namespace) -> ExitStatus:
    status = ExitStatus.PASS
    for file in given.files:
        try:
            found = load_either(find_scenario(file))
        except UsageError as error:
            print(error, file=sys.stderr)
            status = ExitStatus.USAGE
        else:
            what = f"scenario '{found.name}'" if isinstance(found, Scenario) else "a network"
            tell(f"{file}: good: {what}")
    return status


def _schema(given: Namespace) -> ExitStatus:
    tell(network_schema() if given.of == "network" else scenario_schema(), end="")
    return ExitStatus.PASS


def _init(given: Namespace) -> ExitStatus:
    for path in start_scenario(given.folder):
        tell(f"wrote {path}")
    tell(f"next: sim run {given.folder / 'scenario.yaml'}")
    return ExitStatus.PASS


_COMMANDS: Mapping[str, Callable[[Namespace], ExitStatus]] = {
    "run": _run,
    "generate": _generate,
    "describe": _describe,
    "check": _check,
    "runs": _runs,
    "list": _list,
    "validate": _validate,
    "schema": _schema,
    "init": _init,
}

_STOPPED: Mapping[str, str] = {
    "run": "; the next run starts in a new folder",
    "generate": "; the folder can be given again",
    "check": "; nothing was changed",
}


def _run_folder(given: str, runs_folder: Path) -> Path:
    for path in (Path(given), runs_folder / given):
        if path.is_dir():
            return path
    ids = sorted(path.parent.name for path in runs_folder.glob("*/run.json"))
    raise UsageError(unknown("run", given, ids) if ids else f"no run '{given}', and none at all in {runs_folder}")


def main(given: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status. A person's mistake gets a sentence, a crash its traceback as well."""
    be_heard()
    command = ""
    try:
        arguments = parse(sys.argv[1:] if given is None else given)
        command = arguments.command
        return _COMMANDS[command](arguments)
    except (UsageError, TokenKeyError) as error:
        return _ended(ExitStatus.USAGE, str(error))
    except BackendError as error:
        return _ended(ExitStatus.UNKNOWN, f"nothing is proven: {error}")
    except OutputError as error:
        give_up()
        return _ended(ExitStatus.UNKNOWN, str(error))
    except KeyboardInterrupt:
        return _ended(ExitStatus.INTERRUPTED, f"\nstopped by Ctrl-C{_STOPPED.get(command, '')}")
    except BrokenPipeError:
        give_up()
        return ExitStatus.UNHEARD
    except Exception as error:  # noqa: BLE001 (the last one to hear of it)
        traceback.print_exc()
        crashed = f"sim crashed, and nothing is proven: {type(error).__name__}: {error}"
        return _ended(ExitStatus.CRASH, crashed)


def _ended(status: ExitStatus, why: str) -> ExitStatus:
    print(why, file=sys.stderr)
    return status
