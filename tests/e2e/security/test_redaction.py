"""Secrets are kept nowhere, and people's data only where it belongs: shown by planting both and looking everywhere."""

from collections.abc import Iterator

import pytest

from connectors.retry import Retrier
from sandbox.launch import start_sandbox
from tests.e2e.dagster_business import START
from tests.e2e.security.planted import EMAIL, PERSONAL, Aftermath, everything_logged, spellings, troubled

# Where people's data may be, and why. Everything else in the database must be free of it.
BELONGS = {
    "mirror.fields": "the local copy of what each side says of its people",
    "mirror_keys.key": "the addresses by which a record's other half is found",
    "links.base": "the last agreed value of every field",
    "links.computed": "what Accord computed from them, the objection in the rep's words included",
    "activity_bases.base": "the last agreed value of every field of an activity",
    "activities.detail": "what was visited, asked for, or said",
    "former_activities.detail": "what an activity said before it was edited or deleted",
    "attribute_history.changed": "what people were judged by, as it changed, so that the past can be judged again",
    "judgements.reason": "the one line that both CRMs show, which names the title",
    "dispositions.note": "the objection in the rep's words",
    "journal.changes": "before and after of every write, for history and undo",
    "journal.external_key": "the key by which a record is created once",
    "holds.value": "the value that could not be written",
    "merge_decisions.seen": "what both sides said when a field was decided, for a replay of other rules",
    "merge_decisions.outcome": "what was decided",
    "conflicts.winning_value": "what was kept",
    "conflicts.losing_value": "what was lost, so that it can be restored",
    "documents.body": "the scorecard names those whose promise was broken",
}


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    folder = tmp_path_factory.mktemp("planted")
    with (
        pytest.MonkeyPatch.context() as patch,
        start_sandbox(
            seed=23, people=0, scenario="empty", start=START, frozen=True, search_lag_s=0.0
        ) as sandbox,
        troubled(sandbox, folder) as trouble,
        everything_logged() as records,
    ):
        patch.setitem(Retrier.__init__.__kwdefaults__, "sleep", lambda _seconds: None)
        trouble.live()
        found = trouble.look()
        found.texts["log records"] = "\n".join(records.texts)
        yield found


def test_the_troubles_happened(after: Aftermath) -> None:
    good = {what for what, how in after.statuses.items() if how in {"good", "0"}}
    assert {"approved", "conflict", "scorecard", "setup", "explain", "redacted plan"} <= good
    assert len([what for what in after.statuses if what not in good]) > 15
    assert after.rows["holds.why"]
    assert after.rows["conflicts.losing_value"]
    # The plants are really there, where they belong.
    everywhere = after.where(PERSONAL, after.rows)
    assert {"mirror.fields", "links.base", "journal.changes", "holds.value"} <= set(everywhere)


def test_secrets_are_nowhere(after: Aftermath) -> None:
    words = tuple(form for secret in after.secrets for form in spellings(secret))
    assert after.where(words, after.texts) == {}
    assert after.where(words, after.rows) == {}


def test_peoples_data_is_only_where_it_belongs(after: Aftermath) -> None:
    words = tuple(form for word in PERSONAL for form in spellings(word))
    found = after.where(words, after.rows)
    assert {place: text for place, text in found.items() if place not in BELONGS} == {}


def test_peoples_data_is_in_no_message_log_or_scheduler(after: Aftermath) -> None:
    words = tuple(form for word in PERSONAL for form in spellings(word))
    shown = {place: text for place, text in after.texts.items() if not place.startswith("answer: ")}
    assert after.where(words, shown) == {}
    # A command's answer names people: it is asked for by the admin. These two never do.
    asked = ("answer: redacted plan", "answer: status")
    assert after.where(words, {place: after.texts[place] for place in asked}) == {}


def test_the_scheduler_names_no_staff(after: Aftermath) -> None:
    shown = {
        place: text for place, text in after.texts.items() if place.startswith(("dagster: ", "failure: "))
    }
    assert after.where(after.staff, shown) == {}


@pytest.mark.long
def test_a_run_in_a_process_of_its_own_leaves_nothing_either(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("process")
    with (
        start_sandbox(seed=23, people=0, scenario="empty", start=START, search_lag_s=0.0) as sandbox,
        troubled(sandbox, folder) as trouble,
    ):
        trouble.accord("setup", "setup", "--yes")
        trouble.asks(EMAIL)
        trouble.by_process()
        after = trouble.look()
    assert after.statuses["process"] == "1"
    texts = {place: text for place, text in after.texts.items() if not place.startswith("answer: ")}
    for words in (after.secrets, PERSONAL):
        assert after.where(tuple(form for word in words for form in spellings(word)), texts) == {}
