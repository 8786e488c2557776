"""What visitors and marketing e-mail do to a portal: submissions, page views, e-mail events, opt-outs.

Called by `Portal` under its lock; the arithmetic of the computed properties is in `engagement.py`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.hubspot import errors
from sandbox.hubspot.engagement import email_event_values, page_view_values, submission_values
from sandbox.hubspot.records import Actor, Record
from sandbox.hubspot.subscriptions import Status

if TYPE_CHECKING:
    from sandbox.hubspot.portal import Portal

_FORM = Actor.system("FORM")
_ANALYTICS = Actor.system("ANALYTICS")
_EMAIL = Actor.system("EMAIL")


def submit_form(
    portal: "Portal", form_guid: str, email: str, values: Mapping[str, str], page_url: str, at: datetime
) -> str:
    """Create or update the contact from the form's fields and count the conversion.

    Fields that are no writable contact property stay in the submission only, as on a real form.
    """
    form = portal.engagement.forms.get(form_guid)
    if form is None:
        raise errors.not_found(f"No form found with guid {form_guid}.")
    schema = portal.tables["contacts"].schema
    taken = {
        name: value
        for name, value in values.items()
        if name != "email" and (definition := schema.get(name)) is not None and not definition.read_only
    }
    contact = portal.contact_by_email(email)
    if contact is None:
        contact = portal.create("contacts", {**taken, "email": email}, actor=_FORM, at=at)
    elif taken:
        portal.update("contacts", contact.id, taken, actor=_FORM, at=at)
    portal.engagement.add_submission(form, contact.id, page_url, {**values, "email": email}, at)
    own = portal.engagement.submissions_by_contact[contact.id]
    computed = submission_values(contact.properties, form, page_url, at, len({one.form_guid for one in own}))
    portal.compute(contact, computed, _FORM, at)
    return contact.id


def visit_page(
    portal: "Portal", contact_id: str, url: str, at: datetime, referrer: str | None, campaign: str | None
) -> None:
    """Log a page view and compute the contact's analytics."""
    contact = _contact(portal, contact_id)
    portal.engagement.add_page_view(contact.id, url, at, referrer, campaign)
    portal.compute(contact, page_view_values(contact.properties, url, at, referrer, campaign), _ANALYTICS, at)


def email_event(
    portal: "Portal",
    kind: str,
    recipient: str,
    campaign_id: str,
    campaign_name: str,
    at: datetime,
    url: str | None,
) -> None:
    """Log an e-mail event and compute the properties of the contact with that address, if any."""
    address = recipient.strip().lower()
    portal.engagement.add_email_event(kind, address, campaign_id, campaign_name, at, url)
    contact = portal.contact_by_email(address)
    if contact is not None:
        portal.compute(contact, email_event_values(contact.properties, kind, campaign_name, at), _EMAIL, at)


def unsubscribe_all(portal: "Portal", email: str, actor: Actor, at: datetime) -> None:
    """Opt the address out of everything; only an integration's opt-out may later be taken back."""
    address = email.strip().lower()
    by_person = actor.source_type != "INTEGRATION"
    portal.subscriptions.unsubscribe_all(address, actor.source_type, at, by_person=by_person)
    show_opt_out(portal, address, actor, at)


def resubscribe(
    portal: "Portal", email: str, actor: Actor, subscription_id: str, legal_basis: str | None, at: datetime
) -> None:
    """Subscribe the address again, which ends its opt-out of everything."""
    address = email.strip().lower()
    portal.subscriptions.end_opt_out(address)
    portal.subscriptions.set(
        address, subscription_id, Status("SUBSCRIBED", actor.source_type, at, legal_basis, None)
    )
    show_opt_out(portal, address, actor, at)


def show_opt_out(portal: "Portal", email: str, actor: Actor, at: datetime) -> None:
    """Bring `hs_email_optout` of the contact with that address up to date."""
    contact = portal.contact_by_email(email)
    if contact is None:
        return
    opted_out = portal.subscriptions.opted_out(email) is not None
    if opted_out or contact.properties.get("hs_email_optout"):
        portal.compute(contact, {"hs_email_optout": "true" if opted_out else "false"}, actor, at)


def _contact(portal: "Portal", contact_id: str) -> Record:
    contact = portal.record("contacts", contact_id)
    if contact is None or contact.archived:
        raise errors.record_not_found(contact_id)
    return contact
