"""Looks for the evidence of re-consent, where somebody who opted out no longer shows so on a side.

In HubSpot: a subscription made after the opt-out, by the person or with a legal basis. In Salesforce: the two
fields of ``sync_rules.reconsent``, later than the opt-out. Anything less is put back by the merge.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from passes.context import PassContext
from sync_rules.addresses import normal_email
from sync_rules.changes import email_target
from sync_rules.mapping_model import FieldSpec
from sync_rules.normalise import Unreadable, canonical, moment
from sync_rules.reconsent import AT_IN_SALESFORCE, EVIDENCE_IN_SALESFORCE, Reconsent
from sync_rules.records import Record
from sync_rules.state import PersonState, PlanInput

# Where only the person themselves can have acted; a user, an import or a workflow needs a legal basis.
_THE_PERSON = frozenset({"EMAIL", "FORM", "PREFERENCE_PAGE"})


def with_evidence(context: PassContext, state: PlanInput) -> PlanInput:
    """The state with the evidence of those who need it: one or two calls for each such person."""
    specs = [spec for spec in context.mapping.people.fields.values() if spec.rule == "most_restrictive"]
    people = [_shown(context, person, specs) for person in state.people]
    return replace(state, people=people)


def _shown(context: PassContext, person: PersonState, specs: list[FieldSpec]) -> PersonState:
    found: dict[str, Reconsent] = {}
    for spec in specs:
        if (person.base or {}).get(spec.name) is True and spec.hubspot is not None:
            evidence = _evidence(context, person, spec)
            if evidence is not None:
                found[spec.name] = evidence
    return replace(person, reconsent=found) if found else person


def _evidence(context: PassContext, person: PersonState, spec: FieldSpec) -> Reconsent | None:
    hubspot, salesforce = person.hubspot, person.salesforce
    if hubspot is None or salesforce is None or hubspot.deleted or salesforce.deleted:
        return None
    in_hubspot = spec.hubspot_write == "opt_out" and not _said_no(hubspot, spec)
    given = _given(salesforce) if not _said_no(salesforce, spec) else None
    if not in_hubspot and given is None:
        return None
    since = context.hubspot.latest_yes([hubspot.id], spec.hubspot or "").get(hubspot.id)
    if since is None:
        return None
    if given is not None and since <= given.at <= context.now():
        return given
    email = normal_email(hubspot.fields.get(email_target(context.mapping, "contacts")))
    return _subscribed(context, email, since) if in_hubspot and email is not None else None


def _subscribed(context: PassContext, email: str, since: datetime) -> Reconsent | None:
    for one in context.hubspot.subscriptions(email):
        proper = one.legal_basis is not None or one.source.upper() in _THE_PERSON
        if one.state == "SUBSCRIBED" and one.at is not None and one.at >= since and proper:
            basis = f"legal basis {one.legal_basis}" if one.legal_basis else "by the person"
            return Reconsent("hubspot", one.at, f"subscription {one.name}, {basis}")
    return None


def _given(salesforce: Record) -> Reconsent | None:
    fields: Mapping[str, object] = salesforce.fields
    text, stamp = fields.get(EVIDENCE_IN_SALESFORCE), fields.get(AT_IN_SALESFORCE)
    at = moment(str(stamp)) if stamp else None
    if not text or at is None or isinstance(at, Unreadable):
        return None
    return Reconsent("salesforce", at, str(text))


def _said_no(record: Record, spec: FieldSpec) -> bool:
    target = spec.target(record.object_type)
    return (
        target is None
        or target not in record.fields
        or (canonical(record.fields[target], spec, record.side) is True)
    )
