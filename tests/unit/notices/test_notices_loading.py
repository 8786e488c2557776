"""The file of notices: what ships tells nobody, mistakes are named together with line and remedy."""

import pytest

from contract_files.errors import ContractError
from sla_rules.notices.contract import ROLES
from sla_rules.notices.loading import cross_problems, load_notices, shipped_notices
from sla_rules.sla_loading import shipped_sla


def problems(text: str) -> list[str]:
    with pytest.raises(ContractError) as error:
        load_notices(text, source="n.yaml")
    return error.value.problems


def test_what_ships_fits_the_shipped_agreement_and_tells_nobody() -> None:
    rules = shipped_notices()
    assert not rules.channels.any
    on = load_notices("channels: {slack: {enabled: true}}", source="n.yaml")
    lacking = list(cross_problems(on, shipped_sla()))
    assert [line.partition(":")[0] for line in lacking] == ["recipients"] * len(lacking)
    full = rules.model_copy(update={"channels": on.channels})
    assert list(cross_problems(full, shipped_sla())) == []


def test_a_kind_that_is_half_written_keeps_its_usual_recipients() -> None:
    rules = load_notices("notices: {due: {by: [email]}, breach: {enabled: false}}", source="n.yaml")
    assert rules.notices.told("due") == ("owner",)
    assert rules.notices.told("breach") == ()


def test_every_mistake_is_named_with_its_line() -> None:
    found = problems(
        "channels:\n"
        "  email: {enabled: true, host: smtp.example.com}\n"
        "recipients:\n"
        "  manager: {called: [Boss], addresses: [nobody]}\n"
        "  admin: {called: [boss]}\n"
        "notices:\n"
        "  hot_leads: {tell: [owner]}\n"
        "tell_within: 2 business days\n"
        "without_owner: owner\n"
    )
    lines = [problem.split(":")[1] for problem in found]
    assert set(lines) >= {"2", "4", "7", "8"}
    assert any("did you mean 'hot_lead'" in problem.lower() for problem in found)


@pytest.mark.parametrize(
    "text",
    [
        "channels: {email: {password: hunter2-hunter2}}",
        "# https://hooks.slack.com/services/T0/B0/abcdefgh\nx: 1",
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(text: str) -> None:
    (found, *_) = problems(text)
    assert "secret" in found
    assert "hunter2" not in found
    assert "abcdefgh" not in found


def test_names_and_calendars_must_be_the_agreements() -> None:
    rules = load_notices(
        "channels: {slack: {enabled: true}}\nrecipients: {manager: {calendar: offise, called: [Head of Sales]}}",
        source="n.yaml",
    )
    found = list(cross_problems(rules, shipped_sla()))
    assert any("'offise'" in problem and "office" in problem for problem in found)
    assert any("'Head of Marketing'" in problem for problem in found)
    assert rules.recipients.called("THE OWNER") == "owner"
    assert [rules.recipients.addresses(role) for role in ROLES] == [()] * 4


@pytest.mark.parametrize(
    "address", ["a b@c.example", "a@c.example, d@e.example", "x", "<a@b.example>", "a@b\nBcc: c@d"]
)
def test_an_address_is_one_plain_address(address: str) -> None:
    assert problems(f"recipients: {{admin: {{addresses: [{address!r}]}}}}".replace("'", '"'))
