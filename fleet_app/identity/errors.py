"""What can go wrong when somebody proves who they are."""

from __future__ import annotations

from fleet_app.kernel.errors import Conflict, InvalidInput, TooManyRequests, Unauthenticated


class WrongCredentials(Unauthenticated):
    """Unknown email, wrong password or deactivated user: the caller must not learn which."""

    type = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__("The email or the password is wrong")


class InvalidToken(Unauthenticated):
    """A token that is malformed, expired, revoked or meant for somebody else."""

    type = "invalid_token"

    def __init__(self, message: str = "The token is not valid") -> None:
        super().__init__(message)


class TooManyAttempts(TooManyRequests):
    """Too many failed sign-ins for one account or from one address."""

    type = "too_many_attempts"

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many failed sign-ins; please wait", retry_after=retry_after)


class EmailTaken(Conflict):
    """Another user already signs in with this email."""

    type = "email_taken"

    def __init__(self, email: str) -> None:
        super().__init__(f"A user with the email {email} already exists")
        self.email = email


class WeakPassword(InvalidInput):
    """The password does not meet the policy; the message says what is missing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, fields={"password": reason})
