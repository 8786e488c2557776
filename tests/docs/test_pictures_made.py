"""The pictures of the documentation are made by one command from the product itself."""

import shutil
from pathlib import Path

import pytest

from docs.pictures import BROWSERS, main

PAGES = {"scorecard", "review", "definition", "sla", "salesforce-lead", "hubspot-contact"}


@pytest.mark.long
@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="needs Chromium")
def test_the_command_makes_every_picture(tmp_path: Path) -> None:
    assert main(["--people", "80", "--days", "2", "--step-hours", "8", "--out", str(tmp_path)]) == 0

    made = {path.stem: path.read_bytes() for path in tmp_path.glob("*.png")}
    assert made.keys() == PAGES
    assert all(picture.startswith(b"\x89PNG") and len(picture) > 20_000 for picture in made.values())
