"""Messages as mail, through an SMTP server."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import Literal

import msgspec

from fleet_app.notification.channels.ports import Message, NotNow, NotSent, Refused

SECONDS = 20.0
NO_ADDRESS = "This is no address that mail can go to."
Security = Literal["starttls", "tls", "none"]


class SmtpServer(msgspec.Struct, frozen=True, kw_only=True):
    """Where mail is handed over, as whom, and from whom it comes."""

    host: str
    port: int
    sender: str
    security: Security = "starttls"
    username: str = ""
    password: str = ""
    ca_file: str | None = None
    """Certificates to trust instead of the system's, for a company's own authority."""


class EmailChannel:
    """One connection per message: alerts are few, and a kept connection dies unnoticed."""

    per_minute: int | None = None

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def send(self, message: Message) -> str:
        """See `Sends`."""
        mail = compose(message, self._server.sender)
        try:
            await asyncio.to_thread(self._send, mail)
        except (smtplib.SMTPException, OSError) as error:
            raise problem(error) from error
        return str(mail["Message-ID"])

    async def close(self) -> None:
        """Nothing stays open."""

    def _send(self, mail: EmailMessage) -> None:
        server = self._server
        with self._connected() as smtp:
            if server.security == "starttls":
                smtp.starttls(context=self._trust())
            if server.username:
                smtp.login(server.username, server.password)
            smtp.send_message(mail)

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            trust = self._trust()
            return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=trust)
        return smtplib.SMTP(server.host, server.port, timeout=SECONDS)

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._server.ca_file)


def compose(message: Message, sender: str) -> EmailMessage:
    """The mail, plain and as HTML. Sent twice it has the same Message-ID, so programs show one.

    Raises `Refused` for an address that no mail can go to.
    """
    mail = EmailMessage()
    domain = sender.rpartition("@")[2].strip(" >") or "localhost"
    try:
        mail["From"] = sender
        mail["To"] = message.address
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(message.created_at)
        mail["Message-ID"] = f"<notification-{message.id}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
    except (ValueError, IndexError, AttributeError) as error:
        raise Refused(NO_ADDRESS) from error
    _check_recipient(mail)
    if message.severity == "critical":
        mail["Importance"] = "high"
    mail.set_content("\n\n".join(part for part in (message.body, message.url) if part) + "\n")
    mail.add_alternative(_html(message), subtype="html")
    return mail


def _check_recipient(mail: EmailMessage) -> None:
    """One address of a name and a domain: a list would tell others, and half of one nobody."""
    found = mail["To"].addresses
    if len(found) != 1 or not found[0].username or not found[0].domain or mail["To"].defects:
        raise Refused(NO_ADDRESS)


def problem(error: Exception) -> NotSent:
    """What an SMTP server's no means: 4xx may become a yes, 5xx will not."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()), (550, NO_ADDRESS))
        return _by_code(code, said)
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Refused(f"The mail server cannot do what is set up: {error}")
    if isinstance(error, ssl.SSLError):
        return NotNow("The mail server's certificate was not accepted.")
    return NotNow("The mail server could not be reached, or broke off.")


def _by_code(code: int, said: bytes | str) -> NotSent:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    reason = f"The mail server answered {code}: {' '.join(text.split())[:300]}"
    return Refused(reason) if 500 <= code < 600 else NotNow(reason)


def _html(message: Message) -> str:
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in message.body.splitlines() if line)
    link = f'<p><a href="{escape(message.url)}">Open</a></p>' if message.url else ""
    title = escape(message.subject)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title></head>'
        '<body style="font-family:sans-serif;line-height:1.5;max-width:40em">'
        f'<h2 style="font-size:1.2em">{title}</h2>{paragraphs}{link}</body></html>\n'
    )
