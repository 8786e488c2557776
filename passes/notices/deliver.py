"""Delivers the outbox: notes that a message is on its way, sends it, notes what became of it.

Whoever dies between the two leaves the message to be sent once more under the same id. A channel that is down is left
alone until the next time; every failure makes the next wait longer, and after the agreed number of tries the message is
set aside with its remedy.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from connectors.notices.errors import DeliveryError
from connectors.store import outbox
from connectors.store.outbox import Message
from passes.context import PassContext
from passes.notice_setup import NoticeSetup
from passes.notices.stories import stories
from reports.notices.mail import mail
from reports.notices.slack import slack_message
from reports.notices.words import Told, digest_title, told
from sla_rules.notices.contract import NoticeRules
from sla_rules.notices.hours import Hours

_LOG = logging.getLogger(__name__)
_AT_ONCE = 2
_LONGEST_HINT_S = 10.0

Sleep = Callable[[float], None]


def deliver(
    context: PassContext, setup: NoticeSetup, hours: Hours, *, sleep: Sleep = time.sleep
) -> Counter[str]:
    """Send what is due; answers notices by what became of them: ``sent``, ``postponed``, ``failed``, ``withdrawn``."""
    store, rules = context.store, setup.rules
    with store.begin() as connection:
        waiting = outbox.messages(connection, context.now(), digest_over=rules.digest_over)
    outcome: Counter[str] = Counter()
    down: set[tuple[str, str]] = set()
    for message in waiting:
        place = _place(message)
        if place in down:
            continue
        with store.begin() as connection:
            found = stories(context, setup, hours, connection, message.rows)
            items = [(row, told(found[row.notice_id])) for row in message.rows if row.notice_id in found]
            if not items:
                outbox.dropped(connection, message, now=context.now())
                outcome["withdrawn"] += len(message.rows)
                continue
            outbox.take(connection, message)
        try:
            _patiently(lambda: _send(setup, message, items), sleep)  # noqa: B023  # called at once
        except DeliveryError as error:
            if error.channel_down:
                down.add(place)
            outcome[_not_taken(context, rules, hours, message, error)] += len(message.rows)
            continue
        with store.begin() as connection:
            outbox.sent(connection, message, now=context.now())
        outcome["sent"] += len(message.rows)
    return outcome


def _place(message: Message) -> tuple[str, str]:
    """What fails together: the mail server, or the webhook of one role."""
    row = message.rows[0]
    return row.channel, row.role if row.channel == "slack" else ""


def _patiently(send: Callable[[], None], sleep: Sleep) -> None:
    """A second try at once helps where a connection just broke; longer waits are the outbox's."""

    def worth_it(error: BaseException) -> bool:
        if not isinstance(error, DeliveryError) or error.lasting:
            return False
        return error.retry_after_s is None or error.retry_after_s <= _LONGEST_HINT_S

    Retrying(
        sleep=sleep,
        stop=stop_after_attempt(_AT_ONCE),
        wait=wait_exponential(multiplier=1, max=_LONGEST_HINT_S),
        retry=retry_if_exception(worth_it),
        reraise=True,
    )(send)


def _send(setup: NoticeSetup, message: Message, items: Sequence[tuple[Any, Told]]) -> None:
    first = message.rows[0]
    shown = [item for _, item in items]
    title = shown[0].title if len(shown) == 1 else digest_title([row.kind for row, _ in items])
    if first.channel == "slack":
        if setup.slack is None or first.role not in setup.slack.roles:
            raise _switched_off("Slack")
        mention = setup.rules.channels.slack.mentions.get(first.recipient)
        setup.slack.post(first.role, slack_message(title, shown, mention=mention))
        return
    if setup.mail is None or setup.rules.channels.email.sender is None:
        raise _switched_off("mail")
    setup.mail.send(
        mail(
            title,
            shown,
            sender=setup.rules.channels.email.sender,
            recipient=first.recipient,
            message_id=message.message_id,
            at=first.decided_at,
        )
    )


def _switched_off(channel: str) -> DeliveryError:
    return DeliveryError(
        f"{channel} is switched off", "Switch it on, or leave it: it is withdrawn.", channel_down=True
    )


def _not_taken(
    context: PassContext, rules: NoticeRules, hours: Hours, message: Message, error: DeliveryError
) -> str:
    first, now = message.rows[0], context.now()
    tries = max(row.tries for row in message.rows) + 1
    _LOG.warning("notice message %s by %s: %s", message.message_id, first.channel, error)
    with context.store.begin() as connection:
        if error.lasting or tries >= rules.patience.tries:
            outbox.failed(connection, message, now=now, trouble=error.what, remedy=error.remedy)
            return "failed"
        until = now + max(_wait(rules, tries), timedelta(seconds=error.retry_after_s or 0))
        if rules.notices.of(first.kind).quiet_hours:
            until = hours.opening(first.role, first.recipient if "@" in first.recipient else None, until)
        outbox.postponed(connection, message, until=until, trouble=error.what, remedy=error.remedy)
    return "postponed"


def _wait(rules: NoticeRules, tries: int) -> timedelta:
    first, longest = rules.patience.first_wait.elapsed, rules.patience.longest_wait.elapsed
    doubled: timedelta = first * 2 ** min(tries - 1, 30)
    return min(doubled, longest)
