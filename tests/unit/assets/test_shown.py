"""The numbers and texts that Dagster keeps of a step, and what it says of errors."""

import dagster as dg
import pytest

from assets.failures import failure_of
from assets.options import PlanConfig
from assets.shown import metadata_of, without_addresses
from connectors.errors import (
    AuthError,
    ConfigError,
    MissingPermission,
    OutcomeUnknownError,
    QuotaExhaustedError,
    RetryableError,
)
from connectors.store.lease import LeaseHeldError
from passes.step import StepResult
from sync_rules.mapping import Cap, Caps
from sync_rules.mapping_caps import CapSet

IN_COMMON = ["read", "planned", "written", "held", "failed", "api_calls", "seconds"]


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"Lead read": 3, "Contact read": 4, "Lead changed": 2, "seconds": 0.5}, {"read": 7, "seconds": 0.5}),
        ({"hubspot_api_calls": 3, "salesforce_api_calls": 2}, {"api_calls": 5}),
        (
            {"considered": 9, "writes planned": 4, "held": 2, "held ambiguous": 2},
            {"read": 9, "planned": 4, "held": 2},
        ),
        ({"written": 4, "failed": 1, "written salesforce Lead": 4}, {"written": 4, "failed": 1}),
        ({"person held": 1, "company held": 2}, {"held": 3}),
        ({}, {}),
    ],
)
def test_the_same_numbers_come_first_for_every_asset(
    figures: dict[str, float], expected: dict[str, float]
) -> None:
    shown = metadata_of(StepResult(figures=figures))
    assert list(shown)[: len(IN_COMMON)] == IN_COMMON
    assert {name: shown[name].value for name in IN_COMMON} == {**dict.fromkeys(IN_COMMON, 0), **expected}
    assert all(isinstance(value, dg.IntMetadataValue | dg.FloatMetadataValue) for value in shown.values())


def test_texts_are_markdown_without_addresses() -> None:
    shown = metadata_of(
        StepResult(texts={"reps": r"| ann\.b@acme.example | Bob@Acme.example | ann.b@acme\.example |"})
    )
    assert isinstance(shown["reps"], dg.MarkdownMetadataValue)
    assert shown["reps"].value == "| person 1 | person 2 | person 1 |"


@pytest.mark.parametrize("text", ["no address", "5 @ 3 a.m.", "a@b", "@handle.name"])
def test_what_is_no_address_stays(text: str) -> None:
    assert without_addresses(text) == text


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (RetryableError("hubspot", "POST contacts/search", status=503), "Nothing is lost"),
        (QuotaExhaustedError("salesforce", "GET query", status=403), "after the quota's reset"),
        (AuthError("hubspot", "GET owners", status=401, remedy="Make a new token."), "will not help"),
        (MissingPermission("salesforce", "GET query", status=403), "will not help"),
        (OutcomeUnknownError("salesforce", "PATCH composite"), "before it repeats anything"),
        (
            ConfigError(["ACCORD_HUBSPOT_TOKEN is not set", "ACCORD_SALESFORCE_URL is not set"]),
            "will not help",
        ),
        (LeaseHeldError("another pass is running"), "Nothing was changed"),
    ],
)
def test_failures_say_what_where_and_whether_repeating_helps(error: Exception, verdict: str) -> None:
    failure = failure_of("hubspot_people", error)
    assert failure.allow_retries is False
    assert failure.description is not None
    assert failure.description.startswith("hubspot_people: ")
    assert verdict in failure.description
    assert failure.metadata["kind"].value == type(error).__name__
    for part in getattr(error, "problems", [str(error)]):
        assert part in failure.description


def test_a_failure_names_the_call_and_the_remedy() -> None:
    error = AuthError("hubspot", "GET owners", status=401, remedy="Make a new token.")
    shown = failure_of("hubspot_people", error).metadata
    assert shown["where"].value == "hubspot: GET owners"
    assert shown["remedy"].value == "Make a new token."


class Configured:
    """A context that knows its mapping's caps and nothing else."""

    def __init__(self, caps: Caps) -> None:
        self.mapping = self
        self.caps = caps


@pytest.mark.parametrize(
    ("asked", "object_type", "operation", "limit"),
    [
        ({"max_creates": 5}, "Lead", "create", 5),
        ({"max_creates": 5}, "Account", "create", 5),
        ({"max_creates": 5}, "Lead", "update", 200),
        ({"max_creates": 5}, "Lead", "archive", 0),
        ({"max_creates": 5}, "Account", "update", 7),
        ({"max_updates": 0}, "contacts", "update", 0),
        ({"max_blanks": 3}, "contacts", "blank", 3),
    ],
)
def test_caps_of_the_launchpad_replace_only_what_they_name(
    asked: dict[str, int], object_type: str, operation: str, limit: int
) -> None:
    account = CapSet(create=Cap(absolute=1), update=Cap(absolute=7))
    configured = Caps(create=Cap(absolute=100), update=Cap(absolute=200), objects={"Account": account})
    options = PlanConfig(**asked).ask(Configured(configured))  # type: ignore[arg-type]
    assert options.caps is not None
    assert options.caps.of(object_type, operation)[0].absolute == limit


def test_a_scheduled_pass_keeps_the_mappings_caps() -> None:
    options = PlanConfig().ask(Configured(Caps()))  # type: ignore[arg-type]
    assert options.caps is None
    assert not options.dry_run
    assert not options.approve
