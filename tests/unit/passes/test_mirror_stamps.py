"""What the mirror remembers of a field's change time lasts as long as the value that it belongs to."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.store import mirror
from connectors.store.engine import Store
from sync_rules.records import Record, Stamp

AT = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)


def test_a_new_value_does_not_inherit_the_time_of_the_old_one(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'accord.db'}")
    store.migrate()
    told = {name: Stamp(AT, certain=True, actor="userId:7", ours=True) for name in ("city", "jobtitle")}
    first = Record("hubspot", "contacts", "1", {"city": "Kiel", "jobtitle": "CDO"}, AT, stamps=told)
    later = Record("hubspot", "contacts", "1", {"city": "Bremen", "jobtitle": "CDO"}, AT + timedelta(hours=1))
    with store.begin() as connection:
        mirror.save(connection, [first])
        mirror.save(connection, [later])
        known = mirror.load(connection, "hubspot", "contacts", ["1"])["1"]
    store.close()
    assert known.fields["city"] == "Bremen"
    assert known.stamps == {"jobtitle": told["jobtitle"]}
