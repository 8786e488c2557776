"""Contracts that carry a secret are refused with file and line, and the secret is not repeated."""

import pytest

from contract_files.errors import ContractError
from contract_files.lines import parse_contract
from contract_files.secrets import secret_lines
from imports.mapping import load_mapping as load_import_mapping
from sla_rules.definition_loading import load_definition
from sla_rules.sla_loading import load_sla
from sync_rules.mapping import load_mapping

TOKEN = "pat-eu1-" + "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"  # in two parts: no secret of anybody's


@pytest.mark.parametrize(
    "line",
    [
        f"hubspot_token: {TOKEN}",
        f"note: uses {TOKEN}",
        f"# {TOKEN}",
        "password: hunter2hunter2",
        'client_secret = "hunter2hunter2"',
        "{api_key: 'hunter2hunter2'}",
        "database: postgresql://accord:hunter2hunter2@db/accord",
        "session: 00D5g000004ABCD!AQEAQExampleExample",
        "header: Bearer abcdefghijklmnopqrstuvwxyz",
        "-----BEGIN RSA PRIVATE KEY-----",
        "webhook: https://hooks.slack.com/services/T000/B000/XXXXXXXX",
    ],
)
def test_a_line_with_a_secret_is_found(line: str) -> None:
    assert list(secret_lines(f"version: 1\n{line}\n")) == [2]


@pytest.mark.parametrize(
    "line",
    [
        "label: the secret of a good lead",
        "password: $ACCORD_PASSWORD",
        "token: <your token>",
        "hubspot: password_reset_at, lead: Token__c",
        "page: https://www.acme.example/pricing",
        "secret:",
        "token: no",
    ],
)
def test_other_lines_are_left_alone(line: str) -> None:
    assert list(secret_lines(line)) == []


@pytest.mark.parametrize(
    "load", [load_mapping, load_definition, load_sla, load_import_mapping, parse_contract]
)
def test_every_kind_of_file_is_refused_with_its_line(load) -> None:
    with pytest.raises(ContractError) as refused:
        load(f"version: 1\nx: 2\ntoken: {TOKEN}\nwrong: {TOKEN}\n", source="my.yaml")
    assert [problem.partition(" ")[0] for problem in refused.value.problems] == ["my.yaml:3:", "my.yaml:4:"]
    assert "environment variable" in str(refused.value)
    assert TOKEN not in str(refused.value)
