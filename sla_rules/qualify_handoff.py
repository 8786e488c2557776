"""The minimum of information that sales must receive with a lead.

Here: which agreed fields a person lacks. It never changes the stage (``qualify``): a qualified person without
it is held back from handoff, and the line ``missing`` (``reasons``) says what to ask for.
"""

from collections.abc import Mapping

import polars as pl

from sla_rules.attributes import read_attributes
from sla_rules.definition import LeadDefinition


def minimum_information(definition: LeadDefinition, people: pl.DataFrame) -> pl.DataFrame:
    """Whether sales would receive what was agreed with a lead.

    Args:
        definition: the agreed lead definition.
        people: one row a person, with the columns that ``definition.minimum_information`` names.

    Returns:
        ``person_id``, ``complete`` (Boolean), ``missing_fields`` (texts such as ``email or phone``),
        rows in the order of ``people``.
    """
    needed = lacking(definition, {})
    fields = pl.concat_list(needed).list.drop_nulls() if needed else pl.lit([], pl.List(pl.String))
    frame = information(definition, people)
    return frame.select("person_id", complete=fields.list.len() == 0, missing_fields=fields)


def information(definition: LeadDefinition, people: pl.DataFrame) -> pl.DataFrame:
    """``person_id`` and the fields of the agreed minimum, blanks and fillers as null."""
    names = {name for group in definition.minimum_information for name in group}
    return read_attributes(people, definition.vocabulary, names)


def lacking(definition: LeadDefinition, words: Mapping[str, str]) -> list[pl.Expr]:
    """For each agreed item its name where the person lacks it, else null; ``words`` renames fields."""
    return [
        pl.when(pl.all_horizontal(pl.col(name).is_null() for name in group)).then(
            pl.lit(" or ".join(words.get(name, name) for name in group))
        )
        for group in definition.minimum_information
    ]
