"""What people do in the two systems, and its entry in the ledger."""

from datetime import timedelta

from sandbox.faults import PersonalEdit
from sandbox.hubspot.portal import HubSpotFault
from sandbox.hubspot.records import Record
from sandbox.salesforce.org import SalesforceFault
from sandbox.salesforce.table import Row
from tests.e2e.hostile.hostile_world import HostileWorld
from tests.e2e.hostile.ledger import Edit, Field, Person, Side

GOOD_FIT = {"jobtitle": "VP Data", "industry": "Technology", "employee_count": "500", "country": "Germany"}


class People:
    """Everybody of one history, and the hands that edit their records."""

    def __init__(self, world: HostileWorld) -> None:
        self.world = world
        self.everybody: list[Person] = []
        self._counter = 0

    def word(self, prefix: str) -> str:
        """A value that nobody has used before."""
        self._counter += 1
        return f"{prefix} {self._counter}"

    # ---- their records

    def contacts(self, person: Person) -> list[Record]:
        """The living contacts."""
        records = self.world.portal.records("contacts")
        return [record for record in records if record.properties.get("lastname") == person.last_name]

    def salesforce(self, person: Person) -> list[tuple[str, Row]]:
        """The living, unconverted Leads, and the Contacts."""
        found: list[tuple[str, Row]] = []
        for sobject in ("Lead", "Contact"):
            rows = self.world.org.rows(sobject)
            mine = [row for row in rows if row["LastName"] == person.last_name]
            found += [(sobject, row) for row in mine if not row.get("IsConverted")]
        return found

    # ---- arrivals

    def arrives_in_hubspot(self) -> Person:
        person = self._newcomer("hubspot")
        self._contact(person, person.email)
        return person

    def arrives_in_salesforce(self) -> Person:
        person = self._newcomer("salesforce")
        self._lead(person)
        return person

    def enters_other_side(self, person: Person) -> None:
        """Somebody who is on one side only is entered on the other by hand."""
        if not self.contacts(person):
            self._contact(person, person.email)
            person.by_hand["hubspot"] += 1
        elif not self.salesforce(person):
            self._lead(person)
            person.by_hand["salesforce"] += 1

    def _newcomer(self, side: Side) -> Person:
        person = Person(len(self.everybody))
        person.by_hand[side] = 1
        self.everybody.append(person)
        return person

    def _contact(self, person: Person, email: str) -> None:
        world = self.world
        properties = {
            **GOOD_FIT,
            "email": email,
            "firstname": self.word("First"),
            "lastname": person.last_name,
            "company": self.word("Company"),
        }
        try:
            world.portal.create("contacts", properties, actor=world.marketer)
        except HubSpotFault:
            # An archived contact may still own the address.
            person.disturbed = True

    def _lead(self, person: Person) -> None:
        world = self.world
        world.lead(
            person.email,
            FirstName=self.word("First"),
            LastName=person.last_name,
            Company=self.word("Company"),
        )

    def asks_for_demo(self, person: Person) -> None:
        """A form: an SQL from now on, by the shipped definition."""
        if self.contacts(person):
            self.world.demo_request(person.email)
            person.asked = True

    # ---- edits

    def edits(self, person: Person, side: Side, field: Field, value: str | None) -> None:
        if side == "hubspot":
            for record in self.contacts(person)[:1]:
                self.world.edit_contact(record.id, **{field.contact_property: value or ""})
                person.edits[field.name] = Edit(field, side, value)
            return
        for sobject, row in self.salesforce(person)[:1]:
            target = field.lead if sobject == "Lead" else field.contact
            if target is not None and (value is not None or target != "Company"):
                self.world.edit(sobject, row.id, **{target: value})
                person.edits[field.name] = Edit(field, side, value)

    def edits_late(self, person: Person, field: Field, seconds: float) -> None:
        """An edit in Salesforce whose transaction ends now, with the stamp of its beginning."""
        for sobject, row in self.salesforce(person)[:1]:
            target = field.lead if sobject == "Lead" else field.contact
            if target is not None:
                value = self.word(field.name)
                at = max(self.world.clock.now() - timedelta(seconds=seconds), row["LastModifiedDate"])
                self.world.org.update(sobject, row.id, {target: value}, user_id=self.world.rep.user_id, at=at)
                person.edits[field.name] = Edit(field, "salesforce", value)

    def edit_to_come(self, person: Person, side: Side, field: Field, value: str) -> PersonalEdit | None:
        """An edit for a fault rule, to be done in the middle of a request; None: there is no record."""
        world = self.world
        if side == "hubspot":
            for record in self.contacts(person)[:1]:
                return PersonalEdit(
                    vendor="hubspot",
                    object_type="contacts",
                    record_id=record.id,
                    fields={field.contact_property: value},
                    user=str(world.marketer.user_id),
                )
            return None
        for sobject, row in self.salesforce(person)[:1]:
            target = field.lead if sobject == "Lead" else field.contact
            if target is not None:
                return PersonalEdit(
                    vendor="salesforce",
                    object_type=sobject,
                    record_id=row.id,
                    fields={target: value},
                    user=world.rep.user_id,
                )
        return None

    def opts_out(self, person: Person, side: Side) -> None:
        world = self.world
        if side == "hubspot" and self.contacts(person):
            world.portal.unsubscribe_all(person.email, actor=world.marketer)
            person.opted_out = True
        elif side == "salesforce":
            for sobject, row in self.salesforce(person)[:1]:
                world.edit(sobject, row.id, HasOptedOutOfEmail=True)
                self._refused(person, side, emails=True)

    def refuses_calls(self, person: Person, side: Side) -> None:
        world = self.world
        if side == "hubspot":
            for record in self.contacts(person)[:1]:
                world.edit_contact(record.id, do_not_call="true")
                self._refused(person, side, emails=False)
        else:
            for sobject, row in self.salesforce(person)[:1]:
                world.edit(sobject, row.id, DoNotCall=True)
                self._refused(person, side, emails=False)

    def _refused(self, person: Person, side: Side, *, emails: bool) -> None:
        person.opted_out |= emails
        person.do_not_call |= not emails
        person.refused_on[side] = self.world.passes_done

    def _thrown_away(self, person: Person, side: Side) -> None:
        """A record goes into the bin: a refusal on it that no pass has seen goes with it."""
        person.disturbed = True
        if person.refused_on.get(side) == self.world.passes_done:
            person.opted_out = person.do_not_call = False

    # ---- lives of records

    def converts(self, person: Person) -> None:
        for sobject, row in self.salesforce(person)[:1]:
            if sobject == "Lead":
                self.world.convert(row.id, create_opportunity=False)
                person.converted = True

    def deletes(self, person: Person, side: Side) -> None:
        world = self.world
        if side == "hubspot":
            for record in self.contacts(person)[:1]:
                world.portal.archive("contacts", record.id, actor=world.marketer)
                self._thrown_away(person, side)
        else:
            for sobject, row in self.salesforce(person)[:1]:
                world.org.delete(sobject, row.id, user_id=world.rep.user_id)
                self._thrown_away(person, side)

    def restores(self, person: Person, side: Side) -> None:
        """Take a record out of the bin, if there is one in it."""
        world = self.world
        if side == "hubspot":
            for record in list(world.portal.table("contacts").all()):
                if record.archived and record.properties.get("lastname") == person.last_name:
                    try:
                        world.portal.restore("contacts", record.id, actor=world.marketer)
                    except HubSpotFault:
                        # Its address belongs to another contact by now.
                        continue
            return
        for sobject in ("Lead", "Contact"):
            for row in world.org.rows(sobject, include_deleted=True):
                if row.deleted and row["LastName"] == person.last_name and not row["MasterRecordId"]:
                    try:
                        world.org.undelete(sobject, row.id, user_id=world.rep.user_id)
                    except SalesforceFault:
                        continue

    def merges(self, person: Person, side: Side) -> None:
        """A twin is entered by mistake and merged; the older record is the master."""
        world = self.world
        if side == "hubspot":
            for record in self.contacts(person)[:1]:
                twin = world.contact(f"twin{self.word('')}@private.example".replace(" ", ""), lastname="Twin")
                world.portal.merge("contacts", record.id, twin, actor=world.marketer)
                person.disturbed = True
        else:
            for sobject, row in self.salesforce(person)[:1]:
                if sobject == "Lead":
                    twin = world.lead(None, LastName="Twin", Company="Twin")
                    world.org.merge("Lead", row.id, [twin], user_id=world.rep.user_id)
                    person.disturbed = True

    # ---- activities

    def logs(self, person: Person, side: Side) -> None:
        world, subject = self.world, self.word("Talk")
        at = world.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        if side == "hubspot":
            for record in self.contacts(person)[:1]:
                values = {
                    "hs_timestamp": at,
                    "hs_call_title": subject,
                    "hubspot_owner_id": world.rep.owner_id,
                }
                world.portal.create(
                    "calls", values, actor=world.marketer, associations=[("contacts", record.id)]
                )
                person.activities[subject] = side
        else:
            for _, row in self.salesforce(person)[:1]:
                values = {
                    "Subject": subject,
                    "WhoId": row.id,
                    "OwnerId": world.rep.user_id,
                    "Status": "Completed",
                }
                world.org.create("Task", values, user_id=world.rep.user_id)
                person.activities[subject] = side

    def mails(self, person: Person, side: Side, message_id: str = "") -> str:
        """A mail tool logs a mail, a new one if no id is given; answers its id, or nothing without a record."""
        message_id = message_id or self.word("Mail").replace(" ", "")
        if not self._logs_mail(person, side, f"<{message_id}@mail.example>", f"About {message_id}"):
            return ""
        person.mails.setdefault(message_id, set()).add(side)
        return message_id

    def _logs_mail(self, person: Person, side: Side, message_id: str, subject: str) -> bool:
        world = self.world
        at = world.clock.now()
        if side == "hubspot":
            for record in self.contacts(person)[:1]:
                values = {
                    "hs_timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "hs_email_subject": subject,
                    "hs_email_direction": "EMAIL",
                    "hs_email_message_id": message_id,
                    "hubspot_owner_id": world.rep.owner_id,
                }
                world.portal.create(
                    "emails", values, actor=world.marketer, associations=[("contacts", record.id)]
                )
                return True
        for _, row in self.salesforce(person)[:1] if side == "salesforce" else ():
            task = {
                "Subject": subject,
                "WhoId": row.id,
                "OwnerId": world.rep.user_id,
                "Status": "Completed",
                "TaskSubtype": "Email",
            }
            task_id = world.org.create("Task", task, user_id=world.rep.user_id)
            mail = {"ActivityId": task_id, "MessageIdentifier": message_id, "MessageDate": at}
            world.org.create("EmailMessage", mail, user_id=world.rep.user_id)
            return True
        return False

    def edits_activity(self, person: Person) -> None:
        """The latest activity gets another subject, where it was logged."""
        world = self.world
        if not person.activities:
            return
        subject, side = list(person.activities.items())[-1]
        new = self.word("Talk")
        if side == "hubspot":
            for record in world.portal.records("calls"):
                if record.properties.get("hs_call_title") == subject:
                    world.portal.update("calls", record.id, {"hs_call_title": new}, actor=world.marketer)
                    _renamed(person, subject, new)
        else:
            for row in list(world.org.rows("Task")):
                if row["Subject"] == subject and row["CreatedById"] == world.rep.user_id:
                    world.edit("Task", row.id, Subject=new)
                    _renamed(person, subject, new)


def _renamed(person: Person, old: str, new: str) -> None:
    person.activities[new] = person.activities.pop(old)
