"""What must survive whatever happens to a person's records: link, base, clocks, touches, handoffs, journal."""

from dataclasses import dataclass
from typing import Any

from connectors.store import frames, journal
from connectors.store.tables import activities, clocks, handoffs, stage_history
from tests.e2e.laws.world import World


@dataclass(frozen=True)
class Life:
    """Everything that Accord keeps of one person."""

    link_id: str
    base: dict[str, Any]
    clocks: set[tuple[Any, ...]]
    handoffs: set[Any]
    stages: set[tuple[Any, ...]]
    touches: set[str]
    written: set[int]

    def assert_kept_by(self, later: "Life", *, same_link: bool = True) -> None:
        """Nothing of this is lost; what has been added since is fine."""
        assert not same_link or later.link_id == self.link_id
        assert not self.handoffs - later.handoffs, (self.handoffs, later.handoffs)
        assert self.base.keys() <= later.base.keys()
        assert not self.clocks - later.clocks, later.clocks
        assert not self.handoffs - later.handoffs, later.handoffs
        assert not self.stages - later.stages, later.stages
        assert not self.touches - later.touches, later.touches
        assert self.written <= later.written


def life_of(world: World, contact_id: str) -> Life:
    """The life of the person to whom a contact belongs."""
    row = world.link_of(contact_id)
    link_id = row.link.link_id
    with world.bench.store.begin() as connection:
        tables = {
            table.name: frames.read(connection, table, link_ids=[link_id]).to_dicts()
            for table in (clocks, handoffs, stage_history, activities)
        }
        written = {one.write_id for one in journal.of_links(connection, [link_id])}
    return Life(
        link_id,
        dict(row.base or {}),
        {(one["commitment"], one["handed_off_at"], one["started_at"]) for one in tables["clocks"]},
        {one["handed_off_at"] for one in tables["handoffs"]},
        {(one["at"], one["stage"]) for one in tables["stage_history"]},
        {one["activity_id"].partition("@")[0] for one in tables["activities"] if one["copy_of"] is None},
        written,
    )


def logs_call(world: World, who_id: str) -> str:
    """A rep calls a Lead or Contact."""
    values = {
        "Subject": "Intro call",
        "TaskSubtype": "Call",
        "Status": "Completed",
        "WhoId": who_id,
        "OwnerId": world.rep.user_id,
        "CallDurationInSeconds": 300,
        "CallDisposition": "Connected",
        "ActivityDate": world.clock.now().date().isoformat(),
    }
    return world.org.create("Task", values, user_id=world.rep.user_id)
