"""The routing policy as typed values: teams, territories, and who counts as nobody.

Models and what one entry can check about itself. Reading YAML is ``loading.py``; deciding is ``assign.py``.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from sla_rules.definition_values import Country, Identifier, Industry, Many, Part, Region, Text

QUEUE = "queue:"


def _owner(text: str) -> str:
    text = text.strip()
    if text.startswith(QUEUE):
        if not text.removeprefix(QUEUE).strip():
            raise ValueError("names no queue; write queue:<its name in Salesforce>")
        return text
    if "@" not in text:
        raise ValueError(f"{text!r} is neither an e-mail nor queue:<its name in Salesforce>")
    return text.lower()


def _person(text: str) -> str:
    owner = _owner(text)
    if owner.startswith(QUEUE):
        raise ValueError("a queue cannot be a member of a team; name a person by their e-mail in Salesforce")
    return owner


Owner = Annotated[str, AfterValidator(_owner)]
Person = Annotated[str, AfterValidator(_person)]


class Member(Part):
    """One rep of a team.

    Attributes:
        weight: their share is their weight out of the weights of all who are free.
        capacity: with so many open leads they get no more; None is the team's.
    """

    owner: Person
    weight: Annotated[int, Field(ge=1, le=1000)] = 1
    capacity: Annotated[int, Field(ge=0)] | None = None


class Team(Part):
    """Reps among whom leads are shared out.

    Attributes:
        share_by: ``turns`` counts each lead as one; ``score`` counts it as its score, so that all get as much quality.
        capacity: of members who have none of their own.
    """

    share_by: Literal["turns", "score"] = "turns"
    members: Annotated[tuple[Member, ...], Field(strict=False, min_length=1)]
    capacity: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _each_once(self) -> "Team":
        owners = [member.owner for member in self.members]
        if twice := sorted({owner for owner in owners if owners.count(owner) > 1}):
            raise ValueError(f"{', '.join(twice)} is in the team twice; give them a weight instead")
        return self

    def capacity_of(self, member: Member) -> int | None:
        """The most open leads that the member may have; None is any number."""
        return self.capacity if member.capacity is None else member.capacity


class Headcount(Part):
    """A range of employees, both ends included."""

    at_least: Annotated[int, Field(ge=0)] | None = None
    at_most: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Headcount":
        if self.at_least is None and self.at_most is None:
            raise ValueError("give 'at_least', 'at_most' or both")
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:
            raise ValueError("'at_most' is less than 'at_least'; swap them")
        return self


class Territory(Part):
    """Whose leads go to which team: all that is given has to fit, and what is not known of a lead does not.

    Attributes:
        source: the mapping's canonical words of ``lead_source``.
    """

    id: Identifier
    team: Text
    country: Many[Country] | None = None
    region: Many[Region] | None = None
    industry: Many[Industry] | None = None
    employees: Headcount | None = None
    source: Many[Text] | None = None
    stage: Many[Literal["MQL", "SQL"]] | None = None


class RoutingPolicy(Part):
    """Who gets whom at the handoff.

    Attributes:
        enabled: false: Accord assigns nobody.
        intake: owners whose records nobody has taken; the integration user always counts as such.
        keep_hubspot_owner: a person who has an owner in HubSpot that may own Leads keeps them.
        same_company: whoever has somebody of the company gets the next one, too.
        territories: tried in order; the first that fits decides.
        fallback: who gets leads that fit no territory or find nobody free.
    """

    title: Text
    version: Text
    enabled: bool = False
    intake: Annotated[tuple[Owner, ...], Field(strict=False)] = ()
    keep_hubspot_owner: bool = True
    same_company: bool = True
    teams: Annotated[dict[Identifier, Team], Field(min_length=1)]
    territories: Annotated[tuple[Territory, ...], Field(strict=False, min_length=1)]
    fallback: Owner
