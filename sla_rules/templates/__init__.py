"""Agreements to begin with: a lead definition and an SLA that belong together, whole and checked.

The one for a mid-size company is what ships as ``sla_rules/definition.yaml`` and ``sla_rules/sla.yaml``. Asking what
differs between two businesses, and writing it in, is ``accord init``'s.
"""

from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Template:
    """One agreement to begin with.

    Attributes:
        name: as people choose it.
        suits: whom it is made for, in a line.
        folder: the resource folder of its two files.
        leads_per_month: of its quota.
    """

    name: str
    suits: str
    folder: tuple[str, ...]
    leads_per_month: int

    def text(self, file: str) -> str:
        """``definition.yaml`` or ``sla.yaml``, as it stands."""
        return files("sla_rules").joinpath(*self.folder, file).read_text("utf-8")


TEMPLATES = {
    one.name: one
    for one in (
        Template(
            "small-team",
            "one or two people on each side; few criteria, promises in half days",
            ("templates", "small_team"),
            20,
        ),
        Template(
            "mid-size",
            "a B2B company with a marketing and a sales team; personas, first touch within the hour",
            (),
            120,
        ),
        Template(
            "enterprise",
            "inside sales and territories; target accounts, personas with gates of their own, the sales plan",
            ("templates", "enterprise"),
            400,
        ),
    )
}
