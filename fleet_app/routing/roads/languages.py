"""The languages in which turns are told."""

from __future__ import annotations

FALLBACK = "en-US"
LANGUAGES = (
    "bg-BG", "ca-ES", "cs-CZ", "da-DK", "de-DE", "el-GR", "en-GB", "en-US", "es-ES", "et-EE",
    "fi-FI", "fr-FR", "hi-IN", "hu-HU", "it-IT", "ja-JP", "nb-NO", "nl-NL", "pl-PL", "pt-BR",
    "pt-PT", "ro-RO", "ru-RU", "sk-SK", "sl-SI", "sv-SE", "tr-TR", "uk-UA",
)  # fmt: skip
"""As language tags, all of which Valhalla knows."""
_USUAL = {"en": FALLBACK, "pt": "pt-PT", "no": "nb-NO", "nn": "nb-NO"}


def language_of(wanted: str | None) -> str:
    """The language nearest to the wanted tag: itself, the same language elsewhere, or English."""
    tag = (wanted or "").strip().replace("_", "-").lower()
    exact = next((one for one in LANGUAGES if one.lower() == tag), None)
    if exact:
        return exact
    language = tag.split("-", 1)[0]
    if language in _USUAL:
        return _USUAL[language]
    return next((one for one in LANGUAGES if one.split("-")[0] == language), FALLBACK)
