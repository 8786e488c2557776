"""The demo's weeks: the simulated people work, a pass follows, day after day; then two passes of rest."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cli import passing
from cli.console import err, plain
from cli.passing import Passed
from passes.context import PassOptions
from passes.workbench import Workbench
from sandbox.launch import Sandbox

_HOURS = 24
_MOST_SETTLING_PASSES = 4
# A scheduled pass keeps to the caps; an admin who has read the plan may approve what exceeds them.
_APPROVED = PassOptions(approve=True)


@dataclass
class Weeks:
    """What happened so far.

    Attributes:
        acts: what people did, by kind (``calls``, ``marketer_edits``), over all days.
        stopped: passes that the guard stopped and that were then approved.
    """

    passes: list[Passed] = field(default_factory=list)
    acts: Counter[str] = field(default_factory=Counter)
    stopped: int = 0

    @property
    def written(self) -> int:
        """Records written by all passes."""
        return sum(passed.written for passed in self.passes)

    @property
    def failed(self) -> int:
        """Writes refused in all passes."""
        return sum(passed.failed for passed in self.passes)

    @property
    def api_calls(self) -> int:
        """Calls to both sides in all passes."""
        return sum(sum(passed.calls.values()) for passed in self.passes)


def play(sandbox: Sandbox, bench: Workbench, *, days: int) -> Weeks:
    """Let ``days`` days of work happen, each followed by a pass."""
    weeks = Weeks()
    columns = (
        TextColumn("  {task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[said]}", style="dim"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(_day(sandbox.clock.now()), total=days, said="")
        for number in range(1, days + 1):
            report = sandbox.act(_HOURS)
            weeks.acts.update(report.counts)
            passed = _pass(bench, weeks)
            said = f"{sum(report.counts.values())} things done, {passed.written} records written"
            bar.update(task, advance=1, description=_day(sandbox.clock.now()), said=said)
            if not err.is_terminal and (number % 5 == 0 or number == days):
                err.print(f"  day {number} of {days}: {plain(said)}")
    return weeks


def settle(bench: Workbench) -> list[Passed]:
    """Passes until one has nothing to write: what the last day's writes set off on the other side."""
    rest: list[Passed] = []
    while len(rest) < _MOST_SETTLING_PASSES and not (rest and rest[-1].written == 0):
        rest.append(_pass(bench, Weeks()))
    return rest


def _pass(bench: Workbench, weeks: Weeks) -> Passed:
    passed = passing.run(bench, quiet=True)
    if passed.status == "stopped":
        weeks.stopped += 1
        passed = passing.run(bench, _APPROVED, quiet=True)
    weeks.passes.append(passed)
    return passed


def _day(now: datetime) -> str:
    return f"{now:%a %d %b}"
