"""Headers and values of other languages."""

from __future__ import annotations

import pytest

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.fields import FieldType
from fleet_app.records.imports.columns import guess
from fleet_app.records.imports.vocabulary import HEADERS, VALUES, choice_of, headers_of


@pytest.mark.parametrize(
    ("plural", "headers", "fields"),
    [
        ("vehicles", "Fahrzeug;Kennzeichen;Typ;Kraftstoff;Nutzlast (kg);Verbrauch;Kilometerstand",
         "name registration_number type energy capacity_kg consumption_per_100km odometer_km"),
        ("vehicles", "Ajoneuvo;Rekisterinumero;Tyyppi;Käyttövoima;Kantavuus;Mittarilukema",
         "name registration_number type energy capacity_kg odometer_km"),
        ("vehicles", "Véhicule;Immatriculation;Carburant;Charge utile",
         "name registration_number energy capacity_kg"),
        ("drivers", "Fahrer;Telefon;Führerscheinnummer;Gültig bis",
         "name phone license_number license_expires_on"),
        ("customers", "Kunde;Adresse;Telefon;Zeitfenster;Sprache",
         "name address phone preferred_windows language"),
        ("customers", "Asiakas;Osoite;Puhelin;Sähköposti", "name address phone email"),
        ("customers", "Cliente;Dirección;Teléfono", "name address phone"),
        ("customers", "Klant;Adres;Telefoonnummer", "name address phone"),
        ("deliveries", "Order;Ship To Address;Ship Date;Phone;Delivery Instructions;Gewicht",
         "external_reference address due_on contact_phone instructions weight_kg"),
        ("deliveries", "Tilausnumero;Toimitusosoite;Toimituspäivä;Paino;Ohjeet",
         "external_reference address due_on weight_kg instructions"),
        ("deliveries", "Adress;Leveransdatum;Vikt", "address due_on weight_kg"),
        ("deliveries", "Endereço;Data de entrega;Peso;Prioridade",
         "address due_on weight_kg priority"),
        ("deliveries", "Auftragsnummer;Vorname;Nachname;Straße;Hausnr.;PLZ;Ort;Land;Lieferdatum",
         "external_reference contact_name.first contact_name.last address.street address.number"
         " address.postcode address.city address.country due_on"),
        ("deliveries", "Order;Shipping Street;Shipping City;Shipping State;Shipping Zip;Ship Date",
         "external_reference address.street address.city address.state address.postcode due_on"),
        ("deliveries", "Pickup street;Pickup zip;Pickup city;Street;Zip Code;City",
         "pickup_address.street pickup_address.postcode pickup_address.city"
         " address.street address.postcode address.city"),
        ("customers", "Etunimi;Sukunimi;Katuosoite;Postinumero;Postitoimipaikka",
         "name.first name.last address.street address.postcode address.city"),
        ("customers", "Förnamn;Efternamn;Gatuadress;Postnr;Ort",
         "name.first name.last address.street address.postcode address.city"),
        ("customers", "Prénom;Nom;Rue;Code postal;Ville;Pays",
         "name.first name address.street address.postcode address.city address.country"),
        ("customers", "Nombre;Apellidos;Calle;Número de casa;Código postal;Ciudad",
         "name name.last address.street address.number address.postcode address.city"),
        ("customers", "Nome;Sobrenome;Rua;CEP;Cidade",
         "name name.last address.street address.postcode address.city"),
        ("customers", "Voornaam;Achternaam;Straat;Huisnummer;Postcode;Plaats;Land",
         "name.first name.last address.street address.number address.postcode address.city"
         " address.country"),
        ("customers", "Name;Straße;Nr.;PLZ;Ort",
         "name address.street address.number address.postcode address.city"),
        ("customers", "Address;City;State;ZIP Code",
         "address address.city address.state address.postcode"),
        ("drivers", "First name;Last name;Licence number", "name.first name.last license_number"),
    ],
)  # fmt: skip
def test_headers_of_other_languages_are_their_fields(plural: str, headers: str, fields: str):
    assert list(guess(KINDS[plural], headers.split(";")).values()) == fields.split()


@pytest.mark.parametrize(
    ("field", "word", "value"),
    [
        ("type", "Transporter", "van"), ("type", "LKW", "truck"), ("type", "Pkw", "car"),
        ("type", "Pakettiauto", "van"), ("type", "camión", "truck"), ("type", "Van", "van"),
        ("energy", "Benzin", "petrol"), ("energy", "Elektro", "electric"),
        ("energy", "sähkö", "electric"), ("energy", "Gazole", "diesel"),
        ("energy", "spaceship", ""), ("type", "", ""),
    ],
)  # fmt: skip
def test_values_of_other_languages_are_known(field: str, word: str, value: str):
    assert choice_of(KINDS["vehicles"].by_name[field], word) == value


def test_every_entry_is_of_a_field_and_a_value_there_are():
    for plural, fields in HEADERS.items():
        assert set(fields) <= {spec.name for spec in KINDS[plural].specs}
        assert all(headers_of(plural, name) for name in fields)
    specs = [spec for kind in KINDS for spec in kind.specs if spec.type is FieldType.CHOICE]
    known = {option["value"] for spec in specs for option in spec.options}
    assert set(VALUES) <= known


@pytest.mark.parametrize("field", ["type", "energy", "service_status"])
def test_no_word_means_two_values_of_a_field(field: str):
    spec = KINDS["vehicles"].by_name[field]
    for option in spec.options:
        for word in VALUES.get(option["value"], "").split(", "):
            assert choice_of(spec, word) == option["value"], word
