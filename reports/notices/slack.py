"""A notice, or a digest of several, as a Slack message: blocks, and a plain line for alerts.

Only ``&``, ``<`` and ``>`` have a meaning that text could abuse: links, mentions of people, ``<!channel>``.
"""

from collections.abc import Sequence
from typing import Any

from reports.notices.words import Told

_MOST_BLOCKS = 45
_LONGEST_TEXT = 2_900


def slack_message(title: str, items: Sequence[Told], *, mention: str | None = None) -> dict[str, Any]:
    """The body of the POST.

    Args:
        title: of the message; of a single notice its own title.
        items: the notices.
        mention: a member id, to alert that person.
    """
    greeting = f"<@{mention}> " if mention else ""
    blocks = [_section(f"{greeting}*{escaped(title)}*")]
    single = len(items) == 1
    shown = items[:_MOST_BLOCKS]
    for item in shown:
        lines = [] if single else [f"*{escaped(item.title)}*"]
        lines += [f"*{escaped(label)}:* {escaped(text)}" for label, text in item.lines]
        if item.url:
            lines.append(f"<{item.url}|{item.link_text}>")
        if lines:
            blocks.append(_section("\n".join(lines)))
    if len(items) > len(shown):
        blocks.append(_section(f"… and {len(items) - len(shown)} more"))
    return {"text": f"{greeting}{escaped(title)}", "blocks": blocks, "unfurl_links": False}


def escaped(text: str) -> str:
    """Text that Slack shows as it stands; its formatting signs are harmless."""
    for sign, code in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, code)
    return text


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:_LONGEST_TEXT], "verbatim": True}}
