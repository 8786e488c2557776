"""What telling people needs besides a pass's context: the rules, the channels, and where records are shown."""

from dataclasses import dataclass
from urllib.parse import quote

from connectors.notices.mail import MailServer
from connectors.notices.slack import SlackWebhooks
from sla_rules.notices.contract import ROLES, NoticeRules
from sla_rules.notices.decide import Reach


@dataclass(frozen=True, slots=True)
class NoticeSetup:
    """Rules and channels of one installation.

    Attributes:
        mail: None while mail is switched off.
        slack: None while Slack is switched off, or no role has a webhook.
        salesforce_url: the org's My Domain.
    """

    rules: NoticeRules
    mail: MailServer | None
    slack: SlackWebhooks | None
    salesforce_url: str

    @property
    def reach(self) -> Reach:
        """The channels that can be used."""
        places = self.slack.roles if self.slack is not None else frozenset()
        return Reach(email=self.mail is not None, slack=frozenset(role for role in ROLES if role in places))

    @property
    def silent(self) -> bool:
        """Nothing is to be told."""
        return self.mail is None and self.slack is None

    def record_url(self, object_type: str, record_id: str) -> str | None:
        """The record's page; None without an address of the org."""
        if not self.salesforce_url:
            return None
        return f"{self.salesforce_url.rstrip('/')}/lightning/r/{object_type}/{quote(record_id, safe='')}/view"


SILENT = NoticeSetup(NoticeRules(), mail=None, slack=None, salesforce_url="")
"""An installation that tells nobody."""
