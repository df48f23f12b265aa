"""Words of other languages and systems for columns and for values, as sheets have them.

English, German, Finnish, Swedish, French, Spanish, Portuguese and Dutch; a comma between words.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from fleet_app.records.fields import Spec
from fleet_app.records.sheets.mapping import plain

_ADDRESS = (
    "full address, anschrift, adresse, lieferadresse, osoite, toimitusosoite, adress,"
    " leveransadress, adresse de livraison, dirección, dirección de entrega, endereço, morada,"
    " morada de entrega, adres, afleveradres"
)
_NOTE = (
    "remark, remarks, bemerkung, bemerkungen, notiz, notizen, hinweis, anmerkung, kommentar,"
    " huomautus, huomio, lisätieto, lisätiedot, anteckning, anmärkning, remarque, commentaire,"
    " nota,"
    " notas, observaciones, comentario, observações, opmerking, opmerkingen, notitie"
)
_PHONE = (
    "phone, phone no, cell phone, telefon, telefonnummer, mobil, mobilnummer, handy, rufnummer,"
    " puhelin, puhelinnumero, matkapuhelin, téléphone, portable, teléfono, móvil, telefone,"
    " telemóvel,"
    " celular, telefoon, telefoonnummer, mobiel"
)
_EMAIL = (
    "email address, e-mail-adresse, sähköposti, sähköpostiosoite, e-post, e-postadress, courriel,"
    " adresse e-mail, correo, correo electrónico, correio eletrónico, e-mailadres"
)
_LANGUAGE = "sprache, kieli, språk, langue, idioma, lengua, taal"
_PLATE = (
    "kennzeichen, nummernschild, amtliches kennzeichen, rekisterinumero, rekisteritunnus, rekkari,"
    " registreringsnummer, regnummer, immatriculation, plaque, plaque d'immatriculation, matrícula,"
    " placa, kenteken"
)
_VEHICLE = (
    "fahrzeug, wagen, auto, ajoneuvo, fordon, bil, véhicule, vehículo, veículo, viatura, voertuig"
)
_DEPOT = "standort, lager, niederlassung, varikko, terminaali, depå, dépôt, entrepôt, depósito"
_REFERENCE = "ulkoinen viite, externe referenz, extern referens, référence externe"
_LAT = "breitengrad, geogr. breite, leveysaste, latitud, breddgrad, latitude gps, breedtegraad"
_LON = "längengrad, geogr. länge, pituusaste, longitud, längdgrad, longitude gps, lengtegraad"
_DAY = (
    "ship date, lieferdatum, liefertag, datum, toimituspäivä, päivä, pvm, päivämäärä,"
    " leveransdatum,"
    " leveransdag, date de livraison, jour, fecha, fecha de entrega, data, data de entrega, dia,"
    " afleverdatum, leverdatum, bezorgdatum"
)
_PLACE = {"address": _ADDRESS, "lat": _LAT, "lon": _LON}
_COMMON = {"note": _NOTE, "external_reference": _REFERENCE}

HEADERS: Mapping[str, Mapping[str, str]] = {
    "vehicles": {
        **_COMMON,
        "name": _VEHICLE + ", fahrzeugname, bezeichnung, nimi, namn, nom, nombre, nome, naam",
        "registration_number": _PLATE,
        "type": "typ, fahrzeugtyp, fahrzeugart, tyyppi, ajoneuvotyyppi, fordonstyp,"
        " type de véhicule,"
        " tipo, tipo de vehículo, tipo de veículo, voertuigtype, soort",
        "service_status": "betriebsstatus, käytössä, i drift, en service, en servicio",
        "depot_id": _DEPOT,
        "make": "marke, hersteller, merkki, märke, fabrikat, marque, marca, merk",
        "model": "modell, malli, modèle, modelo",
        "year": "baujahr, vuosimalli, årsmodell, année, año, ano, bouwjaar",
        "vin": "fahrgestellnummer, fin, valmistenumero, chassinummer, numéro de châssis, bastidor,"
        " número de chasis, número de chassi, chassisnummer",
        "energy": "kraftstoff, kraftstoffart, antrieb, treibstoff, käyttövoima, polttoaine,"
        " bränsle,"
        " drivmedel, carburant, énergie, combustible, energía, combustível, brandstof",
        "consumption_per_100km": "verbrauch, kraftstoffverbrauch, kulutus, förbrukning,"
        " consommation, consumo, verbruik",
        "odometer_km": "kilometerstand, km-stand, laufleistung, mittarilukema, kilometrit, ajetut"
        " kilometrit, mätarställning, kilométrage, kilometraje, odómetro, quilometragem,"
        " hodómetro, kilometerstand",
        "capacity_kg": "nutzlast, zuladung, tragkraft, kantavuus, hyötykuorma, nyttolast, lastvikt,"
        " charge utile, carga útil, capacidade de carga, laadvermogen",
        "capacity_m3": "ladevolumen, laderaum, volumen, tilavuus, kuormatila, lastvolym, volym,"
        " volume utile, volumen de carga, volume de carga, laadvolume",
        "max_distance_km": "reichweite, toimintasäde, toimintamatka, räckvidd, autonomie,"
        " autonomía, autonomia, actieradius",
        "capacity_parcels": "pakete, paketit, paket, colis, paquetes, bultos, pacotes, pakketten",
        "skills": "fähigkeiten, taidot, compétences",
        "equipment": "ausstattung, ausrüstung, varusteet, utrustning, équipement, equipamiento,"
        " equipamento, uitrusting",
    },
    "drivers": {
        **_COMMON,
        "language": _LANGUAGE,
        "name": "fahrer, fahrername, kuljettaja, kuljettajan nimi, nimi, förare, chaufför, namn,"
        " nom,"
        " chauffeur, conducteur, conductor, nombre, motorista, condutor, nome, bestuurder, naam",
        "phone": _PHONE,
        "email": _EMAIL,
        "status": "dienststatus, tila, työtila, statut, estado",
        "vehicle_id": _VEHICLE + ", " + _PLATE,
        "depot_id": _DEPOT,
        "shift": "schicht, arbeitszeit, työvuoro, vuoro, skift, arbetspass, horaire, turno, dienst",
        "skills": "fähigkeiten, taidot, kompetens, compétences, habilidades",
        "license_number": "führerscheinnummer, führerschein, ajokortti, ajokortin numero,"
        " körkortsnummer, körkort, numéro de permis, permis, permiso de conducir,"
        " número de licencia, carta de condução, rijbewijs, rijbewijsnummer",
        "license_classes": "führerscheinklassen, klassen, ajokorttiluokat, luokat, behörighet,"
        " catégories, clases, categorias, categorieën",
        "license_expires_on": "führerschein gültig bis, gültig bis, voimassa, ajokortti voimassa,"
        " giltigt till, körkort giltigt till, valable jusqu'au, válido hasta, válido até,"
        " geldig tot",
    },
    "customers": {
        **_COMMON,
        "language": _LANGUAGE,
        **_PLACE,
        "name": "kunde, kundenname, firma, asiakas, asiakkaan nimi, yritys, nimi, kund, kundnamn,"
        " företag, namn, client, nom, nom du client, société, cliente, nombre, nombre del cliente,"
        " empresa, nome, nome do cliente, klant, klantnaam, bedrijf, naam",
        "phone": _PHONE,
        "email": _EMAIL,
        "preferred_windows": "zeitfenster, öffnungszeiten, aikaikkuna, aukioloajat, tidsfönster,"
        " öppettider, créneau, créneaux, horario, horário, tijdvenster, openingstijden",
        "contacts": "ansprechpartner, kontakte, yhteyshenkilöt, kontakter, contactos, contatos",
        "external_reference": "kundennummer, kundennr, asiakasnumero, kundnummer, numéro client,"
        " número de cliente, klantnummer",
    },
    "deliveries": {
        **_PLACE,
        "address": "ship to address, ship to, shipping address, " + _ADDRESS,
        "tracking_number": "sendungsnummer, seurantatunnus, lähetystunnus, kollinummer,"
        " spårningsnummer, numéro de suivi, número de seguimiento, código de rastreio",
        "customer_id": "kunde, kundenname, empfänger, asiakas, vastaanottaja, kund, mottagare,"
        " client, destinataire, cliente, destinatario, destinatário, klant, ontvanger",
        "due_on": _DAY,
        "window_from": "von, ab, zeitfenster von, alkaen, aikaikkuna alkaa, från, tidigast, de,"
        " à partir de, desde, van, vanaf",
        "window_to": "bis, zeitfenster bis, asti, mennessä, aikaikkuna päättyy, till, senast,"
        " jusqu'à, hasta, até, tot",
        "window2_from": "oder von, oder ab, tai alkaen, eller från, ou de, ou à partir de, o desde,"
        " of van, of vanaf",
        "window2_to": "oder bis, tai asti, eller till, ou jusqu'à, o hasta, ou até, of tot",
        "service_minutes": "standzeit, servicezeit, palveluaika, servicetid, temps de service,"
        " tiempo de servicio, tempo de serviço, servicetijd",
        "priority": "priorität, dringlichkeit, prioriteetti, kiireellisyys, prioritet, priorité,"
        " prioridad, prioridade, prioriteit",
        "weight_kg": "gewicht, paino, vikt, poids, peso, weight kg",
        "volume_m3": "volumen, tilavuus, volym, volumen m3",
        "parcels": "pakete, kolli, packstücke, anzahl, kollit, paketit, määrä, antal, colis,"
        " bultos,"
        " cantidad, volumes, quantidade, colli, aantal",
        "length_cm": "länge, pituus, längd, longueur, largo, comprimento, lengte",
        "width_cm": "breite, leveys, bredd, largeur, ancho, largura, breedte",
        "height_cm": "höhe, korkeus, höjd, hauteur, alto, altura, hoogte",
        "contact_name": "ansprechpartner, kontakt, yhteyshenkilö, kontaktperson, contact, contacto,"
        " contato, contactpersoon",
        "contact_phone": _PHONE,
        "contact_email": "email, mail, " + _EMAIL,
        "instructions": "delivery instructions, lieferhinweis, lieferhinweise, ohjeet,"
        " toimitusohje, instruktioner, leveransinstruktion, consignes,"
        " instructions de livraison, instrucciones, instrucciones de entrega, instruções,"
        " instruções de entrega, instructies, " + _NOTE,
        "external_reference": "auftragsnummer, bestellnummer, auftragsnr, bestellnr,"
        " auftrag, bestellung, tilausnumero, tilausnro, ordernummer, ordernr,"
        " numéro de commande, número de pedido, pedido, número do pedido, bestelnummer",
    },
    "depots": {**_COMMON, **_PLACE, "name": _DEPOT, "phone": _PHONE},
}
"""Kind and field -> words for its column, apart from those that the field itself declares."""

VALUES: Mapping[str, str] = {
    "van": "transporter, lieferwagen, kastenwagen, kleintransporter, sprinter, pakettiauto,"
    " paketti, skåpbil, transportbil, fourgon, fourgonnette, camionnette, utilitaire, furgoneta,"
    " furgón, furgão, carrinha, bestelwagen, bestelbus, panel van, delivery van",
    "truck": "lkw, lastwagen, lastkraftwagen, kuorma-auto, rekka, lastbil, camion, poids lourd,"
    " camión, caminhão, camião, vrachtwagen, lorry, hgv",
    "car": "pkw, auto, wagen, henkilöauto, personbil, bil, voiture, coche, turismo, carro,"
    " automóvel, personenauto, passenger car",
    "bike": "fahrrad, rad, lastenrad, polkupyörä, pyörä, cykel, lådcykel, vélo, bicicleta, bici,"
    " fiets, bakfiets, bicycle, cargo bike",
    "scooter": "roller, motorroller, skootteri, skoter, trottinette, ciclomotor, moped",
    "diesel": "gazole, gasoil, gasóleo, gasóleo/diesel, dieselöljy",
    "petrol": "benzin, super, bensiini, bensin, essence, gasolina, benzine, gasoline, gas/petrol",
    "electric": "elektro, elektrisch, strom, sähkö, el, électrique, électricité, eléctrico,"
    " elétrico, ev, bev, battery",
    "hybrid": "hybridi, hybride, híbrido, plug-in-hybrid, phev, hev",
    "gas": "erdgas, cng, lng, lpg, autogas, kaasu, gaz, gnc, gás",
    "hydrogen": "wasserstoff, vety, vätgas, hydrogène, hidrógeno, hidrogénio, waterstof, h2",
    "human": "muskelkraft, lihasvoima, pedal",
    "active": "aktiv, in betrieb, aktiivinen, käytössä, i drift, actif, en service, activo, ativo,"
    " actief, in use, yes",
    "workshop": "werkstatt, in reparatur, korjaamo, huollossa, verkstad, atelier, taller, oficina,"
    " werkplaats, in repair, garage",
    "retired": "außer betrieb, stillgelegt, poistettu, avställd, hors service, de baja,"
    " fora de serviço, buiten gebruik, sold, scrapped",
    "low": "niedrig, gering, matala, låg, bas, basse, baja, baixa, laag",
    "normal": "normaali, mittel, standard, vanlig, normale, media, normaal, medium",
    "high": "hoch, korkea, hög, haute, élevée, alta, hoog",
    "urgent": "dringend, eilig, kiireellinen, kiire, brådskande, urgente, spoed, express, asap",
    "on_duty": "im dienst, töissä, i tjänst, en service, de servicio, em serviço, in dienst",
    "off_duty": "nicht im dienst, frei, vapaalla, ledig, hors service, libre, de folga, vrij",
    "inactive": "inaktiv, ei aktiivinen, inactif, inactivo, inativo, inactief, left",
}
"""The value of a choice -> words for it, whatever the field."""


def headers_of(plural: str, name: str) -> tuple[str, ...]:
    """Other words for the column of a field."""
    return _split(HEADERS.get(plural, {}).get(name, ""))


def choice_of(spec: Spec, text: str) -> str:
    """The value that a text means, by itself, by the word of the screen or another; or ""."""
    wanted = plain(text)
    for option in spec.options:
        if wanted and wanted in (plain(option["value"]), plain(option["label"])):
            return option["value"]
    others = [option["value"] for option in spec.options if wanted in _words(option["value"])]
    return others[0] if len(others) == 1 else ""


@cache
def _words(value: str) -> frozenset[str]:
    return frozenset(plain(word) for word in _split(VALUES.get(value, "")))


def _split(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())
