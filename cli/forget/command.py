"""``accord forget``: shows what an erasure would delete, asks, carries it out, and gives a certificate."""

import getpass
from pathlib import Path
from typing import Any

import orjson
import typer

from cli import session
from cli.console import err, heading, note, out, print_json, say, table
from cli.errors import FileRefusedError
from cli.exits import Exit
from cli.explain.find import find
from connectors.errors import ConfigError
from connectors.store import erasures
from dagster_project.settings import Settings
from passes import forget
from passes.workbench import Workbench
from reports.erasure import Certificate, certificate_json, certificate_text
from sync_rules.addresses import normal_email


def command(
    who: str | None,
    *,
    again: bool,
    lift: str | None,
    yes: bool,
    reference: str | None,
    by: str | None,
    certificate: Path | None,
    as_json: bool,
) -> Exit:
    """Erase one person, or everybody erased who came in again; or let one in again."""
    if (who is not None) + again + (lift is not None) != 1:
        raise typer.BadParameter("give one of PERSON, --again and --lift")
    with session.syncing() as bench:
        if lift is not None:
            return _lift(bench, lift, as_json=as_json)
        with bench.store.begin() as connection:
            begun = [row.erasure_id for row in erasures.unfinished(connection)]
            mine = forget.erasure_of(connection, who, now=bench.clock()) if who is not None else None
        made = [_resumed(bench, one, as_json) for one in begun if again or one == mine]
        if again or not made:
            asked = _asked(bench, who)
            if not asked.records and not made:
                return _nobody(who, mine)
            if asked.records:
                if not as_json:
                    _show(asked)
                if not yes:
                    typer.confirm("Erase this for good?", abort=True, err=True)
                requested_by = by or getpass.getuser()
                with err.status("erasing on both sides, then here"):
                    made.append(
                        forget.carry_out(bench, asked, requested_by=requested_by, reference=reference)
                    )
        for one in made:
            _tell(one, certificate, as_json=as_json)
        return Exit.DONE


def _resumed(bench: Workbench, erasure_id: str, as_json: bool) -> Certificate:
    if not as_json:
        say(f"The erasure {erasure_id} was interrupted; it goes on.")
    with err.status("erasing on both sides, then here"):
        return forget.resume(bench, erasure_id)


def _asked(bench: Workbench, who: str | None) -> forget.Survey:
    context = bench.open("forget")
    with bench.store.begin() as connection:
        if who is None:
            keys = list(forget.came_again(connection))
            link_ids: tuple[str, ...] = ()
        else:
            found = find(connection, who)
            keys = [(record.side, record.object_type, record.id) for record in found.unlinked]
            link_ids = found.link_ids
    email = normal_email(who) if who is not None and "@" in who else None
    return forget.survey(context, link_ids, keys, email)


def _nobody(who: str | None, erasure_id: str | None) -> Exit:
    if who is None:
        say("Nobody who was erased has come in again.", style="green")
        return Exit.DONE
    if erasure_id is not None:
        say(f"This person was erased already ({erasure_id}); nothing of them is on either side.")
        return Exit.DONE
    say("Nobody is known by that, on either side or here.", style="yellow")
    return Exit.NO


def _show(asked: forget.Survey) -> None:
    say("To be erased for good, on both sides and here:", style="bold")
    rows = [(*name.split(" "), number) for name, number in asked.counts().items()]
    out.print(table(("Side", "Object", "Records"), rows, right=(2,)))
    for side, object_type, record_id in asked.records:
        if object_type in ("contacts", "Lead", "Contact"):
            say(f"  {side} {object_type} {record_id}")
    if asked.shared:
        note(f"{asked.shared} activities name other people as well; they stay.")
    if not asked.emails:
        note(
            "No address of their own is known, so that only their records' ids stop them from coming in again."
        )


def _tell(made: Certificate, path: Path | None, *, as_json: bool) -> None:
    if path is not None:
        path.write_text(certificate_json(made) + "\n", encoding="utf-8")
        path.with_suffix(".txt").write_text(certificate_text(made), encoding="utf-8")
    if as_json:
        print_json(orjson.loads(certificate_json(made)))
        return
    heading("Erased")
    say(certificate_text(made), whole=True)
    if path is not None:
        note(f"The certificate is in {path} and {path.with_suffix('.txt')}, and in Accord's documents.")


def _lift(bench: Workbench, name: str, *, as_json: bool) -> Exit:
    erasure_id = _erasure_id(name)
    with bench.store.begin() as connection:
        row = erasures.row_of(connection, erasure_id)
    if row is None or row.state != "done":
        say(f"There is no finished erasure {erasure_id}.", style="yellow")
        return Exit.NO
    number = forget.lift(bench, erasure_id)
    if as_json:
        print_json({"lifted": erasure_id, "records_let_in": number})
    else:
        say(f"Lifted {erasure_id}: {number} records that came in meanwhile sync again with the next pass.")
        note(
            "HubSpot keeps its own list of erased addresses; ask its support, or have the person fill in a form."
        )
    return Exit.DONE


def _erasure_id(name: str) -> str:
    """The id on a certificate: given itself, or by the certificate's JSON file."""
    path = Path(name)
    if name.startswith(forget.PREFIX) or not path.exists():
        return name
    try:
        body: Any = orjson.loads(path.read_bytes())
        return str(body["erasure_id"])
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise FileRefusedError(
            [f"{path}: is no certificate of an erasure; give the JSON file, or its id"]
        ) from error


def erased_addresses(settings: Settings) -> erasures.Erased:
    """Whom an import must not load; nobody, where there is no database yet."""
    try:
        session.require_database(settings)
    except ConfigError:
        return erasures.NOBODY
    with session.reading(settings) as bench, bench.store.begin() as connection:
        return erasures.load(connection, now=bench.clock())
