"""Two records that are one person and agree, in as few passes as it takes."""

from tests.e2e.laws.world import GOOD_FIT, World


def linked(world: World, *names: str) -> list[tuple[str, str]]:
    """A contact and a Lead of each person, linked and in agreement."""
    pairs = []
    for name in names:
        email = f"{name.lower()}@nordwerk.example"
        contact_id = world.contact(email, firstname=name, city="Kiel", hubspot_owner_id=world.rep.owner_id)
        lead_id = world.lead(
            email,
            FirstName=name,
            HubSpot_Contact_Id__c=contact_id,
            City="Kiel",
            Title=GOOD_FIT["jobtitle"],
            OwnerId=world.rep.user_id,
        )
        pairs.append((contact_id, lead_id))
    world.run()
    return pairs
