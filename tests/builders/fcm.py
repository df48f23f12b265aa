"""Google's sign-in and Firebase's send endpoint (HTTP v1) as they answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jose import jwt

from tests.builders.http_server import Answer, Asked

PROJECT, CLIENT = "fleet-app", "sender@fleet-app.iam.gserviceaccount.com"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass
class Firebase:
    """Knows one service account, and phones by their tokens."""

    url: str = ""
    key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    sign_ins: int = 0
    good: str = ""
    messages: list[Any] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Answer:
        return self._sign_in(asked) if asked.path == "/token" else self._send(asked)

    def key_file(self, folder: Path) -> Path:
        """What Google's console gives to download."""
        private = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path = folder / "account.json"
        path.write_text(json.dumps({
            "type": "service_account", "project_id": PROJECT, "private_key_id": "k1",
            "private_key": private.decode(), "client_email": CLIENT, "client_id": "1",
            "token_uri": f"{self.url}/token",
        }))  # fmt: skip
        return path

    def _sign_in(self, asked: Asked) -> Answer:
        public = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        try:
            assert asked.form["grant_type"] == GRANT
            claims = jwt.decode(asked.form["assertion"], public.decode(), algorithms=["RS256"],
                                audience=f"{self.url}/token")  # fmt: skip
            assert claims["iss"] == CLIENT
            assert claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging"
        except Exception as error:
            return Answer(400, {"error": "invalid_grant", "error_description": str(error)})
        self.sign_ins += 1
        self.good = f"access-{self.sign_ins}"
        return Answer(200, {"access_token": self.good, "expires_in": 3599, "token_type": "Bearer"})

    def _send(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {self.good}":
            return _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        assert asked.path == f"/v1/projects/{PROJECT}/messages:send"
        message = asked.json["message"]
        if not all(isinstance(value, str) for value in message["data"].values()):
            return _error(400, "INVALID_ARGUMENT", "Invalid value at 'message.data[0].value'")
        match message["token"]:
            case "removed":
                return _error(404, "NOT_FOUND", "Requested entity was not found.", "UNREGISTERED")
            case "nonsense":
                said = "The registration token is not a valid FCM registration token"
                return _error(400, "INVALID_ARGUMENT", said, "INVALID_ARGUMENT")
            case "busy":
                return _error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", "QUOTA_EXCEEDED")
            case "down":
                return _error(503, "UNAVAILABLE", "The service is unavailable.", "UNAVAILABLE")
        self.messages.append(message)
        return Answer(200, {"name": f"projects/{PROJECT}/messages/0:1"})


def _error(code: int, status: str, message: str, fcm: str = "") -> Answer:
    kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
    details = [{"@type": kind, "errorCode": fcm}] if fcm else []
    error = {"code": code, "message": message, "status": status, "details": details}
    return Answer(code, {"error": error}, {"Retry-After": "9"} if code == 429 else {})
