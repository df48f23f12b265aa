"""Mail against a real SMTP server: sign-in, encryption, what arrives, and what its no means."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from fleet_app.notification.channels.email import EmailChannel, SmtpServer
from fleet_app.notification.channels.ports import NotNow, Refused
from tests.builders.messages import a_certificate, a_message

USER, PASSWORD = "fleet", "a pass-word with spaces"


class Mailbox:
    """What came in; `answer` is what the server says to the text of a mail."""

    def __init__(self, answer: str = "250 OK", recipients: str = "250 OK") -> None:
        self.answer, self.recipients = answer, recipients
        self.mails: list[EmailMessage] = []
        self.sessions: list[Session] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipients.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.recipients

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.sessions.append(session)
        mail = email.message_from_bytes(envelope.content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return self.answer


def knows(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.login == USER.encode()
    right = right and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=right)


def a_free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def server(box: Mailbox, **options: Any) -> Iterator[int]:
    port = a_free_port()
    running = Controller(box, hostname="127.0.0.1", port=port, **options)
    running.start()
    try:
        yield port
    finally:
        running.stop()


def channel(port: int, **options: Any) -> EmailChannel:
    given = {"host": "localhost", "port": port, "sender": "Fleet <fleet@example.com>", **options}
    return EmailChannel(SmtpServer(**given))


async def test_a_mail_arrives_plain_and_as_html():
    box = Mailbox()
    with server(box) as port:
        told = await channel(port, security="none").send(a_message())
    (mail,) = box.mails
    assert mail["Subject"] == "Van 1 left the depot — früh"
    assert mail["To"] == "somebody@example.com"
    assert mail["From"] == "Fleet <fleet@example.com>"
    assert mail["Message-ID"] == told == "<notification-7@example.com>"
    plain, html = mail.get_body(["plain"]), mail.get_body(["html"])
    assert plain is not None
    assert html is not None
    assert "Driver: Łukasz <b>" in plain.get_content()
    assert "https://fleet.example.com/alerts?id=17" in plain.get_content()
    assert "Łukasz &lt;b&gt;" in html.get_content()


async def test_sent_again_it_is_the_same_mail_to_a_mail_program():
    box, message = Mailbox(), a_message()
    with server(box) as port:
        for _ in range(2):
            await channel(port, security="none").send(message)
    first, second = box.mails
    assert first["Message-ID"] == second["Message-ID"]


async def test_it_signs_in_once_the_line_is_encrypted(tmp_path: Path):
    tls, trusted = a_certificate(tmp_path)
    box = Mailbox()
    options = {"tls_context": tls, "require_starttls": True, "authenticator": knows,
               "auth_required": True}  # fmt: skip
    with server(box, **options) as port:
        given = {"ca_file": str(trusted), "username": USER}
        await channel(port, password=PASSWORD, **given).send(a_message())
        assert box.sessions[0].ssl is not None
        assert box.sessions[0].authenticated
        with pytest.raises(Refused, match="535"):
            await channel(port, password="wrong", **given).send(a_message())
        with pytest.raises(Refused, match="530"):
            await channel(port, security="none").send(a_message())
    assert len(box.mails) == 1


async def test_a_server_with_another_certificate_gets_no_password(tmp_path: Path):
    tls, _ = a_certificate(tmp_path)
    box = Mailbox()
    with (
        server(box, tls_context=tls, authenticator=knows, auth_required=True) as port,
        pytest.raises(NotNow, match="certificate"),
    ):
        await channel(port, username=USER, password=PASSWORD).send(a_message())
    assert box.mails == []


async def test_a_server_that_cannot_encrypt_gets_no_mail():
    box = Mailbox()
    with server(box) as port, pytest.raises(Refused, match="STARTTLS"):
        await channel(port).send(a_message())
    assert box.mails == []


async def test_a_server_that_is_encrypted_from_the_first_byte(tmp_path: Path):
    tls, trusted = a_certificate(tmp_path)
    box = Mailbox()
    with server(box, ssl_context=tls) as port:
        await channel(port, security="tls", ca_file=str(trusted)).send(a_message())
    assert len(box.mails) == 1


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"answer": "554 spam"}, Refused),
        ({"answer": "451 later"}, NotNow),
        ({"recipients": "550 unknown user"}, Refused),
        ({"recipients": "450 greylisted"}, NotNow),
    ],
)
async def test_what_a_no_means(answers: dict[str, str], kind: type[Exception]):
    with server(Mailbox(**answers)) as port, pytest.raises((Refused, NotNow)) as told:
        await channel(port, security="none").send(a_message())
    assert type(told.value) is kind
    assert next(iter(answers.values())) in str(told.value).replace(":", "")


async def test_nobody_there_means_later():
    with server(Mailbox()) as port:
        pass
    with pytest.raises(NotNow):
        await channel(port, security="none").send(a_message())


@pytest.mark.parametrize("address", ["a@b\nBcc: all@example.com", "no address", "a@b@c", "@", ""])
async def test_an_address_that_is_none_is_refused_and_adds_no_header(address: str):
    box = Mailbox()
    with server(box) as port, pytest.raises(Refused):
        await channel(port, security="none").send(a_message(address=address))
    assert box.mails == []
