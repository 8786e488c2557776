"""``accord drift``: what changed in the fields and rules of both CRMs, which lines of the mapping, how many records."""

from cli import session
from cli.console import moment, out, plain, print_json, say, table
from cli.exits import Exit
from connectors.store import drift as stored
from passes.reading import drift


def command(*, accept: bool, as_json: bool) -> Exit:
    """List what stands; with ``accept`` take what blocks nothing as it is. Exit ``NO`` while something stands."""
    with session.reading() as bench, bench.store.begin() as connection:
        context = bench.open("drift")
        text = context.contracts.mapping_text
        known = stored.standing(connection)
        accepted = drift.accept(context, connection, known) if accept else 0
        left = stored.standing(connection) if accept else known
    if as_json:
        print_json({"accepted": accepted, "standing": [drift.as_json(one, text) for one in left]})
        return Exit.NO if left else Exit.DONE
    if accept:
        say(f"Accepted {accepted} changes.")
    if not left:
        say("The fields and rules of both CRMs are as the mapping knows them.", style="green")
        return Exit.DONE
    rows = [
        (
            moment(one.found_at),
            f"{one.side} {one.drift.object_type}.{one.drift.target}",
            plain(", ".join(drift.places(one.drift.fields, text))),
            one.drift.what,
            "yes" if one.drift.blocking else "no",
            one.people,
            one.drift.remedy,
        )
        for one in left
    ]
    head = ("Found (UTC)", "Where", "Mapping", "What", "Stops the field", "Records", "What to do")
    out.print(table(head, rows, right=(5,)))
    return Exit.NO
