"""Names of the demo's customers: cafés, shops, offices and people of Helsinki, all invented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random


def _words(text: str) -> list[str]:
    return text.split()


_FIRST = _words(
    "Aada Aapo Aino Anna Antero Arttu Eeva Elias Ella Elsa Emilia Eino Hanna Heikki Helena "
    "Helmi Henrik Iida Ilona Inka Jaakko Joonas Johanna Jussi Kaisa Kalle Karoliina Kerttu "
    "Lauri Leena Liisa Lotta Maria Markku Matti Mika Minna Niko Oskari Paula Petra Pirjo "
    "Reetta Risto Saara Saku Satu Seppo Sofia Tapio Tarja Tuomas Ulla Veera Venla Viljami"
)
_LAST = _words(
    "Aalto Ahola Eskola Forsström Granlund Haapala Harju Heinonen Hietala Holmberg Huttunen "
    "Immonen Jokela Jääskeläinen Kangas Karppinen Kivelä Koivisto Kujala Kurki Laakso "
    "Lahtinen Lampinen Lehto Lindgren Luoma Mattila Mikkola Mustonen Nurmi Nyberg Oksanen "
    "Paananen Parviainen Peltola Pitkänen Ranta Rinne Ruuska Saari Sandberg Savolainen Sipilä "
    "Suominen Söderholm Tamminen Toivonen Uusitalo Vesala Vuori Väisänen Ylönen"
)
_WORDS = _words(
    "Aalto Aurinko Halla Harmaja Helmi Hilla Huurre Ilta Kaarna Kaiku Kanerva Kide Kielo "
    "Kuura Lehmus Loimu Lumme Majakka Marja Meri Metsä Niitty Nuppu Paju Pihlaja Poiju Pouta "
    "Puro Ruska Saaga Sade Satama Sointu Sumu Syreeni Taika Tammi Tuuli Tyrsky Usva Utu "
    "Vadelma Valo Vanamo Varpu Vilja"
)
_KINDS = (
    ("Kahvila {}", "cafe"), ("Leipomo {}", "cafe"), ("Ravintola {}", "cafe"),
    ("Kukkakauppa {}", "shop"), ("Kirjakauppa {}", "shop"), ("Putiikki {}", "shop"),
    ("Apteekki {}", "shop"), ("Optikko {}", "shop"), ("{} Design Oy", "office"),
    ("Asianajotoimisto {}", "office"), ("{} Consulting Oy", "office"),
    ("Tilitoimisto {}", "office"),
    ("Hammaslääkäri {}", "office"), ("Arkkitehdit {} Oy", "office"), ("Galleria {}", "shop"),
)  # fmt: skip
PRIVATE_SHARE = 0.42
_PLAIN = str.maketrans("äöåš ", "aoas-")


@dataclass(frozen=True)
class Name:
    """What a customer is called, which sort it is, and an address part made of it."""

    text: str
    sort: str
    slug: str


def customer_names(count: int, random: Random) -> list[Name]:
    """`count` different names, firms and people mixed."""
    firms, people = _mixed(_firms(), random), _mixed(_people(), random)
    return [
        people.pop() if not firms or random.random() < PRIVATE_SHARE else firms.pop()
        for _ in range(count)
    ]


def person(random: Random) -> str:
    """Anybody's name."""
    return f"{random.choice(_FIRST)} {random.choice(_LAST)}"


def _firms() -> Iterator[Name]:
    for pattern, sort in _KINDS:
        for word in _WORDS:
            text = pattern.format(word)
            yield Name(text, sort, slug_of(text.removesuffix(" Oy")))


def _people() -> Iterator[Name]:
    for first in _FIRST:
        for last in _LAST:
            yield Name(f"{first} {last}", "home", slug_of(f"{first} {last}").replace("-", "."))


def slug_of(text: str) -> str:
    """A name as part of an e-mail address."""
    return text.lower().translate(_PLAIN)


def _mixed(names: Iterator[Name], random: Random) -> list[Name]:
    found = list(names)
    random.shuffle(found)
    return found
