"""A notice, or a digest of several, as a mail: plain text, and HTML that escapes every value."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

import jinja2

from reports.notices.words import Told, short

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("reports", "notices"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_WHY = "You get this because the agreement between marketing and sales names you. Accord sends it once."


def mail(
    title: str, items: Sequence[Told], *, sender: str, recipient: str, message_id: str, at: datetime
) -> EmailMessage:
    """The message; the same notices give the same message under the same id, so that a repeat is known as one."""
    message = EmailMessage()
    message["From"] = f"Accord <{sender}>"
    message["To"] = recipient
    # A header is one line, whatever people are called.
    message["Subject"] = short(title)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}@accord.{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(title, items))
    page = _ENVIRONMENT.get_template("mail.html").render(title=title, items=items, why=_WHY)
    message.add_alternative(page, subtype="html")
    return message


def _text(title: str, items: Sequence[Told]) -> str:
    parts = [title, ""]
    for item in items:
        if len(items) > 1:
            parts.append(item.title)
        parts += [f"{label}: {text}" for label, text in item.lines]
        parts += [f"{item.link_text}: {item.url}"] if item.url else []
        parts.append("")
    return "\n".join([*parts, _WHY, ""])
