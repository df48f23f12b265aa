"""What a text may hold: the same for one line and for many."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from fleet_app.kernel.texts import is_blank, many_lines, natural, one_line

READ_DIFFERENTLY = [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F]
UNSEEN = [0x00AD, 0x180E, 0x200B, 0x2060, 0x2064, 0xFEFF, 0xFFF9, 0xE0041]
CONTROLS = [0x00, 0x08, 0x0B, 0x1B, 0x7F, 0x80, 0x9B, 0xD800, 0xDFFF]
JOINERS = "\u200c\u200d"
LETTERS = [
    "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with a non-joiner
    "\u0915\u094d\u200d\u0937",  # Devanagari, with a joiner
    "\U0001f469\u200d\U0001f527 \U0001f3f4\u200d\u2620\ufe0f",  # a mechanic and a pirate
    "\u05e9\u05b8\u05dc\u05d5\u05b9\u05dd 12",
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0629: 7",
    "Håkan’s café – 北京 0️⃣ \U0001f1eb\U0001f1ee",
]
written = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")) | st.sampled_from(JOINERS)
)


@pytest.mark.parametrize("rule", [one_line, many_lines])
@pytest.mark.parametrize("code", [*READ_DIFFERENTLY, *UNSEEN, *CONTROLS], ids=hex)
def test_what_nobody_sees_is_refused_in_short_and_long_texts(
    rule: Callable[[str], str], code: int
) -> None:
    with pytest.raises(ValueError, match=r"(invisible|control) characters"):
        rule(f"Ring tw{chr(code)}ice")


@pytest.mark.parametrize("rule", [one_line, many_lines])
@pytest.mark.parametrize("text", LETTERS)
def test_every_script_and_emoji_stays(rule: Callable[[str], str], text: str) -> None:
    assert rule(text) == unicodedata.normalize("NFC", text)


@given(written)
@example("\u0958")
def test_both_rules_take_the_same_letters_and_keep_them_as_they_are_read(text: str) -> None:
    assert one_line(text) == many_lines(text) == unicodedata.normalize("NFC", text)
    assert one_line(one_line(text)) == one_line(text)


@given(written, st.sampled_from([*READ_DIFFERENTLY, *UNSEEN, *CONTROLS]), written)
def test_no_letters_around_it_hide_it(before: str, code: int, after: str) -> None:
    for rule in (one_line, many_lines):
        with pytest.raises(ValueError, match="must"):
            rule(before + chr(code) + after)


@given(st.lists(written, min_size=2), st.sampled_from(["\n", "\r\n", "\r", "\x85", "\u2028"]))
def test_lines_are_ended_in_one_way(lines: list[str], end: str) -> None:
    assume("" not in lines)
    kept = many_lines(end.join(lines))
    assert kept.split("\n") == [unicodedata.normalize("NFC", line) for line in lines]
    with pytest.raises(ValueError, match="one line"):
        one_line(end.join(lines))


@pytest.mark.parametrize("text", ["", " ", "\u00a0\u3000", "\u200d", "\u200c \u3164", "\u2800"])
def test_what_shows_nothing_is_blank(text: str) -> None:
    assert is_blank(text)
    assert not is_blank(f"{text}x")


def test_names_with_numbers_are_in_the_order_in_which_people_count() -> None:
    names = ["Driver 10", "driver 2", "Driver 1", "Ääkkönen", "7 up", "Driver", "Driver 2b"]
    ordered = ["7 up", "Driver", "Driver 1", "driver 2", "Driver 2b", "Driver 10", "Ääkkönen"]
    assert sorted(names, key=natural) == ordered


@given(st.text("a 7١²") | written)
@example("9" * 5000)
def test_whatever_a_name_begins_with_its_numbers_count(name: str) -> None:
    assert natural(f"{name}-2") < natural(f"{name}-10") < natural(f"{name}-10b")
