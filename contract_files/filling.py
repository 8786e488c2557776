"""Write other values into a contract's text, and leave every other character of it as it stands.

A template is a whole contract with comments for its readers; parsing and printing it again would lose those.
What the values mean is not known here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

Place = tuple[str, ...]
"""Keys that lead to a value; in a list, the ``id`` or ``name`` of the item."""


def fill(text: str, values: Mapping[Place, Any]) -> str:
    """The text with each of these values in its place: scalars, and lists of scalars.

    Raises:
        KeyError: for a place that the text does not have.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    spans = []
    for place, value in values.items():
        node = _find(root, place, place)
        spans.append((node.start_mark.index, _end(node), _written(value, node)))
    for start, end, new in sorted(spans, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def without_item(text: str, place: Place) -> str:
    """The text without one item of a block list, from its dash to the end of its last line.

    Raises:
        KeyError: for a place that the text does not have.
    """
    node = _find(yaml.compose(text, Loader=yaml.SafeLoader), place, place)
    start = text.rindex("\n", 0, node.start_mark.index) + 1
    return text[:start] + text[text.index("\n", _end(node)) + 1 :]


def _find(node: Any, left: Place, place: Place) -> Any:
    if not left:
        return node
    step = left[0]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return _find(value, left[1:], place)
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            if isinstance(item, yaml.MappingNode) and any(
                key.value in ("id", "name") and value.value == step for key, value in item.value
            ):
                return _find(item, left[1:], place)
    raise KeyError(f"there is no {' / '.join(place)}")


def _end(node: Any) -> int:
    """Where the value's last character is: a block's own mark stands after the comments that follow it."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _written(value: Any, node: Any) -> str:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return _flow(value)
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        return ("\n" + " " * node.start_mark.column).join(f"- {_flow(item)}" for item in value)
    return "[" + ", ".join(_flow(item) for item in value) + "]"


def _flow(value: Any) -> str:
    written: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    return written.removesuffix("\n").removesuffix("\n...")
