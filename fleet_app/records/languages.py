"""Languages: their codes (ISO 639-1) and what people call them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from fleet_app.records.types import Name, OptionalLine

_NAMES = """
aa Afar, ab Abkhazian, af Afrikaans, ak Akan, am Amharic, an Aragonese, ar Arabic, as Assamese, av
Avaric, ay Aymara, az Azerbaijani, ba Bashkir, be Belarusian, bg Bulgarian, bi Bislama, bm
Bambara, bn Bengali, bo Tibetan, br Breton, bs Bosnian, ca Catalan, ce Chechen, ch Chamorro, co
Corsican, cr Cree, cs Czech, cv Chuvash, cy Welsh, da Danish, de German, dv Dhivehi, dz Dzongkha,
ee Ewe, el Greek, en English, eo Esperanto, es Spanish, et Estonian, eu Basque, fa Persian, ff
Fulah, fi Finnish, fj Fijian, fo Faroese, fr French, fy Western Frisian, ga Irish, gd Scottish
Gaelic, gl Galician, gn Guarani, gu Gujarati, gv Manx, ha Hausa, he Hebrew, hi Hindi, hr Croatian,
ht Haitian Creole, hu Hungarian, hy Armenian, hz Herero, id Indonesian, ig Igbo, ii Sichuan Yi, ik
Inupiaq, is Icelandic, it Italian, iu Inuktitut, ja Japanese, jv Javanese, ka Georgian, kg Kongo,
ki Kikuyu, kj Kuanyama, kk Kazakh, kl Greenlandic, km Khmer, kn Kannada, ko Korean, kr Kanuri, ks
Kashmiri, ku Kurdish, kv Komi, kw Cornish, ky Kyrgyz, la Latin, lb Luxembourgish, lg Ganda, li
Limburgish, ln Lingala, lo Lao, lt Lithuanian, lu Luba-Katanga, lv Latvian, mg Malagasy, mh
Marshallese, mi Maori, mk Macedonian, ml Malayalam, mn Mongolian, mr Marathi, ms Malay, mt
Maltese, my Burmese, na Nauru, nb Norwegian Bokmål, nd North Ndebele, ne Nepali, ng Ndonga, nl
Dutch, nn Norwegian Nynorsk, no Norwegian, nr South Ndebele, nv Navajo, ny Chichewa, oc Occitan,
oj Ojibwa, om Oromo, or Odia, os Ossetic, pa Punjabi, pl Polish, ps Pashto, pt Portuguese, qu
Quechua, rm Romansh, rn Rundi, ro Romanian, ru Russian, rw Kinyarwanda, sa Sanskrit, sc Sardinian,
sd Sindhi, se Northern Sami, sg Sango, si Sinhala, sk Slovak, sl Slovenian, sm Samoan, sn Shona,
so Somali, sq Albanian, sr Serbian, ss Swati, st Southern Sotho, su Sundanese, sv Swedish, sw
Swahili, ta Tamil, te Telugu, tg Tajik, th Thai, ti Tigrinya, tk Turkmen, tl Tagalog, tn Tswana,
to Tongan, tr Turkish, ts Tsonga, tt Tatar, ty Tahitian, ug Uyghur, uk Ukrainian, ur Urdu, uz
Uzbek, ve Venda, vi Vietnamese, wa Walloon, wo Wolof, xh Xhosa, yi Yiddish, yo Yoruba, za Zhuang,
zh Chinese, zu Zulu
"""
_PAIRS = (one.strip().partition(" ") for one in " ".join(_NAMES.split()).split(","))
LANGUAGES: Mapping[str, str] = dict(
    sorted(((code, name) for code, _, name in _PAIRS), key=lambda pair: pair[1])
)
"""Code -> name, by name."""
_BY_NAME = {name.casefold(): code for code, name in LANGUAGES.items()}
_CODE = re.compile(r"(?P<language>[a-z]{2,3})(?:[-_](?P<region>[a-z]{2}|[a-z]{4}))?", re.I)


def language_code(text: str) -> str:
    """The code of a language by its code or its name; a region after a code (`en-GB`) stays.

    Raises ValueError for no language. Codes of three letters are taken as they are.
    """
    word = " ".join(text.split())
    if word.casefold() in _BY_NAME:
        return _BY_NAME[word.casefold()]
    found = _CODE.fullmatch(word)
    language = found["language"].lower() if found else ""
    if found is None or (len(language) == 2 and language not in LANGUAGES):
        raise ValueError("must be a language, such as Finnish, or its code, such as fi")
    region = found["region"] or ""
    shaped = region.upper() if len(region) == 2 else region.title()
    return f"{language}-{shaped}" if region else language


def _code(value: Any) -> Any:
    """Before the length is checked: names are longer than codes."""
    return language_code(value) if isinstance(value, str) and value.strip() else value


Language = Annotated[Name, BeforeValidator(_code)]
OptionalLanguage = Annotated[OptionalLine, BeforeValidator(_code)]
