"""Files are what their bytes say, and pictures as large as their headers say."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.kernel.errors import InvalidInput
from fleet_app.kernel.media import (
    IMAGES,
    PAPERS,
    SHEETS,
    SUFFIXES,
    Media,
    UnknownMedia,
    clean_name,
    media_of,
)
from fleet_app.kernel.pictures import LONGEST_SIDE, UnreadablePicture, checked_size
from tests.builders.media import a_jpeg, a_pdf, a_png, a_webp, an_xlsx

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
PICTURES = [
    (Media.PNG, a_png),
    (Media.JPEG, a_jpeg),
    (Media.WEBP, a_webp),
    (Media.WEBP, lambda w, h: a_webp(w, h, b"VP8L")),
    (Media.WEBP, lambda w, h: a_webp(w, h, b"VP8 ")),
]


@pytest.mark.parametrize(
    ("head", "media"),
    [
        (a_png(), Media.PNG),
        (a_jpeg(), Media.JPEG),
        (a_webp(), Media.WEBP),
        (a_pdf(), Media.PDF),
    ],
)
def test_pictures_and_papers_are_known_by_their_first_bytes(head: bytes, media: Media):
    assert media_of(head, PAPERS) is media
    with pytest.raises(UnknownMedia):
        media_of(head, SHEETS)


@pytest.mark.parametrize(
    ("head", "media"),
    [
        (an_xlsx(), Media.XLSX),
        (b"name;plate\r\nVan 1;ABC-1\r\n", Media.CSV),
        ("nimi,ä\n".encode("cp1252"), Media.CSV),
        ("nimi\tä\n".encode("utf-16"), Media.CSV),
        (b"\xef\xbb\xbfname,plate\n", Media.CSV),
        (("x" * 4095 + "ä").encode()[:4096], Media.CSV),
    ],
)
def test_tables_are_taken_for_imports_only(head: bytes, media: Media):
    assert media_of(head, SHEETS) is media
    with pytest.raises(UnknownMedia):
        media_of(head, PAPERS)


@pytest.mark.parametrize(
    "head",
    [
        *(SVG, b"<html><script>alert(1)</script>", b" \r\n\xef\xbb\xbf<!doctype html>"),
        *(b"GIF89a\0\0", b"MZ\x90\0", b"\x7fELF\2\1", b"%!PS-Adobe", b"PK\x03\x04" + b"\0" * 40),
        *(
            b"\0\0\0\x18ftypheic",
            b"name,plate\0\n",
            b" ",
            b"{\\rtf1",
            SVG.decode().encode("utf-16"),
        ),
    ],
)
def test_everything_else_is_refused(head: bytes):
    with pytest.raises(UnknownMedia):
        media_of(head, PAPERS)
    if not head.startswith(b"%!PS"):  # which is text, and means nothing to anybody here
        with pytest.raises(UnknownMedia):
            media_of(head, SHEETS)


@pytest.mark.parametrize(("media", "make"), PICTURES)
@given(width=st.integers(1, 10_000), height=st.integers(1, 10_000))
def test_the_size_of_a_picture_is_read_from_its_header(media: Media, make, width, height):
    assert checked_size(media, make(width, height), complete=True) == (width, height)


@pytest.mark.parametrize(("media", "make"), PICTURES)
def test_pixel_bombs_are_refused(media: Media, make):
    for width, height in [(16_000, 16_000), (12_001, 10_000)]:
        with pytest.raises(UnreadablePicture, match="pixels"):
            checked_size(media, make(width, height), complete=True)


def test_a_picture_may_not_be_endlessly_long_or_have_no_pixels():
    for size in [(LONGEST_SIDE + 1, 1), (0, 5), (5, 0)]:
        with pytest.raises(UnreadablePicture):
            checked_size(Media.PNG, a_png(*size), complete=True)


def test_a_jpeg_tells_its_size_behind_long_notes_of_the_camera():
    picture = a_jpeg(4000, 3000, notes=5)
    assert checked_size(Media.JPEG, picture[:200_000], complete=False) is None
    assert checked_size(Media.JPEG, picture, complete=False) == (4000, 3000)
    with pytest.raises(UnreadablePicture):
        checked_size(Media.JPEG, picture[:200_000], complete=True)


@given(media=st.sampled_from(sorted(IMAGES)), head=st.binary(max_size=300), complete=st.booleans())
def test_no_header_however_broken_does_more_than_refuse(media, head, complete):
    try:
        size = checked_size(media, head, complete)
    except InvalidInput:
        return
    assert size is None or min(size) > 0


@given(head=st.binary(max_size=200), accepted=st.sampled_from([PAPERS, SHEETS]))
def test_no_bytes_do_more_than_be_refused(head, accepted):
    try:
        media = media_of(head, accepted)
    except UnknownMedia:
        return
    assert media in accepted


@pytest.mark.parametrize(
    ("name", "media", "cleaned"),
    [
        ("Van 7.JPG", Media.JPEG, "Van 7.JPG"),
        ("photo.html", Media.JPEG, "photo.html.jpg"),
        ("../../etc/passwd", Media.PDF, "passwd.pdf"),
        ("C:\\Users\\me\\scan.pdf", Media.PDF, "scan.pdf"),
        ("", Media.PNG, "file.png"),
        (".png", Media.PNG, "png.png"),
        ("...", Media.PNG, "file.png"),
        ("a\u202egnp.exe", Media.PNG, "agnp.exe.png"),
        ("a\r\nb\0c.png", Media.PNG, "a bc.png"),
        ("a \u200b b.png", Media.PNG, "a b.png"),
        ("Caf\u0065\u200b\u0301.png", Media.PNG, "Caf\u00e9.png"),
        ("Ajoneuvo ääkköset 日本.pdf", Media.PDF, "Ajoneuvo ääkköset 日本.pdf"),
        ('<b>"x"|y?.csv', Media.CSV, "_b__x__y_.csv"),
    ],
)
def test_names_are_cleaned(name: str, media: Media, cleaned: str):
    assert clean_name(name, media) == cleaned


# Letters at random hardly ever put something invisible between two spaces or under an accent.
TRICKY = st.text("a0 ._\u00a0\u200b\xad\x1f\r\u0301\u0338</\\jpgPNG", max_size=30)


@given(name=st.text(max_size=400) | TRICKY, media=st.sampled_from(list(Media)))
def test_no_name_leads_anywhere_or_hides_anything(name, media):
    cleaned = clean_name(name, media)
    assert 0 < len(cleaned) <= 200
    assert not set(cleaned) & set('/\\<>:"|?*\0\r\n')
    assert not cleaned.startswith((".", " "))
    assert cleaned.lower().endswith(SUFFIXES[media])
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Cs"} for char in cleaned)
    assert clean_name(cleaned, media) == cleaned
