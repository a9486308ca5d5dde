"""Publishers, workers and deposits at the same time, in threads and in processes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count

import psycopg
import pytest
from sqlalchemy import event

from esav_soap.avis import Envoi, EtatEnvoi, GenreAvis
from esav_soap.jeton import JETON
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.ports.versions import VersionsChangees
from tests.integration.exemples import nouvelle
from tests.integration.publications import EN_VIGUEUR, INSTANT, annoncee, envois, remplacee
from tests.integration.test_processus_store import lignes, processus
from tests.postgres import Grappe

BAIL = timedelta(hours=1)
DELAI_S = 60


@pytest.fixture
def ouvert(magasin: Magasin) -> Magasin:
    """With 2026.1 in force."""
    magasin.enregistrer_version(EN_VIGUEUR, b"1")
    return magasin


def une_seule_annonce(magasin: Magasin, pack: bytes) -> None:
    """2026.1 with one successor, its pack, and the notices of it alone."""
    (nouvelle,) = (v for v in magasin.versions() if v.version != "2026.1")
    assert set(magasin.versions()) == {remplacee(nouvelle.version), annoncee(nouvelle.version)}
    assert magasin.pack(nouvelle.version) == pack
    assert sorted(s.envoi.cle for s in magasin.suivis(None, 100)) == [e.cle for e in envois(nouvelle.version)]


@pytest.mark.long
@pytest.mark.exigence("R2.1", "R2.3")
@pytest.mark.parametrize("memes", [False, True])
def test_un_seul_annonceur_gagne_entre_processus(ouvert: Magasin, url: str, memes: bool) -> None:
    versions = ["2026.2"] * 4 if memes else [f"2026.{n}" for n in range(2, 6)]
    with processus(*[("annoncer", url, version) for version in versions]) as lances:
        dites = Counter(mot for (mot,) in lignes(lances))
    assert dites == {"gagne": 1, "change": 3}
    une_seule_annonce(ouvert, b"p" * 1_000_000)


@pytest.mark.exigence("R2.1", "R2.3")
def test_second_annonceur_attend_le_premier_puis_renonce(
    ouvert: Magasin, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first has read the versions and has not committed: the second, on another node, may not decide yet."""
    lu, second_attend = threading.Event(), threading.Event()

    def arreter(_c: object, _curseur: object, ordre: str, *_reste: object) -> None:
        if ordre.startswith("INSERT INTO version_catalogue"):
            lu.set()
            assert second_attend.wait(DELAI_S)

    def annoncer(store: Magasin, version: str) -> bool:
        try:
            store.annoncer(annoncee(version), b"p", remplacee(version), envois(version), [EN_VIGUEUR])
        except VersionsChangees:
            return False
        return True

    def second_au_verrou(_c: object, _curseur: object, ordre: str, *_reste: object) -> None:
        if ordre.startswith(("LOCK", "SELECT")):
            second_attend.set()

    with ouvrir(url) as autre, ThreadPoolExecutor(2) as fils:
        # SQLite: waits at the gate, before any statement. PostgreSQL: at the lock.
        if autre._moteur.porte is not None:
            attendre = autre._moteur.porte._attendre

            def noter(descripteur: int) -> None:
                second_attend.set()
                attendre(descripteur)

            monkeypatch.setattr(autre._moteur.porte, "_attendre", noter)
        else:
            event.listen(autre._moteur.ecrivains, "before_cursor_execute", second_au_verrou)
        event.listen(ouvert._moteur.ecrivains, "before_cursor_execute", arreter)
        premier = fils.submit(annoncer, ouvert, "2026.2")
        assert lu.wait(DELAI_S)
        second = fils.submit(annoncer, autre, "2026.3")
        assert (premier.result(DELAI_S), second.result(DELAI_S)) == (True, False)
    une_seule_annonce(ouvert, b"p")


@pytest.mark.long
@pytest.mark.exigence("R2.2")
def test_baux_ne_se_croisent_pas_entre_processus(ouvert: Magasin, url: str) -> None:
    nombre = 120
    ouvert.ajouter([Envoi(GenreAvis.VERSION_ANNONCEE, "2026.2", f"OP{n}") for n in range(nombre)], INSTANT)
    with processus(*[("avis", url)] * 4) as lances:
        pris = Counter((int(numero), essais) for numero, essais in lignes(lances))
    assert {essais for _, essais in pris} == {"0"}
    assert set(pris.values()) == {1}
    assert len(pris) == nombre
    assert ouvert.prendre(INSTANT, BAIL, 1) == ()


@pytest.mark.exigence("R2.2")
def test_meme_avis_ajoute_par_plusieurs_n_entre_qu_une_fois(ouvert: Magasin) -> None:
    tous = [Envoi(GenreAvis.RAPPEL_RETRAIT, "2026.1", f"OP{n}") for n in range(60)]
    with ThreadPoolExecutor(8) as fils:
        ordres = [tous if n % 2 else list(reversed(tous)) for n in range(8)]
        ajoutes = list(fils.map(lambda ordre: ouvert.ajouter(ordre, INSTANT), ordres))
    assert sum(ajoutes) == 60
    assert len(ouvert.suivis(None, 1000)) == 60


@pytest.mark.long
@pytest.mark.exigence("R2.1", "R2.2", "R3.1")
def test_tout_a_la_fois_sans_blocage(ouvert: Magasin) -> None:
    """Deposits, announcements and withdrawals, reminders, workers, replays, readers: each ends, and nobody is refused."""
    tours = 12
    fini = threading.Event()

    def publier() -> None:
        for n in range(tours):
            version = f"2027.{n + 1}"
            connues = ouvert.versions()
            en_vigueur = next(v for v in connues if v.version == "2026.1")
            ouvert.annoncer(annoncee(version), b"p" * 50_000, remplacee(version), envois(version), connues)
            annulee = replace(annoncee(version), annulation=INSTANT)
            retraits = envois(version, GenreAvis.ANNONCE_RETIREE)
            ouvert.retirer_annonce(annulee, en_vigueur, retraits, ouvert.versions())
        fini.set()

    def deposer(nom: str) -> None:
        for n in range(60):
            assert not ouvert.deposer(nouvelle(f"{nom}-{n}")).deja_deposee

    def envoyer() -> None:
        for n in count():
            pris = ouvert.prendre(INSTANT, BAIL, 5)
            for un in reversed(pris):
                if un.numero % 3:
                    ouvert.reussir(un.numero, INSTANT)
                else:
                    ouvert.echouer(un.numero, INSTANT, "non", None, un.essais)
            if not pris and fini.is_set():
                return
            ouvert.ajouter(envois(f"2028.{n % 5}", GenreAvis.RAPPEL_RETRAIT)[:: -1 if n % 2 else 1], INSTANT)

    def rejouer() -> None:
        while not fini.is_set():
            ouvert.rejouer([s.numero for s in ouvert.suivis(EtatEnvoi.REBUT, 50)], INSTANT)

    def lire() -> None:
        while not fini.is_set():
            assert len(list(ouvert.deposees(INSTANT))) <= 120
            ouvert.usages("2026.1", INSTANT)

    gestes: list[Callable[[], None]] = [
        publier,
        lambda: deposer("A"),
        lambda: deposer("B"),
        envoyer,
        envoyer,
        rejouer,
        lire,
    ]
    with ThreadPoolExecutor(len(gestes)) as fils:
        lances = [fils.submit(geste) for geste in gestes]
        try:
            for lance in lances:
                lance.result(2 * DELAI_S)
        finally:
            fini.set()
    connues = {v.version: v.annulation for v in ouvert.versions()}
    assert connues == {"2026.1": None, **{f"2027.{n + 1}": INSTANT for n in range(tours)}}
    assert len(list(ouvert.deposees(INSTANT))) == 120
    assert {s.etat for s in ouvert.suivis(None, 1000)} <= {EtatEnvoi.ENVOYE, EtatEnvoi.REBUT, EtatEnvoi.EN_ATTENTE}


@pytest.mark.exigence("R3.1")
def test_ecritures_et_lectures_rendent_le_jeton(ouvert: Magasin) -> None:
    """Others compute while a publication or a page waits for the database."""
    libre: list[bool] = []

    def noter(*_: object) -> None:
        libre.append(JETON._porteur is None)

    for moteur in (ouvert._moteur.lecteurs, ouvert._moteur.ecrivains):
        event.listen(moteur, "before_cursor_execute", noter)
    with JETON.tenu():
        ouvert.annoncer(annoncee(), b"2", remplacee(), envois(), [EN_VIGUEUR])
        ouvert.prendre(INSTANT, BAIL, 1)
        assert list(ouvert.deposees(INSTANT)) == []
        ouvert.usages("2026.1", INSTANT)
        ouvert.operateurs_par_offre()
        assert JETON._porteur == threading.get_ident()
    assert len(libre) > 10
    assert all(libre)


@pytest.mark.exigence("R2.1", "R2.2")
@pytest.mark.postgresql
def test_serveur_qui_a_coupe_les_connexions(postgresql: Grappe) -> None:
    """A worker or a publisher that was idle while PostgreSQL restarted goes on with another connection."""
    with postgresql.base() as url, ouvrir(url) as magasin:
        for tour in range(2):
            assert magasin.ajouter(envois(f"2026.{tour + 1}"), INSTANT) == 3
            assert len(magasin.prendre(INSTANT, BAIL, 10)) == 3
            with psycopg.connect(url, autocommit=True) as autre:
                coupees = autre.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                ).fetchall()
            assert (len(coupees) >= 2, set(coupees)) == (True, {(True,)})
        magasin.enregistrer_version(EN_VIGUEUR, b"1")
        magasin.annoncer(annoncee(), b"p", remplacee(), [], [EN_VIGUEUR])
        assert magasin.versions() == (remplacee(), annoncee())
