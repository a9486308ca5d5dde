"""What reminders about certificates say, day by day, and the dates that go into the agenda."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from esav_soap.avis.faits import AutreCertificat, DemandeEnCours, RappelCertificat
from esav_soap.avis.lettre import COLONNES
from esav_soap.calendar import PARIS
from tests.unit.avis.lettres import CERTIFICAT, INSTANTS, message

FIN = CERTIFICAT.fin
RECONNU = replace(CERTIFICAT, du_fournisseur=False, emetteur="CN=AC Réseau")

#: No-break spaces stand as « ~ ».
LETTRE = """\
Bonjour,

Votre certificat e-SAV se termine le lundi 29 mars 2027 à 12~h~15 (heure
de Paris), et aucun autre ne prend sa suite. Il est à renouveler au plus
tard le lundi 8 mars 2027.

LE CERTIFICAT
-------------

- Nom~: CN=OPA,O=Opérateur Alpha & fils,OU=opérateur
- Numéro de série~: 4f2a9c
- Empreinte SHA-256~:
  0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
- Émetteur~: CN=e-SAV autorité interne (délivré par le Fournisseur)
- Plates-formes~: production, integration
- Fin de validité~: lundi 29 mars 2027 à 12~h~15 (heure de Paris)

CE QUE VOUS AVEZ À FAIRE
------------------------

- Pour un nouveau certificat du Fournisseur~: lui envoyer une demande
  (CSR) dès maintenant. Il la traite en quinze jours ouvrés au plus, et
  vous délivre le nouveau certificat au plus tard le lundi 8 mars 2027,
  quinze jours ouvrés avant la fin de celui-ci.
- Pour passer à un certificat d'une autorité reconnue~: faire parvenir
  ce certificat au Fournisseur au plus tard le samedi 27 février 2027,
  trente jours calendaires avant la fin de celui-ci.
- Une fois le nouveau certificat enregistré, les deux sont acceptés
  jusqu'à la fin de celui-ci~: vos applications peuvent changer de
  certificat au moment qui vous convient.

CE QUI SE PASSE À CETTE DATE
----------------------------

- À partir du lundi 29 mars 2027 à 12~h~15, tout appel qui présente ce
  certificat est refusé.
- Aucun certificat qui vaille ensuite n'est enregistré pour vous~: vos
  applications n'auront plus d'accès.

L'opération diagnostiquerConnexion du service «~information~» dit quel
certificat vos applications présentent.

Le calendrier joint place ces dates dans votre agenda.

Le service e-SAV

Avis adressé à Opérateur Alpha & fils (OPA), en application de l'article
5.2.2 des conditions spécifiques e-SAV. Message automatique.
"""


def paris(annee: int, mois: int, jour: int, heure: int = 0, minute: int = 0, seconde: int = 0) -> datetime:
    return datetime(annee, mois, jour, heure, minute, seconde, tzinfo=PARIS).astimezone(UTC)


def dit(faits: RappelCertificat, instant: datetime) -> str:
    return " ".join(message(faits, instant).texte.replace("\u00a0", " ").split())


@pytest.mark.exigence("R6.2")
def test_lettre_entiere__ok() -> None:
    ecrit = message(CERTIFICAT, CERTIFICAT.preparer)
    assert ecrit.texte.replace("\u00a0", "~") == LETTRE
    assert (
        ecrit.sujet == "e-SAV : votre certificat se termine le 29 mars 2027, à renouveler au plus tard le 8 mars 2027"
    )
    assert ecrit.destinataire == "sav@opa.example"
    assert ecrit.identifiant == f"RAPPEL_CERTIFICAT/{'0123456789abcdef' * 4}%3APREPARER/OPA@esav.example"


A_RENOUVELER = "à renouveler au plus tard le 8 mars 2027"
CHANGER = "dernier jour pour changer d'émetteur"
RENOUVELER = "dernier jour pour le renouveler"
PASSE = "le délai de renouvellement est passé"


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("instant", "attendu", "change", "renouvelle"),
    [
        (paris(2027, 2, 26, 23, 59, 59), A_RENOUVELER, True, True),
        (paris(2027, 2, 27), CHANGER, True, True),
        (paris(2027, 2, 27, 23, 59, 59), CHANGER, True, True),
        (paris(2027, 2, 28), A_RENOUVELER, False, True),
        (paris(2027, 3, 7, 23, 59, 59), A_RENOUVELER, False, True),
        (paris(2027, 3, 8), RENOUVELER, False, True),
        (paris(2027, 3, 8, 23, 59, 59), RENOUVELER, False, True),
        (paris(2027, 3, 9), PASSE, False, False),
        (FIN - timedelta(microseconds=1), PASSE, False, False),
    ],
)
@pytest.mark.parametrize("faits", [CERTIFICAT, RECONNU], ids=["fournisseur", "reconnue"])
def test_jour_par_jour__ok(
    faits: RappelCertificat, instant: datetime, attendu: str, change: bool, renouvelle: bool
) -> None:
    """A letter that waited tells what is still possible; the last days are whole Paris days."""
    assert message(faits, instant).sujet == f"e-SAV : votre certificat se termine le 29 mars 2027, {attendu}"
    texte = dit(faits, instant)
    assert ("au plus tard le samedi 27 février 2027, trente jours calendaires avant" in texte) == change
    assert ("passé depuis le samedi 27 février 2027" in texte) != change
    assert ("au plus tard le lundi 8 mars 2027, quinze jours ouvrés avant" in texte) == renouvelle
    assert ("Le délai de quinze jours ouvrés est passé depuis le lundi 8 mars 2027" in texte) != renouvelle
    assert ("Aujourd'hui, samedi 27 février 2027," in texte) == (attendu == CHANGER)
    assert ("Aujourd'hui, lundi 8 mars 2027," in texte) == (attendu == RENOUVELER)


@pytest.mark.exigence("R6.2")
def test_qui_fait_quoi_selon_l_emetteur__ok() -> None:
    fournisseur, reconnue = (dit(faits, CERTIFICAT.preparer) for faits in (CERTIFICAT, RECONNU))
    assert "Pour un nouveau certificat du Fournisseur : lui envoyer une demande (CSR) dès maintenant" in fournisseur
    assert "Pour passer à un certificat d'une autorité reconnue : faire parvenir ce certificat" in fournisseur
    assert "Pour un nouveau certificat d'une autorité reconnue : le faire parvenir au Fournisseur au plus" in reconnue
    assert "Pour passer à un certificat du Fournisseur, sans frais : lui envoyer une demande (CSR)" in reconnue
    assert "CN=AC Réseau (délivré par une autorité reconnue)" in reconnue
    une = dit(replace(CERTIFICAT, plateformes=("integration",)), CERTIFICAT.preparer)
    assert "- Plate-forme : integration -" in une


@pytest.mark.exigence("R6.2")
def test_certificat_expire__ok() -> None:
    ecrit = message(CERTIFICAT, FIN)
    assert ecrit.sujet == "e-SAV : votre certificat a expiré le 29 mars 2027"
    texte = dit(CERTIFICAT, FIN)
    assert "a expiré le lundi 29 mars 2027 à 12 h 15 (heure de Paris) : il n'est plus accepté." in texte
    assert "Depuis le lundi 29 mars 2027 à 12 h 15, tout appel qui présente ce certificat est refusé." in texte
    assert "vos applications n'ont plus d'accès" in texte
    assert "Envoyer au Fournisseur une demande (CSR), ou lui faire parvenir" in texte
    assert "agenda" not in texte


@pytest.mark.exigence("R6.2")
def test_l_autre_certificat_continue__ok() -> None:
    """One that begins too late, or calls elsewhere, is told as it is; one that is over when the letter goes out is not."""
    jour = timedelta(days=1)
    autres = (
        AutreCertificat("b2", ("integration",), FIN - 300 * jour, FIN + jour),
        AutreCertificat("c3", ("production", "integration"), FIN + jour, FIN + 300 * jour),
    )
    faits = replace(CERTIFICAT, autres=autres)
    for instant in (CERTIFICAT.preparer, FIN):
        texte = dit(faits, instant)
        assert (
            "série b2 n'est pas touché : il est accepté jusqu'au mardi 30 mars 2027 à 12 h 15 (integration)." in texte
        )
        assert "série c3 n'est pas touché : il est accepté du mardi 30 mars 2027 à 12 h 15 jusqu'au" in texte
        assert "d'accès" not in texte
    assert "série b2" not in dit(faits, FIN + jour)
    assert "n'ont plus d'accès" in dit(replace(CERTIFICAT, autres=autres[:1]), FIN + jour)


@pytest.mark.exigence("R6.2")
def test_la_demande_en_cours_est_dite__ok() -> None:
    """Who has asked already has nothing else to send; who waits for too long is told so."""
    faits = replace(CERTIFICAT, demandes=(DemandeEnCours(12, paris(2027, 2, 1, 23, 30), date(2027, 2, 22)),))
    attendu = "Votre demande n° 12, reçue le 1er février 2027, est en cours : le Fournisseur"
    a_temps = dit(faits, paris(2027, 2, 22, 23, 59))
    assert (
        f"{attendu} y répond au plus tard le lundi 22 février 2027. Vous n'avez rien d'autre à lui envoyer." in a_temps
    )
    assert "les deux sont acceptés jusqu'à la fin de celui-ci" in a_temps
    tard = dit(faits, paris(2027, 2, 23))
    assert f"{attendu} devait y répondre au plus tard le lundi 22 février 2027. Lui en demander des nouvelles." in tard
    for texte in (a_temps, tard, dit(faits, FIN)):
        assert attendu in texte
        assert "CSR" not in texte


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("fin", "attendu"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "dimanche 25 octobre 2026 à 2 h 30 (heure d'été)"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "dimanche 25 octobre 2026 à 2 h 30 (heure d'hiver)"),
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "dimanche 28 mars 2027 à 1 h 59"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "dimanche 28 mars 2027 à 3 h 00"),
        (datetime(2028, 2, 28, 23, 0, tzinfo=UTC), "mardi 29 février 2028 à 0 h 00"),
        (datetime(2027, 12, 31, 23, 0, tzinfo=UTC), "samedi 1er janvier 2028 à 0 h 00"),
        (datetime(9999, 12, 30, 22, 59, tzinfo=UTC), "jeudi 30 décembre 9999 à 23 h 59"),
    ],
)
def test_fins_delicates__ok(fin: datetime, attendu: str) -> None:
    faits = replace(CERTIFICAT, fin=fin)
    avant, apres = dit(faits, fin - timedelta(microseconds=1)), dit(faits, fin)
    assert f"se termine le {attendu} (heure de Paris)" in avant
    assert f"Depuis le {attendu}, tout appel" in apres


def evenements(faits: RappelCertificat, instant: datetime) -> dict[str, Any]:
    """UID without the fingerprint -> start."""
    (piece,) = message(faits, instant).pieces
    assert dict(piece.parametres)["method"] == "PUBLISH"
    lu = Calendar.from_ical(piece.contenu)
    assert isinstance(lu, Calendar)
    assert {e.DTSTAMP for e in lu.events} == {faits.preparer.replace(microsecond=0)}
    suffixe = f"-{faits.empreinte}@esav.example"
    return {str(e["UID"]).removesuffix(suffixe): e.DTSTART for e in lu.events}


@pytest.mark.exigence("R6.2")
def test_les_dates_dans_l_agenda__ok() -> None:
    """Last days are whole days, the end is an instant; every reminder has the same events, so that none stands twice."""
    attendu = {
        "certificat-changement": date(2027, 2, 27),
        "certificat-renouvellement": date(2027, 3, 8),
        "certificat-fin": FIN,
    }
    contenus = set()
    for instant in (CERTIFICAT.preparer, CERTIFICAT.changement, CERTIFICAT.renouvellement, FIN):
        assert evenements(CERTIFICAT, instant) == attendu
        contenus.add(message(CERTIFICAT, instant).pieces[0].contenu)
    assert len(contenus) == 1


@pytest.mark.exigence("R6.2")
@given(INSTANTS, st.integers(0, 59))
def test_les_instants_sont_exacts__ok(fin: datetime, jours: int) -> None:
    faits = replace(CERTIFICAT, fin=fin, renouvellement=fin - timedelta(days=jours))
    lus = evenements(faits, faits.preparer)
    assert lus["certificat-fin"] == fin.replace(microsecond=0)
    assert lus["certificat-renouvellement"] == (fin - timedelta(days=jours)).astimezone(PARIS).date()


@pytest.mark.exigence("R6.2")
@given(st.text(max_size=120), st.text(max_size=120), INSTANTS)
def test_colonnes__ok(sujet: str, emetteur: str, instant: datetime) -> None:
    """Whatever a certificate says of itself stays within the letter: lines of 72 columns, or one word."""
    ecrit = message(replace(CERTIFICAT, sujet=sujet, emetteur=emetteur), instant)
    assert "\n" not in ecrit.sujet
    for ligne in ecrit.texte.split("\n"):
        assert len(ligne) <= COLONNES or " " not in ligne.lstrip("-. ").strip(" "), ligne
