"""The browser modules of this package, published side by side."""

from __future__ import annotations

import reflex as rx
from reflex.assets import AssetPathStr

LIBRARIES = ("signUp.js", "pushing.js")


def _publish(name: str) -> AssetPathStr:
    return rx.asset(name, shared=True)


for _name in LIBRARIES:
    _publish(_name)

SIGN_UP_FORM = _publish("SignUpForm.jsx")
PUSH_CARD = _publish("PushCard.jsx")
SIGN_OUT = _publish("SignOut.jsx")
