"""The mapping's caps as values: how much one pass may do before a person must approve. Counting is ``guard.py``."""

from typing import Annotated

from pydantic import Field, model_validator

from sync_rules.mapping_strict import Strict


class Cap(Strict):
    """A limit on one operation of a pass; None is no limit.

    Attributes:
        absolute: records.
        share: part of the records that exist there, 0 to 1; ignored below ``floor`` records.
    """

    absolute: Annotated[int, Field(ge=0)] | None = None
    share: Annotated[float, Field(ge=0, le=1)] | None = None
    floor: Annotated[int, Field(ge=0)] = 25

    @model_validator(mode="after")
    def _floor_of_a_share(self) -> "Cap":
        if "floor" in self.model_fields_set and self.share is None:
            raise ValueError("`floor` is what a `share` never goes below; add `share`, or use `absolute`")
        return self


class CapSet(Strict):
    """One cap for each operation.

    ``blank`` counts values emptied; ``archive`` records taken back by an undo; ``delete`` and ``purge`` records that
    follow a deletion across, into the bin and for good; ``restore`` records that an undo takes out of the bin.
    """

    create: Cap = Cap()
    update: Cap = Cap()
    blank: Cap = Cap()
    archive: Cap = Cap(absolute=0)
    delete: Cap = Cap(absolute=100, share=0.05, floor=10)
    purge: Cap = Cap(absolute=0)
    restore: Cap = Cap()
    opt_out: Cap = Cap()
    opt_in: Cap = Cap()


class Caps(CapSet):
    """Caps for every object, ``objects`` for the operations in which one differs, and ``fields``.

    A cap under ``fields`` bounds how many existing records of one object may have that field changed (emptied,
    too), whatever the other caps allow; keys are names of the mapping's fields.
    """

    objects: dict[str, CapSet] = Field(default_factory=dict)
    fields: dict[str, Cap] = Field(default_factory=dict)

    def of(self, object_type: str, operation: str) -> tuple[Cap, str]:
        """The cap of one operation on one object type, and where in the mapping it is written."""
        special = self.objects.get(object_type)
        if special is not None and operation in special.model_fields_set:
            return getattr(special, operation), f"caps.objects.{object_type}.{operation}"
        return getattr(self, operation), f"caps.{operation}"
