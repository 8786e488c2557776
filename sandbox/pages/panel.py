"""The parts of Accord's panel that both vendors' pages share."""

from datetime import datetime

from sandbox.pages import formats
from sandbox.pages.views import Badge, Entry, Panel

STAGES = ("SQL", "MQL", "lead", "go-nowhere")
_STAGE_TEXTS = {
    "SQL": "SQL · sales qualified",
    "MQL": "MQL · marketing qualified",
    "lead": "Lead",
    "go-nowhere": "Go-nowhere",
}


def not_installed(title: str) -> Panel:
    """The panel of an account that does not have Accord's fields."""
    return Panel(
        title, note="Accord’s fields are not installed here yet; its setup adds them to every record."
    )


def own_label(label: str) -> str:
    """A field's label without the product's name, which the panel's head already says."""
    short = label.removeprefix("Accord ")
    return short[:1].upper() + short[1:]


def stage_badge(stage: str | None) -> Badge | None:
    """The stage as a short badge, for lists."""
    return formats.badge(stage)


def stage_headline(stage: str | None) -> Badge | None:
    """The stage as the panel's headline, spelt out."""
    return None if stage is None else formats.badge(stage, _STAGE_TEXTS.get(stage))


def sla_due(due: datetime | None, touched: datetime | None, now: datetime) -> Entry | None:
    """What the first-touch clock says: when it was touched, or by when it must be."""
    if touched is not None:
        return Entry("First touch", formats.moment(touched))
    if due is None:
        return None
    late = formats.span((now - due).total_seconds())
    how = formats.relative(due, now) if due >= now else f"overdue for {late}"
    return Entry("First touch due", f"{formats.brief(due)} · {how}")
