"""The words by which attributes are read: titles, industries, countries, mail domains, odd names.

Here: loading the shipped tables, adding a business's own words, folding text so that both compare. Not here:
what is read from a title (``attributes_titles``) or from a whole frame of people (``attributes``).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from contract_files.lines import parse_contract

REGIONS = ("EMEA", "AMER", "APAC")


def fold(text: str) -> str:
    """Lower case, no accents, one space between words: ``Geschäftsführer*in`` -> ``geschaftsfuhrer in``."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[\W_]+", " ", plain.lower().replace("ß", "ss")).split())


@dataclass(frozen=True)
class Phrases:
    """Phrases that stand for values; of overlapping phrases the longer is found.

    Attributes:
        exact: first word -> [(words, value)], the longest first.
        starred: [(literal, at_start, value)], the longest literal first, for ``vertriebs*`` and ``*leiter``.
    """

    exact: Mapping[str, Sequence[tuple[tuple[str, ...], str]]]
    starred: Sequence[tuple[str, bool, str]]

    @classmethod
    def of(cls, table: Mapping[str, Iterable[str]]) -> "Phrases":
        """Build from ``value -> phrases``; a phrase given twice keeps its first value."""
        exact: dict[str, dict[tuple[str, ...], str]] = {}
        starred: dict[tuple[str, bool], str] = {}
        for value, phrases in table.items():
            for phrase in phrases:
                if phrase.startswith("*") or phrase.endswith("*"):
                    starred.setdefault((fold(phrase), phrase.endswith("*")), value)
                else:
                    words = tuple(fold(phrase).split())
                    exact.setdefault(words[0], {}).setdefault(words, value)
        return cls(
            {first: sorted(found.items(), key=lambda pair: -len(pair[0])) for first, found in exact.items()},
            sorted(
                ((text, start, value) for (text, start), value in starred.items()), key=lambda s: -len(s[0])
            ),
        )

    def find(self, words: Sequence[str]) -> list[str]:
        """Values of all phrases in ``words``, in their order; overlapping phrases give the longer one."""
        found: list[str] = []
        position = 0
        while position < len(words):
            word, step = words[position], 1
            for phrase, value in self.exact.get(word, ()):
                if tuple(words[position : position + len(phrase)]) == phrase:
                    found.append(value)
                    step = len(phrase)
                    break
            else:
                for literal, at_start, value in self.starred:
                    if len(word) > len(literal) and (word.startswith if at_start else word.endswith)(literal):
                        found.append(value)
                        break
            position += step
        return found


@dataclass(frozen=True)
class Words:
    """All word tables of one lead definition.

    Attributes:
        decides: phrases that settle a title alone -> index into ``decisions``.
        decisions: (seniority or None, function or None) in order of precedence.
        seniority, function: phrases of titles; ``seniority_levels`` highest first.
        industry: folded name -> our name of the industry.
        country: folded name -> ISO 3166 code; ``region_of``: code -> region.
        personal_mail: domains of private people's mail; ``role_mail``: local parts that are a desk.
        names: kinds ``never``, ``doubtful``, ``whole``, ``keyboard`` -> folded words.
    """

    tables: Mapping[str, Any]
    decides: Phrases
    decisions: Sequence[tuple[str | None, str | None]]
    seniority: Phrases
    seniority_levels: Sequence[str]
    function: Phrases
    function_names: Sequence[str]
    industry: Mapping[str, str]
    industry_names: Sequence[str]
    country: Mapping[str, str]
    region_of: Mapping[str, str]
    personal_mail: frozenset[str]
    role_mail: frozenset[str]
    names: Mapping[str, frozenset[str]]

    @staticmethod
    @cache
    def shipped() -> "Words":
        """The tables of ``sla_rules/tables``."""
        folder = files("sla_rules") / "tables"
        return _build(
            {
                name: parse_contract(
                    (folder / f"{name}.yaml").read_text("utf-8"), source=f"{name}.yaml"
                ).value
                for name in ("titles", "industries", "countries", "mail", "names")
            }
        )

    def values(self, kind: str) -> tuple[str, ...]:
        """What a criterion may name: ``function``, ``seniority``, ``industry``, ``country``, ``region``."""
        return {
            "function": tuple(self.function_names),
            "seniority": (*self.seniority_levels, "student", "none"),
            "industry": tuple(self.industry_names),
            "country": tuple(self.region_of),
            "region": REGIONS,
        }[kind]

    def extended(
        self,
        *,
        functions: Mapping[str, Iterable[str]],
        seniorities: Mapping[str, Iterable[str]],
        industries: Mapping[str, Iterable[str]],
        countries: Mapping[str, Iterable[str]],
        personal_mail: Iterable[str],
    ) -> "Words":
        """These tables with a business's own words, which win over the shipped ones.

        New functions and industries may be named; seniorities and countries must be known ones.
        """
        if not (functions or seniorities or industries or countries or personal_mail):
            return self
        tables = dict(self.tables)
        titles = dict(tables["titles"])
        titles["function"] = _merged(titles["function"], functions)
        titles["seniority"] = _merged(titles["seniority"], seniorities)
        tables["titles"] = titles
        tables["industries"] = _merged(tables["industries"], industries)
        built = _build(tables)
        added = {fold(name): code for code, names in countries.items() for name in names}
        return replace(
            built,
            country={**built.country, **added},
            personal_mail=built.personal_mail | {domain.strip().lower() for domain in personal_mail},
        )


def _merged(shipped: Mapping[str, Iterable[str]], own: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    taken = {fold(word) for words in own.values() for word in words}
    merged = {
        value: [word for word in words if "*" in word or fold(word) not in taken]
        for value, words in shipped.items()
    }
    for value, words in own.items():
        merged[value] = [*words, *merged.get(value, [])]
    return merged


def _build(tables: Mapping[str, Any]) -> Words:
    titles, mail = tables["titles"], tables["mail"]
    regions = tables["countries"]
    country: dict[str, str] = {}
    region_of: dict[str, str] = {}
    for region, codes in regions.items():
        for code, names in codes.items():
            region_of[code] = region
            country.update({fold(name): code for name in (code, *names)})
    decisions = [(group.get("seniority"), group.get("function")) for group in titles["decides"]]
    return Words(
        tables=tables,
        decides=Phrases.of({str(index): group["phrases"] for index, group in enumerate(titles["decides"])}),
        decisions=decisions,
        seniority=Phrases.of(titles["seniority"]),
        seniority_levels=tuple(titles["seniority"]),
        function=Phrases.of(titles["function"]),
        function_names=tuple(titles["function"]),
        industry={
            fold(name): industry
            for industry, names in tables["industries"].items()
            for name in (industry, *names)
        },
        industry_names=tuple(tables["industries"]),
        country=country,
        region_of=region_of,
        personal_mail=frozenset(mail["personal"]),
        role_mail=frozenset(mail["role"]),
        names={
            kind: frozenset(word if kind == "keyboard" else fold(word) for word in words)
            for kind, words in tables["names"].items()
        },
    )
