"""What sales asks of marketing's mail, gathered for the people of a pass.

What follows from it is ``sync_rules.mail_wishes``.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from passes import persons
from passes.attribution import opportunities
from passes.persons import Person
from sync_rules.mail_wishes import Asked, MailWish, asked_on, mail_wish
from sync_rules.owners import QUEUE, OwnerMap
from sync_rules.records import Record


def of_people(
    connection: sa.Connection, people: Sequence[Person], owners: OwnerMap, *, today: date
) -> dict[str, MailWish]:
    """The wish for each person of whom sales asks anything, by link."""
    asked = {person.link_id: _asked(person, owners) for person in people}
    asking = [person for person in people if asked[person.link_id]]
    deals = _open_deals(connection, asking)
    return {
        person.link_id: mail_wish(asked[person.link_id], open_deal=person.link_id in deals, today=today)
        for person in asking
    }


def _asked(person: Person, owners: OwnerMap) -> list[Asked]:
    """What the person's own record asks, then what the Account does."""
    found = []
    for record in (person.living_salesforce, person.account):
        if record is None or record.deleted or record.side != "salesforce":
            continue
        one = asked_on(record.object_type, record.fields, _rep(record, owners))
        if one.in_my_name or one.hold:
            found.append(one)
    return found


def _rep(record: Record, owners: OwnerMap) -> str | None:
    owner = persons.owner_of(record, owners)
    return None if owner is None or owner.startswith(QUEUE) else owner


def _open_deals(connection: sa.Connection, people: Sequence[Person]) -> set[str]:
    """People with an open opportunity of their own or of their Account."""
    contacts: Mapping[str, str] = {
        person.row.link.salesforce_id: person.link_id
        for person in people
        if person.row.link.salesforce_type == "Contact" and person.row.link.salesforce_id
    }
    own = opportunities.of_contacts(connection, contacts)
    found = {contacts[one] for one, deals in own.items() if any(not deal.is_closed for deal in deals)}
    accounts = {person.account.id for person in people if person.account is not None}
    busy = opportunities.with_open_deal(connection, accounts)
    return found | {person.link_id for person in people if person.account and person.account.id in busy}
