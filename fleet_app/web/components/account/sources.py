"""The browser modules of this package, published side by side."""

from __future__ import annotations

from fleet_app.web.components.published import publisher

LIBRARIES = ("signUp.js", "pushing.js")


_publish = publisher(__name__, __file__)


for _name in LIBRARIES:
    _publish(_name)

SIGN_UP_FORM = _publish("SignUpForm.jsx")
PUSH_CARD = _publish("PushCard.jsx")
SIGN_OUT = _publish("SignOut.jsx")
