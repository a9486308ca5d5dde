"""Notices from the queue to the opérateurs' mailboxes: real workers, a real SMTP server, real stores (R2.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from icalendar import Calendar

from esav_soap.avis import EtatEnvoi, GenreAvis, Operateur
from esav_soap.store import ouvrir
from tests.courrier.boite import Boite, attendre, boite_ouverte
from tests.courrier.file import (
    ANNONCE_LE,
    AVANT,
    NOUVELLE,
    OUVERTURE,
    RETRAIT,
    adresse,
    annoncer,
    esav,
    operateurs,
    reglages,
    worker,
)
from tests.e2e.horloge import partir
from tests.faux import pack
from tests.integration.exemples import nouvelle
from tests.postgres import Grappe

#: Seconds of the platform's clock in one of the machine's, for tests that wait for a lease to end.
VITESSE = 600


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/esav.db"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.long])])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty store on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/esav.db"
    else:
        grappe: Grappe = request.getfixturevalue("postgresql")
        with grappe.base() as adresse_base:
            yield adresse_base


@contextmanager
def plate_forme(url: str, dossier: Path, nombre: int, **consigne: object) -> Iterator[Boite]:
    """An announcement to so many opérateurs that waits, and a mail server."""
    annoncer(url, nombre)
    with boite_ouverte(dossier, **consigne) as boite:  # type: ignore[arg-type]
        yield boite


def etats(url: str) -> dict[str, str]:
    """Opérateur -> state of its notice."""
    with ouvrir(url) as magasin:
        return {suivi.envoi.operateur: suivi.etat.name for suivi in magasin.suivis(None, 1000)}


def destinataires(boite: Boite) -> Counter[str]:
    return Counter(str(recu["To"]) for recu in boite.recus())


def une_fois_chacun(nombre: int) -> Counter[str]:
    return Counter({adresse(code): 1 for code in operateurs(nombre)})


def piece(recu: EmailMessage, type_mime: str) -> EmailMessage:
    (trouvee,) = (p for p in recu.iter_attachments() if p.get_content_type() == type_mime)
    assert isinstance(trouvee, EmailMessage)
    return trouvee


def agenda(recu: EmailMessage) -> dict[str, tuple[datetime, str]]:
    """UID -> start and status of the events of the calendar that came with a mail."""
    lu = Calendar.from_ical(piece(recu, "text/calendar").get_payload(decode=True))  # type: ignore[arg-type]
    assert isinstance(lu, Calendar)
    return {str(e["UID"]): (e.DTSTART, str(e["STATUS"])) for e in lu.events if isinstance(e.DTSTART, datetime)}


@pytest.mark.exigence("R2.2")
def test_une_annonce_puis_son_retrait_arrivent__ok(sqlite: str, tmp_path: Path) -> None:
    with plate_forme(sqlite, tmp_path, 2) as boite:
        env = reglages(sqlite, boite)
        fait = esav(env, "worker", "--une-fois")
        assert (fait.returncode, fait.stdout) == (
            0,
            "Rappels mis dans la file : 0. Avis envoyés : 2, reportés : 0, mis au rebut : 0.\n",
        )
        assert destinataires(boite) == une_fois_chacun(2)
        recu = boite.recus()[0]
        uids = {"ouverture-2026.2@esav.example": OUVERTURE, "retrait-2026.1-par-2026.2@esav.example": RETRAIT}
        assert agenda(recu) == {uid: (debut, "CONFIRMED") for uid, debut in uids.items()}
        assert piece(recu, "text/calendar").get_param("method") == "PUBLISH"
        corps = recu.get_body(("plain",))
        assert corps is not None
        assert "version 2026.2" in corps.get_content()
        assert "(ACCES_FTTH)" in corps.get_content()
        retiree = replace(NOUVELLE, annulation=ANNONCE_LE)
        with ouvrir(sqlite) as magasin:
            avis = [replace(s.envoi, genre=GenreAvis.ANNONCE_RETIREE) for s in magasin.suivis(None, 9)]
            magasin.retirer_annonce(retiree, AVANT, avis, magasin.versions())
        assert esav(env, "worker", "--une-fois").returncode == 0
        dernier = boite.recus()[-1]
        assert len(boite.recus()) == 4
        assert "est retirée" in dernier["Subject"]
        assert agenda(dernier) == {uid: (debut, "CANCELLED") for uid, debut in uids.items()}
        assert piece(dernier, "text/calendar").get_param("method") == "CANCEL"


@pytest.mark.exigence("R2.2")
def test_refus_passager_et_definitif_puis_rejeu__ok(sqlite: str, tmp_path: Path) -> None:
    refus = {"rcpt": {adresse("OP000"): "450 4.2.1 plus tard", adresse("OP001"): "550 5.1.1 inconnu"}}
    with plate_forme(sqlite, tmp_path, 3, **refus) as boite:
        env = reglages(sqlite, boite, ESAV_SMTP_RECUL="1")
        with worker(env, tmp_path / "worker.log"):
            attendre(lambda: etats(sqlite)["OP002"] == "ENVOYE" and etats(sqlite)["OP001"] == "REBUT", "le rebut")
            assert etats(sqlite)["OP000"] == "EN_ATTENTE"
            assert destinataires(boite) == {adresse("OP002"): 1}
            vue = esav(env, "envois", "list", "--etat", "rebut")
            assert vue.returncode == 0
            assert "OP001" in vue.stdout
            assert "550 5.1.1 inconnu" in vue.stdout
            assert "1 avis au rebut" in vue.stderr
            boite.consigner()
            attendre(lambda: etats(sqlite)["OP000"] == "ENVOYE", "le second essai")
            assert etats(sqlite)["OP001"] == "REBUT"
            rejeu = esav(env, "envois", "rejouer", "--tous")
            assert (rejeu.returncode, rejeu.stdout) == (0, "1 avis remis dans la file.\n")
            attendre(lambda: etats(sqlite)["OP001"] == "ENVOYE", "l'avis rejoué")
        assert destinataires(boite) == une_fois_chacun(3)


@pytest.mark.long
@pytest.mark.exigence("R2.2")
def test_serveur_de_courrier_eteint_puis_rallume__ok(sqlite: str, tmp_path: Path) -> None:
    with plate_forme(sqlite, tmp_path, 4) as boite:
        boite.arreter()
        env = reglages(sqlite, boite, ESAV_SMTP_RECUL="1")
        fait = esav(env, "worker", "--une-fois")
        assert fait.returncode == 1
        assert "reportés : 1" in fait.stdout  # the others were not even tried
        assert "hors d'atteinte" in esav(env, "envois", "list").stdout
        with worker(env, tmp_path / "worker.log"):
            attendre(lambda: "hors d'atteinte" in (tmp_path / "worker.log").read_text(), "l'échec")
            boite.demarrer()
            attendre(lambda: set(etats(sqlite).values()) == {"ENVOYE"}, "les envois")
        assert destinataires(boite) == une_fois_chacun(4)


@pytest.mark.long
@pytest.mark.exigence("R2.2")
def test_tue_au_milieu_d_un_envoi__ok(url: str, tmp_path: Path) -> None:
    """The server has the mail, the worker dies before it knows: the notice is sent again, recognisably, none is lost."""
    with plate_forme(url, tmp_path, 3, retenir=True) as boite:
        env = reglages(url, boite) | partir(datetime.now(UTC), VITESSE).env()
        for tues in (1, 2):
            with worker(env, tmp_path / "worker.log") as premier:
                attendre(lambda: len(boite.recus()) == tues, "un courrier")  # noqa: B023 - called at once
                assert set(etats(url).values()) == {"EN_ATTENTE"}
                premier.kill()
                premier.wait()
        boite.consigner()
        with worker(env, tmp_path / "worker.log"):
            attendre(lambda: set(etats(url).values()) == {"ENVOYE"}, "les envois")
        recus = destinataires(boite)
        assert set(recus) == set(une_fois_chacun(3))
        assert sum(recus.values()) >= 5
        assert len({str(recu["Message-ID"]) for recu in boite.recus()}) == 3


@pytest.mark.long
@pytest.mark.exigence("R2.2")
def test_deux_workers_ne_doublent_rien__ok(url: str, tmp_path: Path) -> None:
    with plate_forme(url, tmp_path, 30, retenir=True) as boite, ExitStack() as pile:
        env = reglages(url, boite)
        for rang in range(2):
            pile.enter_context(worker(env, tmp_path / f"worker{rang}.log"))
        attendre(lambda: len(boite.recus()) == 2, "un courrier de chacun")
        assert destinataires(boite).most_common(1)[0][1] == 1
        boite.consigner()
        attendre(lambda: set(etats(url).values()) == {"ENVOYE"}, "les envois")
        assert destinataires(boite) == une_fois_chacun(30)
        envoyes = [(tmp_path / f"worker{rang}.log").read_text().count(": envoyé") for rang in range(2)]
        assert sum(envoyes) == 30
        assert min(envoyes) >= 1


@pytest.mark.exigence("R2.2")
def test_sigterm_finit_le_courrier_en_cours__ok(sqlite: str, tmp_path: Path) -> None:
    with (
        plate_forme(sqlite, tmp_path, 3, retenir=True) as boite,
        worker(reglages(sqlite, boite), tmp_path / "log") as lance,
    ):
        attendre(lambda: len(boite.recus()) == 1, "un courrier")
        lance.terminate()
        boite.consigner()
        assert lance.wait(60) == 0
        assert len(boite.recus()) == 1
    assert Counter(etats(sqlite).values()) == {"ENVOYE": 1, "EN_ATTENTE": 2}
    with ouvrir(sqlite) as magasin:
        restent = magasin.prendre(datetime.now(UTC), timedelta(minutes=1), 9)
    assert [pris.essais for pris in restent] == [0, 0]  # nobody holds them, and no attempt is lost


@pytest.mark.exigence("R2.2", "R2.3")
def test_rappel_a_ceux_qui_deposent_encore_seulement__ok(sqlite: str, tmp_path: Path) -> None:
    present = datetime.now(UTC)
    retrait = present + timedelta(days=5)
    ouverture = present - timedelta(days=25)
    with ouvrir(sqlite) as magasin:
        magasin.enregistrer_version(
            replace(AVANT, ouverture=ouverture - timedelta(days=100), retrait=retrait, remplacante="2026.2"),
            pack("2026.1"),
        )
        magasin.enregistrer_version(replace(NOUVELLE, annonce=AVANT.annonce, ouverture=ouverture), pack("2026.2"))
    with boite_ouverte(tmp_path) as boite:
        preparer_depots(sqlite, ouverture)
        env = reglages(sqlite, boite)
        fait = esav(env, "worker", "--une-fois")
        assert fait.stdout.startswith("Rappels mis dans la file : 1. Avis envoyés : 1,")
        (recu,) = boite.recus()
        assert recu["To"] == adresse("OP000")
        corps = recu.get_body(("plain",))
        assert corps is not None
        assert "2 dépôts" in " ".join(corps.get_content().split())
        assert list(agenda(recu)) == ["retrait-2026.1-par-2026.2@esav.example"]
        fait = esav(env, "worker", "--une-fois")
        assert fait.stdout.startswith("Rappels mis dans la file : 0. Avis envoyés : 0,")
        assert len(boite.recus()) == 1


def preparer_depots(url: str, ouverture: datetime) -> None:
    """OP000 deposits with 2026.1 since 2026.2 opened, OP001 did before, OP002 deposits with 2026.2."""
    apres, avant = ouverture + timedelta(days=2), ouverture - timedelta(days=2)
    faits = [("OP000", "2026.1", avant), ("OP000", "2026.1", apres), ("OP000", "2026.1", apres)]
    faits += [("OP001", "2026.1", avant), ("OP002", "2026.2", apres)]
    with ouvrir(url) as magasin:
        for code in operateurs(3):
            magasin.declarer_operateur(Operateur(code, code, adresse(code)))
        for rang, (code, version, instant) in enumerate(sorted(faits, key=lambda fait: fait[2])):
            magasin.deposer(nouvelle(f"R{rang}", operateur=code, version_catalogue=version, depot_le=instant))


def sans_courrier(url: str, dossier: Path) -> dict[str, str]:
    return {nom: valeur for nom, valeur in reglages(url, Boite(dossier / "boite")).items() if "SMTP" not in nom}


@pytest.mark.exigence("R2.2")
def test_sans_serveur_de_courrier_la_file_le_dit__ok(sqlite: str, tmp_path: Path) -> None:
    annoncer(sqlite, 1)
    env = sans_courrier(sqlite, tmp_path)
    vue = esav(env, "envois", "list")
    assert vue.returncode == 0
    assert "en attente" in vue.stdout
    assert "Aucun serveur de courrier n'est réglé (ESAV_SMTP_HOTE)" in vue.stderr
    fait = esav(env, "worker", "--une-fois")
    assert fait.returncode == 0, "the rest of its work is done"
    assert "Aucun serveur de courrier n'est réglé (ESAV_SMTP_HOTE)" in fait.stderr
    with ouvrir(sqlite) as magasin:
        assert [s.etat for s in magasin.suivis(None, 9)] == [EtatEnvoi.EN_ATTENTE]


@pytest.mark.exigence("R2.2")
@pytest.mark.parametrize("arguments", [[], ["1", "--tous"], ["99"]], ids=" ".join)
def test_rejouer_mal_demande__error(sqlite: str, tmp_path: Path, arguments: list[str]) -> None:
    lance = esav(sans_courrier(sqlite, tmp_path), "envois", "rejouer", *arguments)
    assert lance.returncode == (1 if arguments == ["99"] else 2)
    assert ("0 avis remis" in lance.stdout) == (arguments == ["99"])
