"""The pages hold together: links lead somewhere, the layout is the tree, excerpts are what stands in the files."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOT, named, tracked
from tests.docs.pages import Block, blocks, pages, prose

MOST_PICTURE_BYTES = 300 * 1024
EXCERPTS = blocks("yaml")


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", pages(), ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in _anchors(there)):
            broken.append(target)

    assert broken == []


@pytest.mark.parametrize("page", pages(), ids=named)
def test_pictures_say_what_they_show_and_are_small(page: Path) -> None:
    for text, target in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", prose(page)):
        assert len(text) > 20
        assert (page.parent / target).stat().st_size <= MOST_PICTURE_BYTES


def test_the_layout_is_the_tree() -> None:
    _, _, rest = (ROOT / "README.md").read_text("utf-8").partition("## Layout\n```\n")
    told = {line.split()[0].rstrip("/") for line in rest.partition("```")[0].splitlines()}
    folders = {path.relative_to(ROOT).parts[0] for path in tracked() if len(path.relative_to(ROOT).parts) > 1}

    assert {name for name in folders if not name.startswith(".")} <= told
    assert [name for name in told if not (ROOT / name).exists()] == []


def _inside(part: Any, whole: Any) -> bool:
    """Whether an excerpt says nothing that the whole does not say."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and _inside(value, whole[key]) for key, value in part.items()
        )
    if isinstance(part, list) and any(isinstance(item, dict) for item in part):
        return isinstance(whole, list) and all(any(_inside(one, other) for other in whole) for one in part)
    return bool(part == whole)


@pytest.mark.parametrize("block", EXCERPTS, ids=lambda block: f"{named(block.page)}:{block.source}")
def test_an_excerpt_stands_in_the_file(block: Block) -> None:
    assert block.source is not None, f"{named(block.page)} has YAML without the file that it is from"

    whole = yaml.safe_load((ROOT / block.source).read_text("utf-8"))
    assert _inside(yaml.safe_load(block.body), whole)


def test_excerpts_were_found() -> None:
    assert {block.source for block in EXCERPTS} >= {
        "sync_rules/mapping.yaml",
        "sla_rules/definition.yaml",
        "sla_rules/sla.yaml",
    }


def test_every_decision_has_a_status_and_is_listed() -> None:
    folder = ROOT / "docs" / "adr"
    listed = (folder / "README.md").read_text("utf-8")
    decisions = sorted(folder.glob("[0-9]*.md"))

    assert len({path.name[:4] for path in decisions}) == len(decisions)
    for path in decisions:
        text = path.read_text("utf-8")
        assert re.search(r"^Status: (proposed|accepted|superseded by \d+)$", text, re.MULTILINE), path.name
        assert f"({path.name})" in listed
