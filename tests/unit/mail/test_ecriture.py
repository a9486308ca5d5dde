"""The bytes of a mail: nothing that a notice says can become a header, and everything comes back as it was."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.adresses import adresse_correcte
from esav_soap.avis import Envoi, GenreAvis
from esav_soap.avis.faits import Lieux
from esav_soap.avis.message import Message, Piece, identifiant
from esav_soap.mail.ecriture import ecrire, une_ligne
from esav_soap.usecases.courrier import EchecDefinitif

INSTANT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
EXPEDITEUR = "esav@esav.example"
ENTETES = {
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language"),
    *("MIME-Version", "Content-Type"),
}
#: Text with what injections are made of, and what folding gets wrong.
TEXTES = st.text(
    st.one_of(st.sampled_from('\r\n\t\0\x0b\x0c\x1c\x85\u2028:,;<>@"()\\ =?_éàÉœ€'), st.characters()), max_size=120
)


def message(sujet: str = "Avis", destinataire: str = "sav@opa.example", texte: str = "Bonjour") -> Message:
    piece = Piece("e-sav.ics", "text/calendar", b"BEGIN:VCALENDAR\r\n", (("method", "PUBLISH"),))
    return Message("A/2026.2/OPA@esav.example", destinataire, sujet, texte, "<p>Bonjour", (piece,))


def relire(mail: EmailMessage) -> EmailMessage:
    return email.message_from_bytes(mail.as_bytes(), policy=default)


@pytest.mark.exigence("R2.2")
@given(TEXTES, TEXTES)
def test_rien_ne_devient_un_entete__ok(sujet: str, nom: str) -> None:
    lu = relire(ecrire(message(sujet), EXPEDITEUR, nom, INSTANT))
    assert set(lu.keys()) == ENTETES
    assert len(lu.keys()) == len(ENTETES)
    assert lu["Subject"] == une_ligne(sujet)
    (de,) = lu["From"].addresses
    assert de.addr_spec == EXPEDITEUR
    assert de.display_name.split() == une_ligne(nom).split()
    assert [a.addr_spec for a in lu["To"].addresses] == ["sav@opa.example"]


@pytest.mark.exigence("R2.2")
@given(TEXTES, TEXTES)
def test_les_octets_sont_du_courrier__ok(sujet: str, texte: str) -> None:
    """Lines within the limit of RFC 5322, ASCII only, CRLF everywhere."""
    octets = ecrire(message(sujet, texte=texte.encode("utf-8", "replace").decode()), EXPEDITEUR, "", INSTANT).as_bytes()
    assert octets.isascii()
    assert b"\r" not in octets.replace(b"\r\n", b"")
    assert b"\n" not in octets.replace(b"\r\n", b"")
    assert max(map(len, octets.split(b"\r\n"))) <= 998
    entetes = octets.partition(b"\r\n\r\n")[0]
    assert max(map(len, entetes.split(b"\r\n"))) <= 78 or b" " not in max(entetes.split(b"\r\n"), key=len).strip()


@pytest.mark.exigence("R2.2")
@given(TEXTES.map(lambda t: f"sav{t}@opa.example") | TEXTES | TEXTES.map(lambda t: f"sav@opa.example{t}"))
def test_une_adresse_et_une_seule__ok(adresse: str) -> None:
    if adresse_correcte(adresse):
        lu = relire(ecrire(message(destinataire=adresse), EXPEDITEUR, "", INSTANT))
        assert [a.addr_spec for a in lu["To"].addresses] == [adresse]
        assert set(lu.keys()) == ENTETES
    else:
        with pytest.raises(EchecDefinitif):
            ecrire(message(destinataire=adresse), EXPEDITEUR, "", INSTANT)


@pytest.mark.exigence("R2.2")
@pytest.mark.parametrize(
    ("adresse", "correcte"),
    [
        ("sav@operateur.example", True),
        ("prenom.nom+esav@sous.domaine-1.fr", True),
        ("sav@localhost", True),
        ("", False),
        ("sav", False),
        ("sav@operateur", False),
        ("sav@operateur.example\n", False),
        ("sav@operateur.example, autre@operateur.example", False),
        ("Sav <sav@operateur.example>", False),
        (".sav@operateur.example", False),
        ("s..av@operateur.example", False),
        ("sav@-operateur.example", False),
        ("sav@opérateur.example", False),
        ("s" * 64 + "@operateur.example", True),
        ("s" * 65 + "@operateur.example", False),
        ("s@" + "o." * 125 + "fr", True),
        ("s@" + "o." * 126 + "fr", False),
    ],
)
def test_adresses__ok(adresse: str, correcte: bool) -> None:
    assert adresse_correcte(adresse) is correcte


@pytest.mark.exigence("R2.2")
@given(st.text(max_size=64), st.sampled_from(["https://esav.example", "http://127.0.0.1:8080", "http://[::1]:80/x"]))
def test_identifiant_stable_et_distinct__ok(operateur: str, base_url: str) -> None:
    operateur = operateur.encode("utf-8", "replace").decode()
    lieux = Lieux(base_url, EXPEDITEUR)
    envoi = Envoi(GenreAvis.VERSION_ANNONCEE, "2026.2", operateur)
    dit = identifiant(envoi, lieux)
    assert dit == identifiant(Envoi(GenreAvis.VERSION_ANNONCEE, "2026.2", operateur), lieux)
    assert dit != identifiant(Envoi(GenreAvis.ANNONCE_RETIREE, "2026.2", operateur), lieux)
    assert dit != identifiant(Envoi(GenreAvis.VERSION_ANNONCEE, "2026.2", operateur + "X"), lieux)
    ecrit = Message(dit, "sav@opa.example", "Avis", "", "", ())
    assert relire(ecrire(ecrit, EXPEDITEUR, "", INSTANT))["Message-ID"] == f"<{dit}>"
