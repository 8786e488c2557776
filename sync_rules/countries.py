"""Country names in many spellings and their ISO 3166 codes.

Only the names; which field is a country is the mapping's business.
"""

import unicodedata
from functools import lru_cache

from phonenumbers.geodata.locale import LOCALE_DATA

_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "fi", "cs", "tr")

# What people type that no list of official names has, and names that changed after the list was made.
_ALSO = {
    "US": "usa, united states of america, us of a, america, u s a, u s, estados unidos de america",
    "GB": "uk, great britain, britain, england, scotland, wales, northern ireland, u k, gb uk",
    "DE": "brd, federal republic of germany, bundesrepublik deutschland, deu, ger",
    "NL": "holland, the netherlands, nld, niederlande",
    "AE": "uae, emirates, u a e",
    "CZ": "czech republic, czechia, cze",
    "MK": "north macedonia, macedonia",
    "SZ": "eswatini, swaziland",
    "TR": "turkiye, turkey, tur",
    "KR": "south korea, korea, republic of korea, kor",
    "KP": "north korea",
    "RU": "russia, russian federation, rus",
    "VN": "viet nam, vietnam",
    "HK": "hong kong, hong kong sar",
    "TW": "taiwan, republic of china",
    "CN": "prc, people's republic of china, mainland china, chn",
    "IE": "eire, republic of ireland, irl",
    "CH": "swiss, che, suisse, schweiz, svizzera",
    "CI": "ivory coast, cote d'ivoire",
    "CD": "dr congo, democratic republic of the congo",
    "FR": "fra", "ES": "esp", "IT": "ita", "AT": "aut", "PL": "pol", "SE": "swe", "DK": "dnk", "NO": "nor",
    "FI": "fin", "BE": "bel", "PT": "prt", "CA": "can", "AU": "aus", "NZ": "nzl", "IN": "ind", "JP": "jpn",
    "BR": "bra", "MX": "mex", "ZA": "zaf, rsa", "SG": "sgp", "IL": "isr", "GR": "grc",
}  # fmt: skip

# Where today's English name differs from the list's.
_ENGLISH = {"MK": "North Macedonia", "SZ": "Eswatini", "CZ": "Czechia", "HK": "Hong Kong", "MO": "Macao"}


def _folded(name: str) -> str:
    """Letters and digits only, without accents, single spaces."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())


def _name_in(code: str, language: str) -> str | None:
    names = LOCALE_DATA[code]
    name = names.get(language)
    # "*de" says: as in that language.
    while name is not None and name.startswith("*"):
        name = names.get(name[1:])
    return name or None


def _tables() -> tuple[dict[str, str], dict[str, str]]:
    english: dict[str, str] = {}
    codes: dict[str, str] = {}
    countries = [code for code in LOCALE_DATA if len(code) == 2 and code.isalpha()]
    for code in countries:
        if name := _ENGLISH.get(code) or _name_in(code, "en"):
            english[code] = name
            codes[_folded(code)] = code
    for also in _ALSO.items():
        for alias in also[1].split(","):
            codes[_folded(alias)] = also[0]
    for language in _LANGUAGES:
        for code in english:
            if name := _name_in(code, language):
                codes.setdefault(_folded(name), code)
    for code, name in english.items():
        codes[_folded(name)] = code
    return codes, english


_CODES, _NAMES = _tables()


@lru_cache(maxsize=65_536)
def country_code(text: str) -> str | None:
    """The ISO 3166 alpha-2 code that ``text`` (a code or a name in any of many spellings) means, or None."""
    return _CODES.get(_folded(text))


def country_name(code: str) -> str | None:
    """The English name of an ISO code, or None if there is no such code."""
    return _NAMES.get(code)
