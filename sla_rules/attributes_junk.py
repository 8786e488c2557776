"""Is this an address, a number, a name at all? One value in, one finding out.

Syntax of mail is email-validator's, throw-away providers are disposable-email-domains', numbers are
phonenumbers'. Only the rules for odd names are ours; those for names typed at random are ``attributes_mash``'s.
Nothing here asks the network.
"""

import re
from enum import IntEnum

import phonenumbers
from disposable_email_domains import blocklist
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from sla_rules.attributes_words import Words, fold

_EVERYDAY_DOMAIN = re.compile(r"(?:(?=[^.]{1,60}\.)[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,60}")
_RESERVED_ENDINGS = frozenset(name.rsplit(".", 1)[-1] for name in SPECIAL_USE_DOMAIN_NAMES)


class NameKind(IntEnum):
    """What one part of a name looks like; ordered, so that two parts can be compared."""

    MISSING = 0
    FINE = 1
    DOUBTFUL = 2
    NEVER = 3


def email_is_malformed(address: str) -> bool:
    """Whether no mailbox can have this address, judged by its form alone."""
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return True
    return False


def is_plain_domain(domain: str) -> bool:
    """Whether any short plain local part makes a well-formed address at this domain (lower case).

    Most domains are of the everyday form, which needs no closer look: email-validator takes 36 µs for each.
    """
    if len(domain) > 180 or not domain.isascii():
        return False
    if _EVERYDAY_DOMAIN.fullmatch(domain) and domain.rsplit(".", 1)[1] not in _RESERVED_ENDINGS:
        return True
    return not email_is_malformed(f"a@{domain}")


def is_disposable(domain: str) -> bool:
    """Whether the domain, or one above it, belongs to a provider of throw-away addresses."""
    labels = domain.rstrip(".").split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))


def phone_is_valid(text: str, country: str | None) -> bool | None:
    """Whether the number can exist. None when it has no country code and the country is unknown."""
    if country is None and not re.match(r"\s*(?:\+|00)", text):
        return None
    text = re.sub(r"^\s*00", "+", text)
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, country))
    except phonenumbers.NumberParseException:
        return False


def name_kind(text: str, words: Words) -> NameKind:
    """What a first or a last name looks like. Signs without letters or digits (``-``, ``.``) say nothing."""
    name = fold(text)
    if not name or name == "not provided":
        return NameKind.MISSING
    letters = name.replace(" ", "")
    if (
        name in words.names["never"]
        or letters.isdigit()
        or (len(letters) >= 3 and len(set(letters)) == 1)
        or re.search(r"https?:|www\.", text.lower())
    ):
        return NameKind.NEVER
    return NameKind.DOUBTFUL if name in words.names["doubtful"] else NameKind.FINE
