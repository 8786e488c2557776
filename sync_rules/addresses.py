"""Plain text, e-mail addresses, phone numbers and web domains in one normal form each.

Text in, text out; which field holds what is the mapping's business.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

import phonenumbers


def plain_text(raw: Any) -> str | None:
    """Trimmed NFC text with ``\\n`` line ends; None for blank."""
    if raw is None:
        return None
    text = raw if type(raw) is str else str(raw)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip() or None


def normal_email(raw: Any) -> str | None:
    """An address trimmed and in lower case, or None for blank."""
    text = plain_text(raw)
    return unicodedata.normalize("NFC", text.lower()) if text else None


_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_PHONE_SIGNS = re.compile(r"[0-9+().\-/\s]*")


@lru_cache(maxsize=262_144)
def normal_phone(text: str, region: str | None) -> str:
    """E.164 (with `` x<extension>``) where the number can be one; else its digits; else the text as it is."""
    if _E164.fullmatch(text):
        return text
    if (found := _international(text, region)) is not None:
        return found
    if not _PHONE_SIGNS.fullmatch(text):
        return text
    digits = re.sub(r"[^0-9]", "", text)
    if not digits:
        return text
    digits = f"+{digits}" if text.startswith("+") else digits
    if _E164.fullmatch(digits):
        return digits
    return _international(digits, region) or digits


def phone_as(raw: Any, value: Any, reference: Any) -> Any:
    """``reference`` if ``raw``, dialled from its country, is that number; else ``value``.

    A number without a country code reads differently once the country beside it changes; that is no change of
    the number.
    """
    if value == reference or not isinstance(reference, str) or not reference.startswith("+"):
        return value
    text = plain_text(raw)
    if text is None or text.startswith("+"):
        return value
    region = _region_of(reference)
    return reference if region is not None and normal_phone(text, region) == reference else value


@lru_cache(maxsize=65_536)
def _region_of(international: str) -> str | None:
    try:
        number = phonenumbers.parse(international)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.region_code_for_country_code(number.country_code or 0)


def _international(text: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not _E164.fullmatch(e164):
        return None
    return f"{e164} x{number.extension}" if number.extension else e164


_NOT_HOST = re.compile(r"^[a-z][a-z0-9+.\-]*://|^www\.|[/?#].*$")


def normal_domain(raw: Any) -> str | None:
    """The bare host of a web address or domain in lower case, without ``www.``; None for blank."""
    text = "".join((plain_text(raw) or "").lower().split())
    while (shorter := _NOT_HOST.sub("", text).strip(".")) != text:
        text = shorter
    return text or None
