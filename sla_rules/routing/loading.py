"""Reading the routing policy from YAML: every problem at once, each with its line and its remedy.

Only text in, policy or problems out; who reads the file is the caller's business.
"""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from contract_files.errors import ContractError
from contract_files.hints import did_you_mean
from contract_files.lines import Finding, parse_contract
from contract_files.problems import checked
from sla_rules.routing.policy import RoutingPolicy

SHIPPED = "sla_rules/routing/routing.yaml"


class RoutingError(ContractError):
    """The policy cannot be used; ``problems`` has one ``file:line: what, and what to do`` each."""


def shipped_routing() -> RoutingPolicy:
    """The policy that comes with the package, which is switched off."""
    text = files("sla_rules.routing").joinpath("routing.yaml").read_text("utf-8")
    return load_routing(text, source=SHIPPED)


def load_routing(text: str, *, source: str) -> RoutingPolicy:
    """Reads a policy.

    Args:
        text: YAML.
        source: the name that messages give (``routing.yaml``).

    Raises:
        RoutingError: with all problems at once.
    """
    try:
        document = parse_contract(text, source=source)
    except ContractError as error:
        raise RoutingError(error.problems) from error
    if not isinstance(document.value, dict):
        what = "a routing policy is a group of title, teams, territories ...; begin with the shipped routing.yaml"
        raise RoutingError([f"{source}:1: {what}"])
    policy, found = checked(document, RoutingPolicy)
    problems = document.problems([*found, *_cross_problems(document.value)])
    if policy is None or problems:
        raise RoutingError(problems)
    return policy


def _cross_problems(value: dict[str, Any]) -> Iterator[Finding]:
    """What only shows when parts are compared; parts of the wrong shape are left to the model."""
    teams, territories = value.get("teams"), value.get("territories")
    if not isinstance(teams, dict) or not isinstance(territories, list):
        return
    seen: set[str] = set()
    for index, part in enumerate(territories):
        if not isinstance(part, dict):
            continue
        team, name = part.get("team"), part.get("id")
        if isinstance(team, str) and team not in teams:
            what = f"no team is called {team!r}; {did_you_mean(team, map(str, teams))}"
            yield ("territories", index, "team"), what
        if isinstance(name, str) and name in seen:
            yield ("territories", index, "id"), f"the territory {name!r} stands twice; give it another name"
        seen.add(str(name))
        if index < len(territories) - 1 and not set(part) - {"id", "team"}:
            what = "fits everybody, so that no territory below it is ever reached; put it last"
            yield ("territories", index, "id"), what
