"""The keys by which a record can be found to be somebody already known.

Keys only: which of several matches is right is ``identity.py``.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

from sync_rules.addresses import normal_domain, normal_email, normal_phone, plain_text
from sync_rules.countries import country_code
from sync_rules.external_ids import HUBSPOT_ID_IN, SALESFORCE_ID_PROPERTY, id18
from sync_rules.free_mail import FREE_MAIL_DOMAINS
from sync_rules.mapping_model import Mapping
from sync_rules.records import Record

KeyKind = Literal[
    "hubspot_id", "lead_id", "contact_id", "account_id", "email", "former_email", "domain", "name_country",
    "phone_last_name",
]  # fmt: skip
Key = tuple[KeyKind, str]

_OWN_ID: dict[str, KeyKind] = {
    "contacts": "hubspot_id", "companies": "hubspot_id",
    "Lead": "lead_id", "Contact": "contact_id", "Account": "account_id",
}  # fmt: skip
_LEGAL_FORMS = frozenset({
    "ab", "ag", "and", "as", "bv", "co", "company", "corp", "corporation", "gmbh", "group", "holding",
    "inc", "incorporated", "kg", "limited", "llc", "llp", "ltd", "mbh", "nv", "oy", "plc", "pte", "pty",
    "sa", "sarl", "sas", "se", "spa", "srl", "the", "und",
})  # fmt: skip


def keys_of(record: Record, mapping: Mapping) -> list[Key]:
    """Every key of a contact, Lead, Contact, company or Account, strongest kind first, none twice.

    Its own id and those of the HubSpot records that were merged into it, the ids of the other side that it
    carries, its e-mails (HubSpot's additional ones too), a company's domain and its name with country. Index
    people and companies apart: their ids are two worlds.
    """
    keys: list[Key] = [own_key(record)]
    if record.side == "hubspot":
        carried = ("Account",) if record.object_type == "companies" else ("Contact", "Lead")
        named = (
            (sobject, plain_text(record.fields.get(SALESFORCE_ID_PROPERTY[sobject]))) for sobject in carried
        )
        keys += [(_OWN_ID[sobject], id18(text)) for sobject, text in named if text]
        keys += [("hubspot_id", str(absorbed)) for absorbed in record.fields.get("_merged_ids") or ()]
    elif text := plain_text(record.fields.get(HUBSPOT_ID_IN[record.object_type])):
        keys.append(("hubspot_id", text))
    person = record.object_type in ("contacts", "Lead", "Contact")
    keys += _person_keys(record, mapping) if person else _company_keys(record, mapping)
    return list(dict.fromkeys(keys))


def own_key(record: Record) -> Key:
    """The key that is the record's own id."""
    return _OWN_ID[record.object_type], _id(record.id, record)


def _id(text: str, record: Record) -> str:
    return id18(text) if record.side == "salesforce" else text


def emails_of(record: Record, mapping: Mapping) -> list[str]:
    """Normalised addresses of a person, the main one first."""
    raw = [text_of(record, "email", mapping)]
    raw += (plain_text(record.fields.get("hs_additional_emails")) or "").split(";")
    return list(dict.fromkeys(email for text in raw if (email := normal_email(text))))


def text_of(record: Record, name: str, mapping: Mapping) -> str | None:
    """The plain text of a mapped field on this record; None for blank, unmapped or not read."""
    person = record.object_type in ("contacts", "Lead", "Contact")
    spec = mapping.people.fields.get(name) if person else mapping.companies.fields.get(name)
    target = spec.target(record.object_type) if spec else None
    return plain_text(record.fields.get(target)) if target else None


def _person_keys(record: Record, mapping: Mapping) -> Iterator[Key]:
    for email in emails_of(record, mapping):
        yield "email", email
    if "phone_last_name" in mapping.identity.secondary:
        last = folded(text_of(record, "last_name", mapping) or "")
        region = country_code(text_of(record, "country", mapping) or "") or mapping.default_region
        for name in ("phone", "mobile"):
            number = text_of(record, name, mapping)
            if number and last:
                yield "phone_last_name", f"{normal_phone(number, region)}|{last}"


def _company_keys(record: Record, mapping: Mapping) -> Iterator[Key]:
    domain = normal_domain(text_of(record, "domain", mapping))
    if domain and not is_free_mail(domain, mapping):
        yield "domain", domain
    name = company_name(text_of(record, "name", mapping) or "")
    country = country_code(text_of(record, "country", mapping) or "")
    # A name alone is not enough: there is a "Delta" in every country.
    if name and country:
        yield "name_country", f"{name}|{country}"


def company_domain_of(email: str, mapping: Mapping) -> str | None:
    """The domain of a work address; None for free mail, which says nothing about an employer."""
    domain = normal_domain(email.rpartition("@")[2])
    return None if domain is None or is_free_mail(domain, mapping) else domain


def is_free_mail(domain: str, mapping: Mapping) -> bool:
    """Whether a domain belongs to a mail provider and not to a company."""
    return domain in FREE_MAIL_DOMAINS or domain in mapping.identity.free_mail_domains


def company_name(text: str) -> str:
    """A company's name without case, accents, punctuation and legal form, for comparing."""
    words = folded(text).split()
    kept = [word for word in words if word not in _LEGAL_FORMS]
    return " ".join(kept or words)


def folded(text: str) -> str:
    """Text without case, accents and punctuation, for comparing."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    # "S.A." is one word, "e-commerce" two.
    return " ".join(re.sub(r"[^\w]+", " ", plain.replace(".", "").replace("'", "")).split())
