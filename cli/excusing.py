"""``accord sla excuse``, ``revoke``, ``excuses``, ``published``: what people decided of clocks; figures as told."""

from dataclasses import asdict

import sqlalchemy as sa

from cli import session
from cli.console import moment, out, plain, print_json, say, table
from cli.errors import Problem
from cli.errors import show as show_problem
from cli.exits import Exit
from cli.explain.find import find
from cli.naming import names_of
from cli.review.deciding import user_of
from connectors.store import agreement
from passes.agreement import excusing
from passes.agreement.excusing import Excused, ExcuseError
from passes.numbers import measure
from reports import words

_NEXT = "The clock follows in the next pass; published figures stay, and restated ones are shown beside them."


def excuse(who: str, commitment: str, *, reason: str, by: str | None, as_json: bool) -> Exit:
    """Excuse a person's clock."""
    return _decide(who, commitment, reason=reason, by=by, as_json=as_json)


def revoke(who: str, commitment: str, *, by: str | None, as_json: bool) -> Exit:
    """Take an excuse back."""
    return _decide(who, commitment, reason=None, by=by, as_json=as_json)


def _decide(who: str, commitment: str, *, reason: str | None, by: str | None, as_json: bool) -> Exit:
    with session.reading() as bench, bench.alone("excuse") as context:
        try:
            with bench.store.begin() as connection:
                link_id = _one(connection, who)
            user = user_of(by)
            if reason is None:
                made = excusing.revoke(context, link_id, commitment, by=user)
            else:
                made = excusing.excuse(context, link_id, commitment, reason=reason, by=user)
        except ExcuseError as error:
            show_problem(Problem(Exit.NO, "Nothing was decided", (plain(str(error)),), ""))
            return Exit.NO
    _tell(made, revoked=reason is None, by=user, as_json=as_json)
    return Exit.DONE


def _one(connection: sa.Connection, who: str) -> str:
    found = find(connection, who).link_ids
    if len(found) != 1:
        raise ExcuseError(
            f"{who} means several links: {', '.join(found)}; name one of them"
            if found
            else f"nobody is known as {who}; `accord explain` says who could be meant"
        )
    return found[0]


def _tell(made: Excused, *, revoked: bool, by: str, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(made), "revoked": revoked, "by": by})
        return
    done = "The excuse is taken back" if revoked else f"Excused (it was {made.status_before})"
    say(
        f"{done}: {made.commitment} of the handoff of {moment(made.handed_off_at)} UTC, by {plain(by)}. {_NEXT}"
    )


def excuses(*, as_json: bool) -> Exit:
    """Every excuse given, revoked ones too."""
    with session.reading() as bench, bench.store.begin() as connection:
        rows = agreement.all_excuses(connection)
        names = names_of(connection, {row.link_id for row in rows})
    if as_json:
        print_json({"excuses": [dict(row._mapping) for row in rows]})
        return Exit.DONE
    if not rows:
        say("Nobody excused a clock.")
        return Exit.DONE
    head = ("Person", "Commitment", "Handed over", "Excused", "By", "Reason", "Revoked")
    shown = [
        (
            names.get(row.link_id, row.link_id),
            row.commitment,
            moment(row.handed_off_at),
            moment(row.given_at),
            row.given_by,
            row.reason,
            f"{moment(row.revoked_at)} by {row.revoked_by}" if row.revoked_at else "",
        )
        for row in rows
    ]
    out.print(table(head, shown))
    return Exit.DONE


def published(*, as_json: bool) -> Exit:
    """Each published figure, with what it is by today's knowledge for the two newest periods of a kind."""
    with session.reading() as bench:
        context = bench.open("published")
        now_by = {}
        for kind in ("month", "week"):
            figures = measure.compute(context, kind)
            if figures.previous is not None:
                for row in figures.attainment.to_dicts():
                    now_by[kind, figures.previous.start, row["commitment"]] = row["previous_value"]
        with bench.store.begin() as connection:
            rows = agreement.all_published(connection)
    told = [
        {**dict(row._mapping), "restated": now_by.get((row.period, row.period_start, row.commitment))}
        for row in rows
    ]
    if as_json:
        print_json({"published": told})
        return Exit.DONE
    if not told:
        say("No period has ended since Accord measures; nothing is published yet.")
        return Exit.DONE
    head = ("Period", "From", "Commitment", "Published", "Restated", "On")
    shown = [
        (
            row["period"],
            f"{row['period_start']:%Y-%m-%d}",
            row["commitment"],
            words.percent(row["value"]),
            _restated(row["value"], row["restated"]),
            f"{row['published_at']:%Y-%m-%d}",
        )
        for row in told
    ]
    out.print(table(head, shown, right=(3, 4)))
    return Exit.DONE


def _restated(told: float | None, now: float | None) -> str:
    """Periods before the last of their kind are not measured again."""
    if now is None:
        return ""
    return "as published" if now == told else words.percent(now)
