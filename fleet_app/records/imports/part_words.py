"""Words for columns that hold a part of an address or of a name, in the languages of sheets.

English, German, Finnish, Swedish, French, Spanish, Portuguese and Dutch; a comma between words.
"""

from __future__ import annotations

from collections.abc import Mapping

PARTS_OF_PLACES: Mapping[str, tuple[str, str]] = {
    "street": (
        "street",
        "street, street name, street address, address line 1, address 1, address line, straße,"
        " strasse, str, straße und hausnummer, straße hausnr, straße nr, straßenname, katu,"
        " katuosoite, lähiosoite, gata, gatuadress, gatunamn, rue, nom de rue, voie, adresse 1,"
        " calle, vía, nombre de la calle, rua, logradouro, straat, straatnaam",
    ),
    "number": (
        "house number",
        "house number, house no, house nr, street number, street no, building number, hausnummer,"
        " hausnr, haus nr, haus nummer, talonumero, talon numero, husnummer, husnr, gatunummer,"
        " numéro de rue, numéro de voie, número de calle, número exterior, número de casa,"
        " número da porta, número da casa, huisnummer, huisnr",
    ),
    "postcode": (
        "postcode",
        "postcode, post code, zip, zip code, postal code, postal, plz, postleitzahl, postinumero,"
        " postinro, postnummer, postnr, code postal, cp, código postal, cep, postcode",
    ),
    "city": (
        "city",
        "city, town, city town, suburb, ort, stadt, wohnort, ortschaft, ortsname, kaupunki,"
        " paikkakunta, postitoimipaikka, kunta, postort, stad, ville, commune, localité, ciudad,"
        " población, localidad, municipio, cidade, localidade, município, plaats, woonplaats,"
        " plaatsnaam, gemeente",
    ),
    "state": (
        "state",
        "state, state code, state province, province, province code, estado, provincia, uf,"
        " provincie",
    ),
    "country": (
        "country",
        "country, country code, country name, land, ländercode, länderkürzel, maa, maakoodi,"
        " landskod, pays, code pays, país, código de país, código do país, landcode",
    ),
}
"""Part of an address -> what the screen calls it, and words for its column."""

SHORT_NUMBERS = frozenset({"nr", "no", "number", "nro", "numero", "n", "num", "nummer"})
"""Plain words that are a house number where they stand right behind the street."""

PARTS_OF_NAMES: Mapping[str, tuple[str, str]] = {
    "first": (
        "first name",
        "first name, given name, forename, vorname, etunimi, förnamn, prénom, primer nombre,"
        " primeiro nome, voornaam",
    ),
    "last": (
        "last name",
        "last name, surname, family name, nachname, familienname, zuname, sukunimi, efternamn,"
        " nom de famille, apellido, apellidos, sobrenome, apelido, achternaam",
    ),
}
"""The same for names of people."""

PICK_UP = (
    "pickup", "pick-up", "pickup address", "pick-up address", "collection", "from", "abhol",
    "abholadresse", "nouto", "noutoosoite", "hämtning", "upphämtning", "enlèvement", "recogida",
    "recolha", "coleta", "ophaal", "afhaal",
)  # fmt: skip
"""Before words for a pick-up's address."""

AFFIXES = (
    "shipping", "shipping address", "ship to", "ship", "delivery", "delivery address", "drop-off",
    "drop-off address", "destination", "to", "recipient", "customer", "contact", "address",
    "driver", "liefer", "lieferadresse", "empfänger", "kunden", "kunde", "fahrer",
    "ansprechpartner", "adresse", "toimitus", "toimitusosoite", "toimitusosoitteen",
    "vastaanottajan", "asiakkaan", "kuljettajan", "leverans", "mottagarens", "kundens",
    "de livraison", "livraison", "du client", "de entrega", "entrega", "del cliente", "do cliente",
    "aflever", "bezorg", "klant",
)  # fmt: skip
"""Around words for the address that a delivery goes to, and for whose name it is."""
