"""What the sign-up form guesses of a browser, and what it says of an answer; run by node."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fleet_app.runtime.toolchain import node
from fleet_app.web.components.account import sources

HERE = Path(sources.__file__).parent


def js(expression: str) -> Any:
    """The value of an expression about the module `m`, which may wait."""
    where = (HERE / "signUp.js").as_uri()
    program = f"import * as m from '{where}'; console.log(JSON.stringify(await ({expression})));"
    done = subprocess.run(
        [str(node()), "--no-warnings", "--input-type=module", "-e", program],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_every_script_is_published_and_nothing_else() -> None:
    found = {path.name for path in HERE.iterdir() if path.suffix in {".js", ".jsx"}}
    assert found == {*sources.LIBRARIES, "SignUpForm.jsx", "PushCard.jsx", "SignOut.jsx"}


@pytest.mark.parametrize(
    ("languages", "region", "units", "currency"),
    [
        (["en-US"], "US", "imperial", "USD"),
        (["fi", "fi-FI", "en-US"], "FI", "metric", "EUR"),
        (["sv-SE"], "SE", "metric", "SEK"),
        (["en-GB"], "GB", "imperial", "GBP"),
        (["zh-Hant-TW"], "TW", "metric", "TWD"),
        (["en"], "", "metric", "EUR"),
        (["*", "no language"], "", "metric", "EUR"),
        (None, "", "metric", "EUR"),
        (["en-AQ"], "AQ", "metric", "EUR"),
    ],
)
def test_units_and_currency_follow_the_country(
    languages: list[str] | None, region: str, units: str, currency: str
) -> None:
    expression = f"(() => {{ const r = m.regionOf({json.dumps(languages)}); "
    expression += "return { region: r, ...m.customs(r) }; })()"
    assert js(expression) == {"region": region, "units": units, "currency": currency}


def test_a_time_zone_that_cannot_be_chosen_is_not_guessed() -> None:
    zones = '["Europe/Helsinki"]'
    both = f'[m.ownZone({zones}, "Europe/Helsinki"), m.ownZone({zones}, "Mars/Base")]'
    assert js(both) == ["Europe/Helsinki", ""]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("is missing", "Your name is missing"),
        ("Use at least 10 characters", "Use at least 10 characters"),
        ("write it like name@example.com", "Write it like name@example.com"),
    ],
)
def test_a_problem_is_a_sentence(message: str, text: str) -> None:
    assert js(f'm.sentence("Your name", {json.dumps(message)})') == text


def answered(status: int, body: str, retry: str = "null") -> Any:
    reply = f"{{ ok: {str(status < 400).lower()}, status: {status}, json: async () => {body}, "
    reply += f"headers: {{ get: () => {retry} }} }}"
    return js(f"m.signUp({{}}, async () => ({reply}))")


def test_what_an_answer_means() -> None:
    assert answered(201, '({data: {next: "/"}})') == {"next": "/"}
    wrong = answered(400, '({error: {message: "x", fields: {name: "is missing"}}})')
    assert wrong["fields"] == {"name": "is missing"}
    slow = answered(429, '({error: {message: "Too many", fields: {}}})', '"840"')
    assert slow["message"] == "Too many. Try again in 14 minutes."
    assert answered(502, '(() => { throw new SyntaxError("html"); })()')["message"]
    lost = js('m.signUp({}, async () => { throw new TypeError("no network"); })')
    assert "connection was lost" in lost["message"]
