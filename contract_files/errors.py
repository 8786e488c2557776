"""The error that a contract raises. Each kind of contract derives its own from it, beside its loader."""

from collections.abc import Iterable


class ContractError(ValueError):
    """A contract cannot be used. ``problems`` holds every ``file:line: what, and what to do``."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))
