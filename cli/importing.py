"""``accord import``: loads a list of people into HubSpot. What rows become is ``imports``' business."""

from collections.abc import Sequence
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from cli.console import err, out, print_json, table
from cli.errors import FileRefusedError
from cli.exits import Exit
from cli.forget.command import erased_addresses
from dagster_project.settings import load_settings
from dagster_project.workbench import make_hubspot
from imports import showing
from imports.load import load
from imports.plan import ImportPlan, ImportRefusedError, plan_import
from imports.properties import create_properties
from imports.report import ImportReport


def command(
    file: Path, mapping: Path, *, create: bool, check: bool, refused: Path | None, as_json: bool
) -> Exit:
    """Load the file, or with ``check`` only say what would be loaded.

    Raises:
        FileRefusedError: the file or its mapping cannot be used; nothing was written.
    """
    try:
        erased = erased_addresses(load_settings())
        plan = plan_import(file, mapping, is_erased=lambda email: erased.of_email(email) is not None)
        if check:
            return _check(plan, refused, as_json=as_json)
        report = _load(plan, create=create)
    except ImportRefusedError as error:
        raise FileRefusedError(error.problems) from error
    _write_refused(report, refused)
    if as_json:
        print_json(showing.report_json(report))
    else:
        _show(showing.report_tables(report))
    return Exit.DONE if report.stopped is None else Exit.UNREACHABLE


def _check(plan: ImportPlan, refused: Path | None, *, as_json: bool) -> Exit:
    _write_refused(plan, refused)
    if as_json:
        print_json(showing.plan_json(plan))
    else:
        _show(showing.plan_tables(plan))
    return Exit.CONFIG if plan.problems else Exit.DONE


def _load(plan: ImportPlan, *, create: bool) -> ImportReport:
    gateway = make_hubspot(load_settings())
    if plan.problems:
        raise ImportRefusedError(list(plan.problems))
    if create:
        with err.status("adding contact properties"):
            added = create_properties(plan.mapping, gateway)
        if added:
            err.print(f"Added {len(added)} contact properties.")
    columns = (TextColumn("loading"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("loading", total=plan.rows)
        return load(plan, gateway, progress=lambda rows: bar.update(task, completed=rows))


def _write_refused(found: ImportPlan | ImportReport, path: Path | None) -> None:
    if path is None:
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        number = showing.write_refused(found, file)
    err.print(f"{number} refused rows are in {path}.", markup=False)


def _show(tables: Sequence[showing.Table]) -> None:
    for one in tables:
        right = range(1, len(one.columns)) if one.columns[-1] == "how many" else ()
        out.print(table(one.columns, one.rows, title=one.title, right=right))
