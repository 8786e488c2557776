"""Field-level security: who reads and who edits which field.

Standard fields are open to everybody unless a profile hides them. A custom field is open to nobody until a
permission set grants it to a user, administrators included.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sandbox.salesforce.fields import FieldSpec, ObjectSpec
from sandbox.salesforce.table import Row

ACTIVITY = frozenset({"Task", "Event"})


@dataclass(frozen=True, slots=True)
class Access:
    """The fields of one object that one user reads (by name) and edits."""

    readable: dict[str, FieldSpec]
    editable: frozenset[str]

    def find(self, spec: ObjectSpec, name: str) -> FieldSpec | None:
        """The readable field of that name, whatever its case."""
        found = spec.find(name)
        return found if found is not None and found.name in self.readable else None


class Permissions:
    """Answers for the store; remembers its answers until ``changed`` is called.

    Args:
        grants: gives the rows of FieldPermissions that a user's permission sets hold.
        unrestricted: user ids that no field-level security binds (the platform's own process).
    """

    def __init__(
        self, grants: Callable[[str], Iterable[Row]], unrestricted: Callable[[], frozenset[str]]
    ) -> None:
        self._grants = grants
        self._unrestricted = unrestricted
        self._hidden: set[tuple[str, str, str | None]] = set()
        self._open: set[tuple[str, str]] = set()
        self._denied: set[tuple[str, str, str]] = set()
        self._known: dict[tuple[str, str], Access] = {}

    def changed(self) -> None:
        """Forget what was worked out: a field, a grant or an assignment changed."""
        self._known.clear()

    def hide(self, sobject: str, field: str, user_id: str | None = None) -> None:
        """Take a standard field away from one user, or from everybody."""
        self._hidden.add((sobject, field, user_id))
        self.changed()

    def show(self, sobject: str, field: str, user_id: str | None = None) -> None:
        """Undo ``hide``."""
        self._hidden.discard((sobject, field, user_id))
        self.changed()

    def open_to_all(self, sobject: str, field: str) -> None:
        """Let every profile read and edit a custom field, as one made long ago would be."""
        self._open.add((sobject, field))
        self.changed()

    def deny(self, sobject: str, verb: str, user_id: str) -> None:
        """Take read, create, edit, delete or view_all on an object away from one user."""
        self._denied.add((sobject, verb, user_id))

    def allow(self, sobject: str, verb: str, user_id: str) -> None:
        """Undo ``deny``."""
        self._denied.discard((sobject, verb, user_id))

    def allows(self, sobject: str, verb: str, user_id: str) -> bool:
        """Whether the user has that verb on the object; everybody has all that was not taken away."""
        return (sobject, verb, user_id) not in self._denied

    def access(self, user_id: str, spec: ObjectSpec) -> Access:
        key = (user_id, spec.name)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._work_out(user_id, spec)
        return known

    def _work_out(self, user_id: str, spec: ObjectSpec) -> Access:
        if user_id in self._unrestricted():
            return Access(dict(spec.fields), frozenset(spec.fields))
        granted, edited = self._granted(user_id, spec.name)
        readable: dict[str, FieldSpec] = {}
        editable: set[str] = set()
        for name, field in spec.fields.items():
            if field.custom and not field.required_on_create and (spec.name, name) not in self._open:
                if name in granted:
                    readable[name] = field
                    if name in edited:
                        editable.add(name)
            elif not self._hidden.intersection({(spec.name, name, None), (spec.name, name, user_id)}):
                readable[name] = field
                editable.add(name)
        return Access(readable, frozenset(editable))

    def _granted(self, user_id: str, sobject: str) -> tuple[set[str], set[str]]:
        names = {sobject, "Activity"} | ACTIVITY if sobject in ACTIVITY else {sobject}
        read: set[str] = set()
        edit: set[str] = set()
        for grant in self._grants(user_id):
            if grant["SobjectType"] in names:
                name = str(grant["Field"]).split(".", 1)[1]
                if grant["PermissionsRead"]:
                    read.add(name)
                if grant["PermissionsEdit"]:
                    edit.add(name)
        return read, edit
