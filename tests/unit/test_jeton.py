"""The token: one thread at a time, and whoever waits for something else has put it down."""

from __future__ import annotations

import io
import os
import threading
import warnings
from collections.abc import Mapping
from typing import Any, cast

import pytest

from esav_soap.bootstrap.noeud import sans_jeton
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.jeton import JETON, Jeton
from esav_soap.soap.identite import entete_locale
from esav_soap.soap.wsgi import LEGER, ApplicationWsgi
from esav_soap.usecases.ports.versions import Versions
from esav_soap.usecases.registre import Registre
from tests.fils import DELAI_S, Fil, libre


@pytest.fixture
def jeton() -> Jeton:
    return Jeton()


@pytest.mark.exigence("R3.1")
def test_un_seul_fil_le_tient(jeton: Jeton) -> None:
    dedans = maximum = 0

    def passer() -> None:
        nonlocal dedans, maximum
        for _ in range(300):
            with jeton.tenu():
                dedans += 1
                maximum = max(maximum, dedans)
                os.sched_yield()
                dedans -= 1

    fils = [Fil(passer) for _ in range(4)]
    for fil in fils:
        fil.resultat()
    assert maximum == 1
    assert libre(jeton)


@pytest.mark.exigence("R3.1")
def test_rendu_le_laisse_a_un_autre_puis_le_reprend(jeton: Jeton) -> None:
    with jeton.tenu():
        assert not libre(jeton)
        with jeton.rendu():
            assert libre(jeton)
        assert not libre(jeton)
    assert libre(jeton)


@pytest.mark.exigence("R3.1")
def test_rendu_attend_que_l_autre_le_pose(jeton: Jeton) -> None:
    pris, poser = threading.Event(), threading.Event()
    repris = threading.Event()

    def autre() -> None:
        with jeton.tenu():
            pris.set()
            assert poser.wait(DELAI_S)
            assert not repris.is_set()

    def premier() -> None:
        with jeton.tenu():
            with jeton.rendu():
                fil = Fil(autre)
                assert pris.wait(DELAI_S)
            repris.set()
            fil.resultat()

    fil = Fil(premier)
    assert pris.wait(DELAI_S)
    assert not repris.wait(0.1)
    poser.set()
    fil.resultat()
    assert repris.is_set()


@pytest.mark.exigence("R3.1")
def test_une_exception_dans_rendu__il_est_repris_puis_pose(jeton: Jeton) -> None:
    with jeton.tenu():
        with pytest.raises(OSError, match="client parti"), jeton.rendu():
            raise OSError("client parti")
        assert not libre(jeton)
    assert libre(jeton)


@pytest.mark.exigence("R3.1")
@pytest.mark.parametrize("exception", [ValueError, SystemExit, KeyboardInterrupt])
def test_une_exception_dans_tenu__il_est_pose(jeton: Jeton, exception: type[BaseException]) -> None:
    with pytest.raises(exception), jeton.tenu():
        raise exception
    assert libre(jeton)


@pytest.mark.exigence("R3.1")
def test_rendu_dans_rendu__repris_une_fois(jeton: Jeton) -> None:
    with jeton.tenu():
        with jeton.rendu():
            with jeton.rendu():
                assert libre(jeton)
            assert libre(jeton)
        assert not libre(jeton)
    assert libre(jeton)


@pytest.mark.exigence("R3.1")
def test_rendu_par_qui_ne_le_tient_pas__ni_pose_ni_pris(jeton: Jeton) -> None:
    def autre() -> None:
        with jeton.rendu():
            assert not libre(jeton), "it stays with the thread that holds it"

    with jeton.tenu():
        Fil(autre).resultat()
        assert not libre(jeton)
    with jeton.rendu():
        assert libre(jeton)
    assert libre(jeton)


@pytest.mark.exigence("R3.1")
def test_libre_dans_un_enfant(jeton: Jeton) -> None:
    pris, poser = threading.Event(), threading.Event()

    def tenir() -> None:
        with jeton.tenu():
            pris.set()
            poser.wait(DELAI_S)

    fil = Fil(tenir)
    assert pris.wait(DELAI_S)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # CPython warns of forks beside threads, which is what is tested
        enfant = os.fork()
    if not enfant:
        prise = jeton._verrou.acquire(timeout=5)
        os._exit(0 if prise else 1)
    _, statut = os.waitpid(enfant, 0)
    assert os.waitstatus_to_exitcode(statut) == 0
    assert not libre(jeton), "the parent's is still held"
    poser.set()
    fil.resultat()


@pytest.mark.exigence("R3.1")
def test_un_jeton_oublie_ne_gene_pas_un_fork() -> None:
    Jeton()
    enfant = os.fork()
    if not enfant:
        os._exit(0)
    assert os.waitpid(enfant, 0)[1] == 0


# Where the token is put down, outside the store and the sockets


class _SansPack:
    """A store without packs; ``pack`` looks whether another thread may compute meanwhile."""

    def __init__(self) -> None:
        self.seul = True

    def pack(self, _: str) -> None:
        self.seul = not libre(JETON)


@pytest.mark.exigence("R2.4", "R3.1")
def test_une_version_que_l_on_charge_n_arrete_pas_les_autres() -> None:
    """Two requests for a version that is not loaded once waited for one another for ever."""
    versions = _SansPack()
    registre = Registre(cast(Versions, versions), "https://esav.example")
    demandes = threading.Semaphore(0)

    def demander() -> str:
        with JETON.tenu():
            demandes.release()
            with pytest.raises(ErreurEsav) as refus:
                registre.chargee("2020.1")
            return refus.value.code.name

    with registre._verrou:  # another is loading it
        fils = [Fil(demander), Fil(demander)]
        for _ in fils:
            assert demandes.acquire(timeout=DELAI_S)
        assert libre(JETON, DELAI_S)
    assert [fil.resultat() for fil in fils] == [CodeErreur.VERSION_INCONNUE.name] * 2
    assert not versions.seul


@pytest.mark.exigence("R6.1")
def test_une_source_d_identite_est_interrogee_sans_lui() -> None:
    def annuaire(environ: Mapping[str, Any]) -> str | None:
        return str(environ["qui"]) if libre(JETON) else None

    with JETON.tenu():
        assert sans_jeton(annuaire)({"qui": "OPA"}) == "OPA"
        assert not libre(JETON)
    assert sans_jeton(entete_locale) is entete_locale


@pytest.mark.exigence("R3.1", "R1.4")
@pytest.mark.parametrize(
    ("methode", "annonce", "service", "seul"),
    [
        ("POST", "1", "depot/2026.2", True),
        ("POST", str(LEGER), "depot/2026.2", True),
        ("POST", str(LEGER + 1), "depot/2026.2", False),
        ("POST", "0", "depot/2026.2", False),
        ("POST", None, "depot/2026.2", False),
        ("GET", "1", "depot/2026.2", False),
        ("HEAD", None, "depot/2026.2", False),
        ("POST", "1", "suivi", False),
        ("POST", "1", "publication", False),
    ],
)
def test_seuls_les_petits_depots_calculent_avec_lui(
    monkeypatch: pytest.MonkeyPatch, methode: str, annonce: str | None, service: str, seul: bool
) -> None:
    """A chunked body announces nothing: it may be large."""
    chemin = f"/production/ws/1/{service}"
    environ = {"REQUEST_METHOD": methode, "PATH_INFO": chemin, "wsgi.input": io.BytesIO()}
    if annonce is not None:
        environ["CONTENT_LENGTH"] = annonce
    vu: list[bool] = []

    def repondre(*_: Any) -> list[bytes]:
        vu.append(not libre(JETON))
        return [b"reponse"]

    monkeypatch.setattr(ApplicationWsgi, "_repondre", repondre)
    application = ApplicationWsgi.__new__(ApplicationWsgi)
    with JETON.tenu():
        assert application(environ, lambda *_: None) == [b"reponse"]
        assert not libre(JETON)
    assert vu == [seul]
