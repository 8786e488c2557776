"""Read function and seniority from a job title.

One title in, two words out. The vocabulary is in ``tables/titles.yaml``; frames are ``attributes``' business.
"""

from typing import NamedTuple

from sla_rules.attributes_words import Words, fold


class TitleReading(NamedTuple):
    """What a title says; None where it says nothing that we can read."""

    function: str | None
    seniority: str | None


def read_title(title: str, words: Words) -> TitleReading:
    """Function and seniority of one title.

    ``VP Finance`` -> finance, vp. ``Assistant to the CEO`` -> administration, individual: some phrases decide
    alone, else the highest seniority and the first function that the title names count.
    """
    tokens = fold(title).split()
    settled = sorted(int(group) for group in words.decides.find(tokens))
    deciding = next(
        (words.decisions[group] for group in settled if words.decisions[group] != (None, None)), None
    )
    seniority, function = deciding or (None, None)
    if seniority is None:
        levels = set(words.seniority.find(tokens))
        seniority = next((level for level in words.seniority_levels if level in levels), None)
    if function is None:
        functions = words.function.find(tokens)
        function = next((name for name in functions if name != "management"), None) or next(
            iter(functions), None
        )
    return TitleReading(function, seniority)
