"""One person's facts as text for a terminal. What is known is ``facts.py``; sentences are ``words.py``."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.rule import Rule
from rich.text import Text

from cli.console import DASH, heading, moment, out, plain, say, short, table
from cli.explain import identity, words
from cli.explain.facts import CriterionLine, Facts
from cli.explain.fields import WHOSE, FieldLine
from connectors.store.journal import JournalRow
from sla_rules.definition import LeadDefinition
from sla_rules.sla import SlaContract
from sync_rules.plan import Conflict
from sync_rules.records import Record

_SIGNS = {"passed": ("✓", "green"), "failed": ("✗", "dim"), "unknown": ("?", "yellow")}
_CLOCK_STYLES = {"met": "green", "breached": "bold red", "pending": "yellow", "excused": "dim"}
_VALUE = 44
_WRITTEN = 40


def show(facts: Facts, definition: LeadDefinition, contract: SlaContract) -> None:
    """Print everything about the person."""
    out.print(Rule(Text(plain(facts.name), style="bold"), align="left"))
    person = facts.person
    _record("HubSpot", person.hubspot, person.row.link.hubspot_id)
    _record("Salesforce", person.salesforce, person.row.link.salesforce_id)
    say(words.linked(facts))
    heading("Is this person syncing?")
    for line in words.syncing(facts):
        say(f"  {line}")
    identity.show(facts.identity)
    show_fields(facts.fields)
    _stage(facts, definition)
    _clocks(facts, contract)
    show_held(facts.holds)
    show_history(facts.conflicts, facts.writes, "person")


def _record(side: str, record: Record | None, record_id: str | None) -> None:
    if record is None:
        say(f"{side:<11} no record")
        return
    fields = record.fields
    told = [fields.get(name) for name in ("email", "Email", "jobtitle", "Title", "company", "Company")]
    gone = "  DELETED" if record.deleted else ""
    converted = "  converted" if fields.get("IsConverted") else ""
    about = ", ".join(plain(value) for value in told if value)
    changed = moment(record.modified_at)
    say(f"{side:<11} {record.object_type} {record_id}: {about}; changed {changed} UTC{gone}{converted}")


def show_fields(lines: Iterable[FieldLine]) -> None:
    """Every field with what each side says and what comes next."""
    heading("Fields: what each side says, what was agreed, whose word counts")
    rows = [
        (
            line.name,
            short(plain(line.hubspot), _VALUE),
            short(plain(line.salesforce), _VALUE),
            short(plain(line.base), _VALUE),
            WHOSE.get(line.rule, line.rule),
            Text(plain(line.state), style="dim" if line.calm else "yellow"),
        )
        for line in lines
    ]
    out.print(table(("Field", "HubSpot", "Salesforce", "Agreed", "Whose word counts", "State"), rows))


def _stage(facts: Facts, definition: LeadDefinition) -> None:
    heading(f"Stage, by {definition.title}, version {definition.version}")
    judged = facts.judgement
    if judged is None:
        say("  Not judged yet.")
        return
    say(f"  {judged['reason']}")
    if judged["missing"]:
        say(f"  Missing: {judged['missing']}")
    if judged["next_change_at"] is not None:
        say(f"  Can change by itself at {moment(judged['next_change_at'])} UTC.")
    if judged["definition_version"] != definition.version:
        say(
            f"  Judged by version {judged['definition_version']}; the next pass judges again.", style="yellow"
        )
    out.print(
        table(("", "Points", "Criterion", "Kind"), (_criterion(line) for line in facts.criteria), right=(1,))
    )
    moves = [
        f"{row['previous_stage'] or DASH} → {row['stage']} on {moment(row['at'])}" for row in facts.history
    ]
    if moves:
        say(f"  Stages so far: {'; '.join(moves)}")


def _criterion(line: CriterionLine) -> tuple[Text, str, Text, str]:
    sign, style = _SIGNS.get(line.verdict, ("–", "dim"))
    return (
        Text(sign, style=style),
        f"{line.points:+d}" if line.points else "",
        Text(line.label, style=style),
        line.section,
    )


def _clocks(facts: Facts, contract: SlaContract) -> None:
    heading("The agreement: handoffs and clocks (UTC)")
    for handoff in facts.handoffs:
        if handoff["confirmed"]:
            say(
                f"  Handed over as {handoff['stage']} on {moment(handoff['handed_off_at'])} to "
                f"{plain(handoff['owner'])}, source {plain(handoff['source'])}."
            )
        else:
            say(f"  To be handed over as {handoff['stage']} once they are in Salesforce.")
    if facts.assignment is not None:
        say(f"  {words.assigned(facts.assignment)}")
    if not facts.clocks:
        say("  No clock runs: this person has not been handed over.")
        return
    promises: Mapping[str, str] = {item.id: item.promise for item in contract.commitments}
    rows = [
        (
            Text(clock["status"], style=_CLOCK_STYLES.get(clock["status"], "")),
            promises.get(clock["commitment"], clock["commitment"]),
            clock["owner"],
            moment(clock["started_at"]),
            moment(clock["due_at"]),
            moment(clock["stopped_at"]),
            clock["why"],
        )
        for clock in facts.clocks
    ]
    out.print(table(("Clock", "Promise", "Owner", "Started", "Due", "Stopped", "Why"), rows))


def show_held(held: Sequence[Any]) -> None:
    """What is held, since when, and what to do."""
    if not held:
        return
    heading("Held")
    rows = [
        (
            moment(hold.first_seen_at),
            f"{hold.side} {hold.object_type}",
            hold.field or "(record)",
            hold.why,
            hold.remedy,
        )
        for hold in held
    ]
    out.print(table(("Since (UTC)", "Where", "Field", "Why", "What to do"), rows))


def show_history(conflicts: Sequence[Conflict], writes: Sequence[JournalRow], what: str) -> None:
    """Values that lost, and the last writes; ``what`` is a person or a company."""
    if conflicts:
        heading("Values lost when both sides had changed")
        lost = [
            (
                one.field,
                one.winner,
                short(plain(one.winning_value), _VALUE),
                short(plain(one.losing_value), _VALUE),
                moment(one.losing_at),
                one.why,
            )
            for one in conflicts
        ]
        out.print(table(("Field", "Winner", "Kept", "Lost", "Set at (UTC)", "Why"), lost))
    heading("Last writes")
    rows = [
        (
            moment(row.settled_at),
            f"{row.write.side} {row.write.object_type} {row.write.operation}",
            row.state if row.state == "done" else f"{row.state}: {row.code}",
            short(plain(change.name), _VALUE),
            short(plain(change.before), _VALUE),
            short(plain(change.after), _VALUE),
            "computed by Accord" if change.rule == "accord" else short(plain(change.why), _VALUE),
        )
        for row in writes
        for change in row.write.changes
    ]
    if rows:
        out.print(
            table(("At (UTC)", "Where", "Outcome", "Field", "Before", "After", "Why"), rows[-_WRITTEN:])
        )
    else:
        say(f"  Accord has written nothing for this {what}.")
