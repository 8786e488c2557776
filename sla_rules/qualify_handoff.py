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
    items = enumerate(item_names(definition, {}))
    needed = [pl.when(pl.col("lacks") & (1 << place) != 0).then(pl.lit(name)) for place, name in items]
    fields = pl.concat_list(needed).list.drop_nulls() if needed else pl.lit([], pl.List(pl.String))
    frame = information(definition, people).select("person_id", lacks=lacking(definition))
    return frame.select("person_id", complete=pl.col("lacks") == 0, missing_fields=fields)


def information(definition: LeadDefinition, people: pl.DataFrame) -> pl.DataFrame:
    """``person_id`` and the fields of the agreed minimum, blanks and fillers as null."""
    names = {name for group in definition.minimum_information for name in group}
    return read_attributes(people, definition.vocabulary, names)


def lacking(definition: LeadDefinition) -> pl.Expr:
    """Of the columns of ``information``: a mask with bit i set where the i-th agreed item is lacking."""
    nothing = [
        pl.all_horizontal(pl.col(name).is_null() for name in group)
        for group in definition.minimum_information
    ]
    bits = [absent.cast(pl.UInt64) * (1 << place) for place, absent in enumerate(nothing)]
    return pl.sum_horizontal(pl.lit(0, pl.UInt64), *bits)


def item_names(definition: LeadDefinition, words: Mapping[str, str]) -> list[str]:
    """What to call each agreed item: ``email or phone``; ``words`` renames fields."""
    return [" or ".join(words.get(name, name) for name in group) for group in definition.minimum_information]
