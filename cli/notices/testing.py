"""``accord notices test``: one message through the configured channel, now, past the outbox."""

import secrets

from cli.console import plain, say
from cli.errors import Problem
from cli.errors import show as show_problem
from cli.exits import Exit
from connectors.notices.errors import DeliveryError
from dagster_project.settings import load_settings
from dagster_project.workbench import notice_setup
from passes.notice_setup import NoticeSetup
from passes.workbench import machine_clock
from reports.notices.mail import mail
from reports.notices.slack import slack_message
from reports.notices.words import Told
from sla_rules.notices.contract import ROLES

_TITLE = "A test from Accord"
_TEST = Told(_TITLE, (("What", "Notices reach you here."), ("Next", "Nothing: nobody waits for an answer.")))


def command(to: str) -> Exit:
    """Send the test; a refusal is told with its remedy.

    Raises:
        ConfigError: the rules, or what a channel needs, cannot be used.
    """
    setup = notice_setup(load_settings())
    problem = _not_possible(setup, to)
    if problem is None:
        try:
            _send(setup, to)
        except DeliveryError as error:
            problem = Problem(Exit.FAILED, "The test was not taken", (error.what,), error.remedy)
    if problem is not None:
        show_problem(problem)
        return problem.exit
    say(f"The test was taken: {'mail' if '@' in to else 'Slack'}, to {plain(to)}.", style="green")
    return Exit.DONE


def _not_possible(setup: NoticeSetup, to: str) -> Problem | None:
    if "@" in to:
        if setup.mail is None:
            return Problem(
                Exit.NO, "Mail is switched off", ("channels.email.enabled is false",), _switch("email")
            )
        return None
    if to not in ROLES:
        roles = ", ".join(ROLES)
        return Problem(
            Exit.NO, "Nobody is called that", (f"{plain(to)}: give a mail address, or one of {roles}",)
        )
    if setup.slack is None or to not in setup.slack.roles:
        variable = f"ACCORD_SLACK_WEBHOOK_{to.upper()}"
        return Problem(
            Exit.NO,
            "The role has no place on Slack",
            (f"{variable} is not set, or Slack is off",),
            _switch("slack"),
        )
    return None


def _switch(channel: str) -> str:
    return f"Switch channels.{channel} on in the file that ACCORD_NOTICES names, and set what it needs."


def _send(setup: NoticeSetup, to: str) -> None:
    if "@" not in to:
        assert setup.slack is not None  # noqa: S101  # asked before
        setup.slack.post(to, slack_message(_TITLE, [_TEST]))
        return
    sender = setup.rules.channels.email.sender
    assert setup.mail is not None  # noqa: S101  # asked before
    assert sender is not None  # noqa: S101  # the model's own check
    message = mail(
        _TITLE,
        [_TEST],
        sender=sender,
        recipient=to,
        message_id=f"test-{secrets.token_hex(8)}",
        at=machine_clock(),
    )
    setup.mail.send(message)
