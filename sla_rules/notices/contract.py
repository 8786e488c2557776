"""Who is told what, how and when, as typed values: the model of ``notices.yaml``.

Secrets (webhooks, the mail server's password) are not here: they come from the environment.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sla_rules.definition_values import Page
from sla_rules.sla import Email
from sla_rules.sla_plan import Part
from sla_rules.sla_terms import Duration, parse_duration

Role = Literal["owner", "manager", "marketing", "admin"]
Channel = Literal["slack", "email"]
Kind = Literal["hot_lead", "watched", "due", "breach", "escalation", "feedback", "trouble"]
_USUAL: dict[Kind, tuple[Role, ...]] = {
    **dict.fromkeys(("hot_lead", "watched", "due", "breach"), ("owner",)),
    "feedback": ("marketing",),
    "trouble": ("admin",),
}
ROLES: tuple[Role, ...] = ("owner", "manager", "marketing", "admin")
CHANNELS: tuple[Channel, ...] = ("slack", "email")


def _clock_time(length: Duration) -> Duration:
    if length.business or length.elapsed.total_seconds() <= 0:
        raise ValueError(
            f"{str(length)!r} must be clock time and more than nothing; write for example '3 days'"
        )
    return length


def _an_address(text: str) -> str:
    local, _, domain = text.rpartition("@")
    if not local or not domain or any(sign.isspace() or sign in "<>,;" for sign in text):
        raise ValueError(f"{text!r} is no plain mail address; write for example lena.frank@example.com")
    return text


def _one_line(text: str) -> str:
    if any(ord(sign) < 32 for sign in text):
        raise ValueError("must stand on one line")
    return text


Span = Annotated[Duration, BeforeValidator(parse_duration), AfterValidator(_clock_time)]
Address = Annotated[Email, AfterValidator(_an_address)]
Line = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]


class SlackChannel(Part):
    """Incoming webhooks, one for each role that is told on Slack.

    Attributes:
        mentions: Slack member ids (``U024BE7LH``) by the owners' addresses, so that a post alerts them.
    """

    enabled: bool = False
    mentions: dict[Email, Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,20}$")]] = Field(
        default_factory=dict
    )


class EmailChannel(Part):
    """A mail server.

    Attributes:
        security: ``starttls`` (the connection is refused if the server does not offer it), ``tls`` from the first
            byte, or ``none``, for a server on this machine only.
        user: who signs in; nobody does if it is left out.
        sender: whom the mail is from.
    """

    enabled: bool = False
    host: Line | None = None
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Line | None = None
    sender: Address | None = None

    @model_validator(mode="after")
    def _complete(self) -> "EmailChannel":
        lacking = [name for name in ("host", "sender") if getattr(self, name) is None]
        if self.enabled and lacking:
            raise ValueError(
                f"mail needs {' and '.join(repr(name) for name in lacking)}; add it, or switch it off"
            )
        return self


class Channels(Part):
    """Where notices go. Nothing is decided or kept while all are off."""

    slack: SlackChannel = SlackChannel()
    email: EmailChannel = EmailChannel()

    @property
    def any(self) -> bool:
        """Whether anything is to be told at all."""
        return self.slack.enabled or self.email.enabled


class Owner(Part):
    """The owner of the record; the address is the user's in Salesforce.

    Attributes:
        called: what the SLA's escalations call them.
        calendar: of the SLA, for owners without one of their own; its first if left out.
    """

    called: tuple[str, ...] = ("the owner",)
    calendar: str | None = None


class Recipient(Part):
    """A role with fixed addresses.

    Attributes:
        called: what the SLA's escalations call them.
        calendar: of the SLA, for their quiet hours; its first if left out.
    """

    addresses: tuple[Address, ...] = ()
    called: tuple[str, ...] = ()
    calendar: str | None = None


class Recipients(Part):
    """Who stands for each role."""

    owner: Owner = Owner()
    manager: Recipient = Recipient()
    marketing: Recipient = Recipient()
    admin: Recipient = Recipient()

    def of(self, role: Role) -> Owner | Recipient:
        """What is configured for a role."""
        found: Owner | Recipient = getattr(self, role)
        return found

    def addresses(self, role: Role) -> tuple[str, ...]:
        """The fixed addresses of a role; an owner has none."""
        found = self.of(role)
        return found.addresses if isinstance(found, Recipient) else ()

    def called(self, name: str) -> Role | None:
        """The role that the SLA means by a name; None if nobody is called that."""
        wanted = name.strip().lower()
        for role in ROLES:
            if wanted in {one.strip().lower() for one in self.of(role).called}:
                return role
        return None

    @model_validator(mode="after")
    def _each_name_once(self) -> "Recipients":
        names = [name.strip().lower() for role in ROLES for name in self.of(role).called]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands for two roles; a name of the SLA means one")
        return self


class NoticeRule(Part):
    """One kind of notice.

    Attributes:
        tell: the roles told, the usual ones if left out. An escalation tells whom the SLA names, and these besides.
        by: the channels; all that are on if left out.
        quiet_hours: wait until the recipient's hours begin.
    """

    enabled: bool = True
    tell: tuple[Role, ...] | None = None
    by: tuple[Channel, ...] = CHANNELS
    quiet_hours: bool = True


class WatchedRule(NoticeRule):
    """Somebody whom a rep watches came back.

    Attributes:
        pages: only visits to these and what lies below them, as in the lead definition; none is all.
    """

    pages: tuple[Page, ...] = ()


class Kinds(Part):
    """Every kind of notice."""

    hot_lead: NoticeRule = NoticeRule()
    watched: WatchedRule = WatchedRule()
    due: NoticeRule = NoticeRule()
    breach: NoticeRule = NoticeRule()
    escalation: NoticeRule = NoticeRule()
    feedback: NoticeRule = NoticeRule()
    trouble: NoticeRule = NoticeRule(quiet_hours=False)

    def of(self, kind: Kind) -> NoticeRule:
        """The rule of a kind."""
        found: NoticeRule = getattr(self, kind)
        return found

    def told(self, kind: Kind) -> tuple[Role, ...]:
        """The roles that are told of a kind in any case; none while it is switched off."""
        rule = self.of(kind)
        if not rule.enabled:
            return ()
        return _USUAL.get(kind, ()) if rule.tell is None else rule.tell


class Patience(Part):
    """How often a notice is tried, and how long after each failure; the wait doubles."""

    tries: int = Field(default=8, ge=1, le=50)
    first_wait: Span = Duration(1, "minute", business=False)
    longest_wait: Span = Duration(2, "hour", business=False)


class NoticeRules(Part):
    """The whole file.

    Attributes:
        without_owner: who is told in the owner's place while a queue, nobody, or an inactive user owns the record.
        digest_over: more notices than that, due for one recipient at one time, become one message.
        tell_within: what is older is not told any more.
    """

    channels: Channels = Channels()
    recipients: Recipients = Recipients()
    without_owner: Role = "manager"
    notices: Kinds = Kinds()
    digest_over: int = Field(default=5, ge=1)
    tell_within: Span = Duration(3, "day", business=False)
    patience: Patience = Patience()

    @model_validator(mode="after")
    def _somebody_for_no_owner(self) -> "NoticeRules":
        if self.without_owner == "owner":
            raise ValueError(
                "'without_owner' names who is told when there is no owner: manager, marketing or admin"
            )
        return self
