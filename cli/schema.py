"""``accord schema``: the JSON Schemas of the contracts, as they stand beside the shipped files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import typer
from pydantic import BaseModel

from cli.console import out, say
from cli.exits import Exit
from contract_files.hints import did_you_mean
from contract_files.json_schema import json_schema
from sla_rules.definition import LeadDefinition
from sla_rules.notices.contract import NoticeRules
from sla_rules.routing.policy import RoutingPolicy
from sla_rules.sla import SlaContract
from sync_rules.mapping import Mapping as SyncMapping


@dataclass(frozen=True)
class Kind:
    """A contract that people write: its model, and where the shipped one stands in the repository."""

    title: str
    model: type[BaseModel]
    shipped: Path
    filled_in: tuple[str, ...] = ()

    @property
    def schema_file(self) -> Path:
        """Where its schema stands."""
        return self.shipped.with_suffix(".schema.json")


KINDS: Mapping[str, Kind] = {
    "definition": Kind("Accord: lead definition", LeadDefinition, Path("sla_rules/definition.yaml")),
    "sla": Kind("Accord: service-level agreement", SlaContract, Path("sla_rules/sla.yaml")),
    "notices": Kind("Accord: notices", NoticeRules, Path("sla_rules/notices.yaml")),
    "routing": Kind("Accord: routing policy", RoutingPolicy, Path("sla_rules/routing/routing.yaml")),
    "mapping": Kind("Accord: mapping", SyncMapping, Path("sync_rules/mapping.yaml"), ("name",)),
}


def command(kind: str, file: Path | None) -> Exit:
    """Print the schema of a contract, or write it to a file.

    Raises:
        typer.BadParameter: for an unknown kind, or a file that cannot be written.
    """
    if kind not in KINDS:
        raise typer.BadParameter(f"there is no contract {kind!r}; {did_you_mean(kind, KINDS)}")
    text = schema_text(kind)
    if file is None:
        out.file.write(text)
        return Exit.DONE
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be written ({error.strerror})") from error
    say(f"{file}", whole=True)
    say(f"Put this line at the top of the contract: # yaml-language-server: $schema={file.name}")
    return Exit.DONE


def schema_text(kind: str) -> str:
    """The schema as it stands in the file."""
    one = KINDS[kind]
    schema = json_schema(one.model, title=one.title, filled_in=one.filled_in)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
