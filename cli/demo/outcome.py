"""What the demo shows at its end: where everybody stands, what is held, how the agreement was kept."""

from dataclasses import dataclass

from rich.table import Table

from cli.console import heading, out, say, table
from cli.held import WORDS
from cli.scorecard import show_attainment
from connectors.store import overview
from passes.workbench import Workbench
from sandbox.launch import Sandbox
from sla_rules.metrics.figures import Metrics

_ORDER = ("go-nowhere", "lead", "MQL", "SQL")
_MEANING = {
    "go-nowhere": "students, competitors, junk: never handed over",
    "lead": "known, not yet qualified",
    "MQL": "marketing qualified",
    "SQL": "sales qualified",
}


@dataclass(frozen=True, slots=True)
class Example:
    """One person worth looking at on both sides' record pages."""

    name: str
    email: str
    salesforce_page: str
    hubspot_page: str


def show(bench: Workbench, metrics: Metrics) -> None:
    """Everything that happened, in tables."""
    with bench.store.begin() as connection:
        stages = overview.people_by_stage(connection)
        classes = overview.people_by_class(connection)
        handed_over = overview.handed_over(connection)
        held = overview.held_by_kind(connection)
    heading("People")
    out.print(_people(stages, classes, handed_over))
    heading("Held back, each with its reason")
    rows = [(number, kind.replace("_", " "), WORDS.get(kind, "")) for kind, number in held.items()]
    if rows:
        out.print(table(("Things", "Kind", "Meaning"), rows, right=(0,)))
    else:
        say("nothing")
    heading(f"The agreement, {metrics.period.label}")
    show_attainment(metrics)


def _people(stages: dict[str, int], classes: dict[str, int], handed_over: int) -> Table:
    synced = sum(classes.get(name, 0) for name in ("received", "converted or merged", "from Salesforce"))
    rows: list[tuple[str, int, str]] = [
        ("synced", synced, "in Salesforce and accounted for; conversions and merges followed"),
        *((f"  {name}", stages.get(name, 0), _MEANING[name]) for name in _ORDER),
        ("handed over to sales", handed_over, "since Accord began"),
        *(
            (name, classes.get(name, 0), meaning)
            for name, meaning in (
                ("filtered", "not of a stage that is handed over"),
                ("held", "kept from going over until somebody decides"),
                ("failed", "refused by a side"),
            )
        ),
    ]
    return table(("Class", "How many", "Meaning"), rows, right=(1,))


def example(sandbox: Sandbox, bench: Workbench) -> Example | None:
    """Somebody handed over, with touches, who has a page on both sides; None in a very small world."""
    with bench.store.begin() as connection:
        found = overview.busiest_lead(connection)
        if found is None:
            return None
        return Example(
            name=found.name,
            email=found.email,
            salesforce_page=f"{sandbox.salesforce.pages_url}{found.salesforce_type}/{found.salesforce_id}",
            hubspot_page=f"{sandbox.hubspot.pages_url}contacts/{found.hubspot_id}",
        )
