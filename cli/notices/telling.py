"""Telling people from the command line: by itself, and at the end of a pass, whose outcome it never changes."""

from collections.abc import Iterator
from contextlib import contextmanager

from cli import session
from cli.console import err, print_json, say
from cli.exits import Exit
from connectors.errors import ConfigError
from passes.notices.tell import tell
from passes.step import StepResult
from passes.workbench import Workbench


def command(*, as_json: bool) -> Exit:
    """Decide and deliver now.

    Raises:
        ConfigError: the rules, or what a channel needs, cannot be used.
    """
    with session.reading() as bench:
        if bench.notices().silent:
            say("No channel is switched on; the file that ACCORD_NOTICES names has them under `channels`.")
            return Exit.NO
        result = tell(bench)
    if as_json:
        print_json(dict(result.figures))
    else:
        say(_words(result))
    return Exit.DONE


@contextmanager
def afterwards(bench: Workbench, *, quiet: bool) -> Iterator[None]:
    """Run a pass inside, and tell people of what came of it, also of its failure."""
    try:
        yield
    finally:
        _tell(bench, quiet=quiet)


def _tell(bench: Workbench, *, quiet: bool) -> None:
    try:
        result = tell(bench)
    except ConfigError as error:
        err.print(f"Nobody was told: {'; '.join(error.problems)}", style="yellow", markup=False)
        return
    if not quiet and (
        result.figures.get("told") or result.figures.get("waiting") or result.figures.get("given up")
    ):
        say(_words(result))
    for finding in result.findings:
        if not finding.holds:
            err.print(f"{finding.name}: {finding.why}", style="yellow", markup=False)


def _words(result: StepResult) -> str:
    figures = {name: int(number) for name, number in result.figures.items()}
    return (
        f"Notices: {figures['told']} sent, {figures.get('waiting', 0)} waiting, "
        f"{figures.get('postponed', 0)} not taken and tried again, {figures.get('given up', 0)} given up."
    )
