"""What the world does to requests: each trouble by its name, as a fault rule or as a switch of the sandbox."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.faults import PersonalEdit
from tests.e2e.hostile.hostile_world import HostileWorld

_READS = {"hubspot": "*/search", "salesforce": "*/composite"}
_BATCH_READS = {"hubspot": "*/batch/read", "salesforce": "*/composite"}
_WRITES = {"hubspot": "*/batch/[cu]*", "salesforce": "*/sobjects/*"}
_SINGLE = {"hubspot": "*unsubscribe-all", "salesforce": "*/composite/sobjects/Task*"}
PLACES = (_READS, _BATCH_READS, _WRITES, _SINGLE)
_LIMIT = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
_LOCK = [{"message": "unable to obtain exclusive access to this record", "errorCode": "UNABLE_TO_LOCK_ROW"}]
_EXPIRED = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
_HUBSPOT_401 = {"status": "error", "message": "expired", "category": "EXPIRED_AUTHENTICATION"}
_HUBSPOT_429 = {"status": "error", "message": "limit", "errorType": "RATE_LIMIT", "policyName": "SECONDLY"}
_HUBSPOT_423 = {"status": "error", "message": "locked", "category": "LOCKED"}

# By name: the effect at HubSpot and at Salesforce, and whether the request may be a write.
EFFECTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "401": ({"status": 401, "body": _HUBSPOT_401}, {"status": 401, "body": _EXPIRED}),
    "403 limit": ({"status": 403}, {"status": 403, "body": _LIMIT}),
    "429": ({"status": 429, "body": _HUBSPOT_429, "headers": {"Retry-After": "1"}}, {"status": 429}),
    "503": ({"status": 503}, {"status": 503}),
    "500 JSON": (
        {"status": 500, "body": {"status": "error", "message": "internal"}},
        {"status": 500, "body": []},
    ),
    "502 after commit": ({"status": 502, "commit": True}, {"status": 502, "commit": True}),
    "HTML 200": (
        {"status": 200, "body": "<html>Please log in</html>"},
        {"status": 200, "body": "<html>Please log in</html>"},
    ),
    "dropped before": ({"drop": "before"}, {"drop": "before"}),
    "dropped after commit": ({"drop": "after"}, {"drop": "after"}),
    "truncated": ({"truncate": 11}, {"truncate": 11}),
    "locked": ({"status": 423, "body": _HUBSPOT_423}, {"status": 400, "body": _LOCK}),
    "part of a batch": (
        {"part": True, "drop": "after"},
        {"part": True, "status": 502, "commit": True},
    ),
    "page reversed": ({"rows": "reversed"}, {"rows": "reversed"}),
    "page with a repeat": ({"rows": "repeated"}, {"rows": "repeated"}),
}
VENDORS = ("hubspot", "salesforce")


class Troubles:
    """The troubles of one history, counted when they happen."""

    def __init__(self, world: HostileWorld) -> None:
        self.world = world
        self.happened: Counter[str] = Counter()
        self._named: dict[int, str] = {}
        self._on_edit: dict[int, Callable[[], None]] = {}
        self._evictions = 0

    def request(self, name: str, vendor: str, place: int, times: int, skip: int) -> None:
        """Some requests to a vendor will fail."""
        effect = EFFECTS[name][VENDORS.index(vendor)]
        path = PLACES[place][vendor]
        number = self.world.fault(vendor, path=path, times=times, skip=skip, **effect)
        self._named[number] = name

    def edit(
        self, edit: PersonalEdit, vendor: str, place: int, skip: int, when: str, then: Callable[[], None]
    ) -> None:
        """A person will edit a record in the middle of a request."""
        number = self.world.fault(
            vendor,
            path=PLACES[place][vendor],
            times=1,
            skip=skip,
            edit=edit.model_dump(),
            edit_when=when,
        )
        self._named[number] = f"edit {when} a request"
        self._on_edit[number] = then

    def row_locks(self, times: int) -> None:
        """Salesforce will refuse rows of batches for a lock."""
        self.world.org.row_locks.share(0.5, seed=times, times=times)
        self.happened["row locks"] += 1

    def sessions_expire(self) -> None:
        self.world.org.sessions.expire_all()
        self.happened["expired sessions"] += 1

    def small_pages(self, rows: int) -> None:
        """Salesforce gives pages of a few rows, and forgets their locators now and then."""
        self.world.org.cursors.most_rows = rows
        self.happened["small pages"] += 1

    def cursors_expire(self, times: int) -> None:
        """Salesforce forgets locators that it has given."""
        self.world.org.cursors.evictions += times
        self._evictions += times

    def search_lag(self, seconds: float) -> None:
        """HubSpot's search will see writes later."""
        for table in self.world.portal.tables.values():
            table.search.lag = timedelta(seconds=seconds)
        self.happened["search lag"] += bool(seconds)

    def take_note(self) -> None:
        """Count what has happened, and tell of the edits that were made, in the order in which they were."""
        for rule in sorted(self.world.sandbox.faults.snapshot(), key=lambda rule: rule["fired_as"]):
            number, fired = rule["id"], rule["fired"]
            if number in self._named and fired:
                self.happened[self._named[number]] += fired
                if number in self._on_edit:
                    self._on_edit[number]()
                del self._named[number]

    def end(self) -> None:
        """Quiet: nothing fails any more."""
        self.take_note()
        self._named.clear()
        self.world.sandbox.faults.clear()
        self.world.org.row_locks.share(0.0)
        self.world.org.cursors.most_rows = 2_000
        self.happened["expired cursors"] += self._evictions - self.world.org.cursors.evictions
        self.world.org.cursors.evictions = 0
        self.search_lag(0.0)
