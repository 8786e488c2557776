"""``accord plan --html``: the plan as one page in a file. How the page looks is ``reports.plan_page``."""

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from cli.console import say
from connectors.errors import ConfigError
from passes.planning.stored import StoredPlan
from reports.plan_page import About, plan_html


def write(path: Path, stored: StoredPlan, names: Mapping[str, str], zone: str) -> None:
    """Write the page.

    Raises:
        ConfigError: the file cannot be written.
    """
    about = About(
        plan_id=stored.plan_id,
        status=stored.status,
        price=stored.price,
        tripped=stored.tripped,
        meeting=[
            (one.what, one.how, one.count, ", ".join(names.get(link, link) for link in one.sample))
            for one in stored.meeting
        ],
        command=f"accord apply {stored.plan_id}" if stored.waits else None,
    )
    page = plan_html(stored.plan, about, names=names, zone=ZoneInfo(zone))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            [f"the page {path} cannot be written ({error.strerror}); give another --html"]
        ) from error


def tell(path: Path) -> None:
    """Where the page is."""
    say(f"The whole plan as a page: {path}", whole=True)
