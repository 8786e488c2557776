"""Was this name typed by a hand that only wanted to fill the field?

Rules that hardly any real name breaks, whatever the language: neighbouring keys, a group hammered again and again,
letters that no tongue can say. Only Latin letters are judged; a name in another script is never called random.
"""

import re

from sla_rules.attributes_words import Words, fold

_VOWELS = frozenset("aeiouy")
_ONE_SOUND = re.compile(r"tsch|sch|str|ch|ck|th|ph|sh|cz|sz|rz|dz|dh|kh|zh|gh|bh|ng|nd|st|mc|([^aeiouy])\1")
_HAMMERED = re.compile(r"(.{2,3})\1{2,}|([^aeiouy]{3,4})\2")
_HOME_ROW = frozenset("asdfghjkl")


def typed_at_random(text: str, words: Words) -> bool:
    """Whether a first or a last name was typed at random; ``words.names["keyboard"]`` are runs of keys."""
    return any(_is_mash(word, words.names["keyboard"]) for word in fold(text).split())


def _is_mash(word: str, runs: frozenset[str]) -> bool:
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return False
    if any(run in word for run in runs) or _HAMMERED.fullmatch(word):
        return True
    sounds = _ONE_SOUND.sub("#", word)
    vowels = sum(letter in _VOWELS for letter in sounds)
    if len(sounds) < 5:
        return False
    longest = max(map(len, re.split(r"[aeiouy]", sounds)))
    home = _HOME_ROW.issuperset(sounds)
    return vowels == 0 or longest >= 6 or (home and len(sounds) >= 6 and vowels * 5 <= len(sounds))
