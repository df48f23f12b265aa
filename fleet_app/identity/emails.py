"""Email addresses as names of accounts."""

from __future__ import annotations

import re
import unicodedata

from fleet_app.kernel.errors import InvalidInput

# Deliberately loose: only a message that arrives proves an address.
_PLAUSIBLE = re.compile(
    r"[^@\s\x00-\x1f\ufffd]{1,64}@[^@\s\x00-\x1f.\ufffd]+(\.[^@\s\x00-\x1f.\ufffd]+)+"
)
_NOT_TO_BE_KEPT = re.compile(r"[\x00\ud800-\udfff]")
"""What no database and no message can hold; no account has it in its name."""
LONGEST = 254


def normal_email(email: str) -> str:
    """The one spelling under which an account is kept and found."""
    plain = _NOT_TO_BE_KEPT.sub("\ufffd", email)
    return unicodedata.normalize("NFKC", plain).strip().lower()


def checked_email(email: str) -> str:
    """The normal spelling of a plausible address. Raises `InvalidInput`."""
    normal = normal_email(email)
    if len(normal) > LONGEST or not _PLAUSIBLE.fullmatch(normal):
        raise InvalidInput(
            "This is not an email address", fields={"email": "Write it like name@example.com"}
        )
    return normal
