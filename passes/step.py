"""What a step of a pass gives back: figures for people and plots, texts to show, and findings to check.

Nothing here is personal: no names, addresses or values of fields, since schedulers keep and show all of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from passes.context import PassContext


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that should hold after a step.

    Attributes:
        name: stable, ``remainder_is_zero``.
        why: what was found, with the remedy when it does not hold.
        texts: Markdown by title that belongs to it.
        severity: a ``warning`` asks for somebody's decision; the pass itself went well.
        blocking: later steps of the pass must not run when it does not hold.
    """

    name: str
    holds: bool
    why: str
    figures: Mapping[str, float] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    severity: Literal["error", "warning"] = "error"

    @property
    def tolerable(self) -> bool:
        """Whether the pass may be said to have gone well."""
        return self.holds or self.severity == "warning"


@dataclass(frozen=True, slots=True)
class StepResult:
    """The outcome of one step.

    Attributes:
        figures: numbers by name, plotted over time.
        texts: Markdown by title.
        findings: what was checked on the way.
    """

    figures: Mapping[str, float] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


Step = Callable[[PassContext], StepResult]
