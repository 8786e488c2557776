"""Reading ``notices.yaml``: every problem at once, each with its line and its remedy."""

from collections.abc import Iterator
from importlib.resources import files

from contract_files.errors import ContractError
from contract_files.hints import did_you_mean
from contract_files.lines import parse_contract
from contract_files.problems import checked
from sla_rules.notices.contract import ROLES, NoticeRules
from sla_rules.sla import SlaContract


class NoticesError(ContractError):
    """The file cannot be used; ``problems`` has one ``file:line: what, and what to do`` each."""


def shipped_notices() -> NoticeRules:
    """The rules that come with the package: everything decided, nothing switched on."""
    return load_notices(files("sla_rules").joinpath("notices.yaml").read_text("utf-8"), source="notices.yaml")


def load_notices(text: str, *, source: str) -> NoticeRules:
    """Reads the file.

    Raises:
        NoticesError: with all problems at once.
    """
    try:
        document = parse_contract(text, source=source)
    except ContractError as error:
        raise NoticesError(error.problems) from error
    if not isinstance(document.value, dict):
        what = (
            "this file is a group of channels, recipients, notices ...; begin with the shipped notices.yaml"
        )
        raise NoticesError([f"{source}:1: {what}"])
    rules, found = checked(document, NoticeRules)
    problems = document.problems(found)
    if rules is None or problems:
        raise NoticesError(problems)
    return rules


def cross_problems(rules: NoticeRules, contract: SlaContract) -> Iterator[str]:
    """What does not fit the agreement: calendars that it lacks, names that stand for nobody. No line numbers."""
    for role in ROLES:
        calendar = rules.recipients.of(role).calendar
        if calendar is not None and calendar not in contract.calendars:
            hint = did_you_mean(calendar, contract.calendars)
            yield f"recipients.{role}: the SLA has no calendar {calendar!r}; {hint}"
    if rules.channels.any and rules.notices.escalation.enabled:
        named = {step.tell: None for one in contract.commitments for step in one.escalation}
        for name in named:
            if rules.recipients.called(name) is None:
                yield (
                    f"recipients: the SLA has {name!r} told of breaches, and nobody is called that; "
                    "add the name under 'called' of a role"
                )
