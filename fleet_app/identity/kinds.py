"""Users: what people write about them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator

from fleet_app.access.roles import Role
from fleet_app.identity.emails import checked_email
from fleet_app.identity.errors import WeakPassword
from fleet_app.identity.models import User
from fleet_app.identity.passwords import Passwords, check_policy
from fleet_app.identity.repository import IdentityRepository
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import Conflict, InvalidInput
from fleet_app.records.fields import Computed, Fields, FieldType, Spec, field
from fleet_app.records.kinds import Kind, Write
from fleet_app.records.languages import LANGUAGES, OptionalLanguage
from fleet_app.records.problems import invalid
from fleet_app.records.types import Flag, Name, Phone, Secret

ASSIGNABLE = frozenset({Role.FLEET_MANAGER, Role.DISPATCHER, Role.DRIVER})
"""Roles that a fleet's own people may have; administrators are made by administrators."""
NO_PASSWORD = "!"  # noqa: S105 - no hash looks like this, so no password fits
MOST_PASSWORDS = 50
"""New passwords in one request: each takes a core some 40 ms."""
_passwords = Passwords()


def _email(text: str) -> str:
    try:
        return checked_email(text)
    except InvalidInput as error:
        raise ValueError(error.fields["email"].lower()) from None


# fmt: off


class UserFields(Fields):
    """A user as people write it."""

    name: Name = field("Name", max_length=120, example="Mikko Laine", group="Person")
    email: Annotated[Name, AfterValidator(_email)] = field(
        "E-mail", max_length=254, example="mikko@example.com", group="Person",
        aliases=("email", "mail"), help="Used to sign in",
    )
    role: Role = field("Role", FieldType.CHOICE, choices=Role, group="Access", example="dispatcher",
                      for_many=False)
    is_active: Flag = field("May sign in", FieldType.FLAG, default=True, group="Access",
                            example=True)
    password: Secret = field(
        "New password", default=None, max_length=200, secret=True, shown=False, sortable=False,
        filterable=False, importable=False, group="Access", input="password",
        help="Left empty, it stays as it is; a new user cannot sign in without one",
    )
    phone: Phone = field("Phone", default=None, max_length=32, example="+358 40 123 4567",
                         group="Person", shown=False)
    language: OptionalLanguage = field("Language", default=None, max_length=8, example="fi",
                                       group="Person", shown=False, input="known", known=LANGUAGES)


# fmt: on


async def _before_save(write: Write) -> None:
    actor = write.actor
    _check_role(write)
    if write.row.id is not None and write.row.id == actor.user_id:
        _check_self(write)
    password = write.values.pop("password", None)
    if password:
        ready = write.prepared.get(password)
        write.values["password_hash"] = ready.pop() if ready else await _passwords.hash(password)
    elif write.is_new:
        write.values["password_hash"] = NO_PASSWORD


def _before_many(rows: Sequence[Mapping[str, Any]]) -> None:
    if sum(1 for row in rows if row.get("password")) > MOST_PASSWORDS:
        message = f"at most {MOST_PASSWORDS} users with a password at once; send fewer"
        raise invalid({"password": message})


async def _prepare(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, list[str]]:
    """Password -> a hash for each row that has it, so that no two people share a salt.

    What is no password is refused later, with the other fields.
    """
    wanted = [row["password"] for row in rows if _is_password(row.get("password"))]
    hashes: defaultdict[str, list[str]] = defaultdict(list)
    made = await asyncio.gather(*map(_passwords.hash, wanted))
    for password, hash_ in zip(wanted, made, strict=True):
        hashes[password].append(hash_)
    return hashes


def _is_password(value: Any) -> bool:
    try:
        check_policy(value if isinstance(value, str) else "")
        value.encode()
    except (WeakPassword, UnicodeEncodeError):
        return False
    return True


def _check_role(write: Write) -> None:
    wanted: Role | None = write.values.get("role")
    fleetless = write.row.fleet_id is None
    if wanted is not None and (wanted is Role.SYSTEM_ADMIN) != fleetless:
        raise invalid({"role": "an administrator has no fleet, and everybody else has one"})
    if write.actor.role is Role.SYSTEM_ADMIN or wanted is None:
        return
    if wanted not in ASSIGNABLE:
        raise invalid({"role": "only an administrator may give this role"})


def _check_self(write: Write) -> None:
    """Nobody locks the door behind themselves, or climbs."""
    for name, message in (("role", "your own role"), ("is_active", "your own access")):
        if name in write.values and write.values[name] != write.before.get(name):
            raise invalid({name: f"you cannot change {message}"})


async def _after_save(write: Write) -> None:
    """A new password or no access any more: phones have to sign in again."""
    locked_out = write.values.get("is_active") is False
    if not write.is_new and (locked_out or "password_hash" in write.values):
        await _end_grants(write)


async def _before_delete(write: Write) -> None:
    if write.row.id == write.actor.user_id:
        raise Conflict("You cannot delete yourself")
    await _end_grants(write)


async def _end_grants(write: Write) -> None:
    await IdentityRepository(write.session).revoke_families(utc_now(), user_id=write.row.id)


def _last_sign_in(_: Any) -> Any:
    return User.last_sign_in_at


USERS = Kind(
    name="user",
    plural="users",
    label="User",
    label_plural="Users",
    model=User,
    fields=UserFields,
    search=("name", "email"),
    key="email",
    unique={"uq_users_email": ("email", "this address belongs to another user already")},
    computed=(
        Computed(
            name="last_sign_in_at",
            title="Last sign-in",
            type=FieldType.MOMENT,
            expression=_last_sign_in,
        ),
    ),
    private=frozenset({"password_hash"}),
    behind=(Spec(name="password_hash", title="Password"),),
    before_save=_before_save,
    after_save=_after_save,
    before_delete=_before_delete,
    before_many=_before_many,
    prepare=_prepare,
    icon="user-cog",
    extra={"fleetless": True},
)
