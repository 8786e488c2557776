"""A mail server, by the standard library's SMTP: encrypted beyond this machine, one connection a message."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from connectors.notices.errors import DeliveryError
from connectors.redaction import remember_secrets
from connectors.transport_security import ca_bundle, is_loopback

_TIMEOUT_S = 20.0
_PASSWORD = "ACCORD_SMTP_PASSWORD"  # noqa: S105  # the variable's name


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in; ``password`` is shown nowhere."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str | None
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        remember_secrets(self.password)

    def problem(self) -> str | None:
        """What cannot work, with the remedy."""
        if self.security == "none" and not is_loopback(self.host):
            return "security: none is for a mail server on this machine only; write starttls or tls"
        if self.user is not None and not self.password:
            return f"{_PASSWORD} is not set: the password with which {self.user} signs in"
        return None

    def send(self, message: EmailMessage) -> None:
        """Hand in one message to its one recipient.

        Raises:
            DeliveryError: it was not taken.
        """
        if wrong := self.problem():
            raise DeliveryError(
                wrong, "Mend channels.email of the notices, or the variable.", channel_down=True
            )
        # Closed without QUIT: its answer must not make a message that was taken look refused, and be sent again.
        with self._explained(), closing(self._connected()) as connection:
            if self.security == "starttls":
                connection.starttls(context=self._trusted())
            if self.user is not None:
                connection.login(self.user, self.password)
            connection.send_message(message)

    def _connected(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT_S, context=self._trusted())
        return smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_S)

    def _trusted(self) -> ssl.SSLContext:
        bundle = ca_bundle()
        if bundle is not None and Path(bundle).is_dir():
            return ssl.create_default_context(capath=bundle)
        return ssl.create_default_context(cafile=bundle)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        # A server's own words quote addresses and messages: only codes are told.
        again = "It is tried again by itself; look at the mail server if it lasts."
        try:
            yield
        except smtplib.SMTPRecipientsRefused as error:
            code = next((code for code, _ in error.recipients.values()), 0)
            raise DeliveryError(
                f"the mail server does not take the recipient (code {code})",
                "Mend the address: of an owner in Salesforce, of the others under `recipients`.",
                lasting=code >= 500,
            ) from None
        except smtplib.SMTPAuthenticationError as error:
            raise DeliveryError(
                f"the mail server refuses the sign-in (code {error.smtp_code})",
                f"Mend channels.email.user, or {_PASSWORD}.",
                channel_down=True,
            ) from None
        except smtplib.SMTPNotSupportedError:
            raise DeliveryError(
                "the mail server offers no encryption, or no sign-in, on this port",
                "Choose its port for submission, and security: tls or starttls to match.",
                channel_down=True,
            ) from None
        except smtplib.SMTPSenderRefused as error:
            raise DeliveryError(
                f"the mail server does not take the sender (code {error.smtp_code})",
                "Give channels.email.sender an address that it may send from.",
                channel_down=True,
            ) from None
        except smtplib.SMTPResponseException as error:
            lasting = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
            raise DeliveryError(
                f"the mail server answered with code {error.smtp_code}",
                again,
                lasting=lasting,
                channel_down=not lasting,
            ) from None
        except ssl.SSLError as error:
            raise DeliveryError(
                f"the mail server's certificate or encryption is not accepted ({error.reason})",
                "Name the certificate authority in REQUESTS_CA_BUNDLE, or mend host, port and security.",
                channel_down=True,
            ) from None
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryError(
                f"the mail server could not be reached ({type(error).__name__})", again, channel_down=True
            ) from None
