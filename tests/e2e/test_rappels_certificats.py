"""Certificates near their end: real workers, a real SMTP server, both stores, a clock that the test sets (R6.2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from esav_soap.avis import EtatEnvoi, Operateur
from esav_soap.calendar import PARIS
from esav_soap.certificats import Role
from esav_soap.store import ouvrir
from tests.courrier.boite import Boite, attendre, boite_ouverte
from tests.courrier.file import esav, reglages, worker
from tests.e2e.horloge import partir
from tests.integration.acces import AUTORITE, SOUSCRIPTION, certificat, empreinte
from tests.postgres import Grappe

JOUR, MINUTE = timedelta(days=1), timedelta(minutes=1)


def paris(annee: int, mois: int, jour: int, heure: int = 0, minute: int = 0) -> datetime:
    return datetime(annee, mois, jour, heure, minute, tzinfo=PARIS).astimezone(UTC)


#: Ends on Easter Monday, the day after the clocks went forward.
FIN = paris(2027, 3, 29, 12, 15)
PREPARER, CHANGER, RENOUVELER = paris(2027, 2, 12), paris(2027, 2, 27), paris(2027, 3, 8)
#: OPB gets its next certificate in good time, OPA does not.
DE_A = certificat("a", titulaire="OPA", fin=FIN, debut=FIN - 365 * JOUR)
DE_B = certificat("b", titulaire="OPB", fin=FIN, debut=FIN - 365 * JOUR)
SUITE_DE_B = replace(DE_B, empreinte=empreinte("b2"), der=b"b2", debut=FIN - 45 * JOUR, fin=FIN + 320 * JOUR)
SUITE_DE_A = replace(DE_A, empreinte=empreinte("a2"), der=b"a2", debut=FIN - 10 * JOUR, fin=FIN + 320 * JOUR)
PUBLIEUR = replace(DE_A, empreinte=empreinte("p"), der=b"p", titulaire="CATALOGUE", role=Role.PUBLIEUR)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.long])])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A store on each engine: two opérateurs, a certificate of each that ends on the same day, and a publisher's."""
    if request.param == "sqlite":
        yield preparer(f"sqlite:///{tmp_path}/esav.db")
    else:
        grappe: Grappe = request.getfixturevalue("postgresql")
        with grappe.base() as adresse_base:
            yield preparer(adresse_base)


def preparer(url: str) -> str:
    with ouvrir(url) as magasin:
        magasin.enregistrer_autorite(AUTORITE)
        for code in ("OPA", "OPB"):
            magasin.declarer_operateur(Operateur(code, f"Opérateur {code}", f"sav@{code.lower()}.example"))
            magasin.enregistrer_souscription(replace(SOUSCRIPTION, operateur=code, activee_le=DE_A.debut))
        for un in (DE_A, DE_B, PUBLIEUR):
            magasin.enregistrer_certificat(un)
    return url


class Jours:
    """Runs workers on the days that the test says."""

    def __init__(self, url: str, boite: Boite, dossier: Path) -> None:
        self._url = url
        self.boite = boite
        self._dossier = dossier

    def env(self, instant: datetime) -> dict[str, str]:
        return reglages(self._url, self.boite) | partir(instant, 1.0).env()

    def travailler(self, instant: datetime) -> str:
        """What a worker says that does at that instant what is due."""
        fait = esav(self.env(instant), "worker", "--une-fois")
        assert fait.returncode == 0, fait.stderr
        return fait.stdout

    @contextmanager
    def au_travail(self, instant: datetime) -> Iterator[None]:
        """A worker that runs on."""
        with worker(self.env(instant), self._dossier / "worker.log"):
            yield

    def recus(self) -> list[tuple[str, str]]:
        """To whom, and the end of the subject."""
        return [(str(r["To"]), str(r["Subject"]).partition("certificat ")[2]) for r in self.boite.recus()]


@pytest.fixture
def jours(url: str, tmp_path: Path) -> Iterator[Jours]:
    with boite_ouverte(tmp_path) as boite:
        yield Jours(url, boite, tmp_path)


def dit(rappels: int, envoyes: int, rebut: int = 0) -> str:
    return f"Rappels mis dans la file : {rappels}. Avis envoyés : {envoyes}, reportés : 0, mis au rebut : {rebut}.\n"


def texte(recu: EmailMessage) -> str:
    corps = recu.get_body(("plain",))
    assert corps is not None
    return " ".join(corps.get_content().split())


A, B = "sav@opa.example", "sav@opb.example"
SE_TERMINE = "se termine le 29 mars 2027, "


@pytest.mark.exigence("R6.2")
def test_les_etapes_d_un_certificat__ok(url: str, jours: Jours, tmp_path: Path) -> None:
    """OPA gets the mails of its four steps, each once; OPB that of the first step only, for it then renews."""
    assert jours.travailler(PREPARER - MINUTE) == dit(0, 0)
    assert jours.travailler(PREPARER) == dit(2, 2)
    a_renouveler = f"{SE_TERMINE}à renouveler au plus tard le 8 mars 2027"
    assert sorted(jours.recus()) == [(A, a_renouveler), (B, a_renouveler)]
    assert jours.travailler(CHANGER - MINUTE) == dit(0, 0)
    with ouvrir(url) as magasin:
        magasin.enregistrer_certificat(SUITE_DE_B)
    with jours.au_travail(CHANGER):
        attendre(lambda: len(jours.recus()) == 3, "le rappel du dernier jour pour changer d'émetteur")
    assert jours.recus()[2:] == [(A, f"{SE_TERMINE}dernier jour pour changer d'émetteur")]
    assert jours.travailler(RENOUVELER) == dit(1, 1)
    assert jours.recus()[3:] == [(A, f"{SE_TERMINE}dernier jour pour le renouveler")]
    assert jours.travailler(FIN - MINUTE) == dit(0, 0)
    assert jours.travailler(FIN) == dit(1, 1)
    assert jours.recus()[4:] == [(A, "a expiré le 29 mars 2027")]
    assert jours.travailler(FIN + 40 * JOUR) == dit(0, 0)
    assert len(jours.recus()) == 5
    vue = esav(jours.env(FIN), "envois", "list")
    assert vue.stdout.count("RAPPEL_CERTIFICAT") == 5
    assert f"{DE_A.empreinte[:16]}…:DERNIER_JOUR_CHANGEMENT" in vue.stdout
    assert "certificat de CATALOGUE à renouveler" in (tmp_path / "worker.log").read_text()


@pytest.mark.exigence("R6.2")
def test_ce_que_dit_le_courrier__ok(jours: Jours) -> None:
    jours.travailler(PREPARER)
    recus = jours.boite.recus()
    (recu,) = (r for r in recus if r["To"] == A)
    assert "Votre certificat e-SAV se termine le lundi 29 mars 2027 à 12 h 15 (heure de Paris)" in texte(recu)
    assert f"Empreinte SHA-256 : {DE_A.empreinte}" in texte(recu)
    assert "au plus tard le samedi 27 février 2027, trente jours calendaires avant" in texte(recu)
    (agenda,) = (p for p in recu.iter_attachments() if p.get_content_type() == "text/calendar")
    assert b"DTSTART;VALUE=DATE:20270308" in agenda.get_payload(decode=True)
    assert len({str(r["Message-ID"]) for r in recus}) == 2


@pytest.mark.exigence("R6.2")
def test_arret_d_un_mois__ok(jours: Jours) -> None:
    """Nobody ran since before the first step: the steps that are over are not told one after the other."""
    assert jours.travailler(RENOUVELER + JOUR) == dit(2, 2)
    passe = f"{SE_TERMINE}le délai de renouvellement est passé"
    assert sorted(jours.recus()) == [(A, passe), (B, passe)]


@pytest.mark.exigence("R6.2")
def test_remplace_ou_revoque_avant_l_envoi__error(url: str, jours: Jours) -> None:
    """The mail server takes nothing at first; meanwhile one certificate is replaced, the other revoked."""
    jours.boite.consigner(data="451 4.3.0 plus tard")
    jours.travailler(RENOUVELER)
    with ouvrir(url) as magasin:
        assert {s.etat for s in magasin.suivis(None, 9)} == {EtatEnvoi.EN_ATTENTE}
        magasin.enregistrer_certificat(SUITE_DE_A)
        magasin.revoquer_certificats([DE_B.empreinte], RENOUVELER + MINUTE, "clé perdue")
    jours.boite.consigner()
    assert jours.travailler(RENOUVELER + JOUR / 2) == dit(0, 0, rebut=2)
    assert jours.recus() == []
    with ouvrir(url) as magasin:
        motifs = {s.envoi.operateur: s.erreur for s in magasin.suivis(EtatEnvoi.REBUT, 9)}
    assert "prend sa suite" in motifs["OPA"]
    assert "est révoqué depuis le 08/03/2027 à 00:01" in motifs["OPB"]
