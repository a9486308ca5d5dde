"""Group commit without a database: who is written with whom, and who is told what."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Sequence

import pytest

from esav_soap.store.groupe import Groupe

DELAI_S = 20


def attendre(condition: Callable[[], bool]) -> None:
    limite = time.monotonic() + DELAI_S
    while not condition():
        assert time.monotonic() < limite
        time.sleep(0.001)


class Banc:
    """Writes only when it is let go, and remembers what was written together."""

    def __init__(self, maximum: int = 64, delai_s: float = DELAI_S) -> None:
        self.groupe: Groupe[str, str] = Groupe(self._ecrire, maximum=maximum, delai_s=delai_s)
        self.lots: list[list[str]] = []
        self.permis = threading.Semaphore(0)
        self.recus: dict[str, str | BaseException] = {}
        self._fils: list[threading.Thread] = []

    def _ecrire(self, lot: Sequence[str]) -> list[str | Exception]:
        self.lots.append(list(lot))
        assert self.permis.acquire(timeout=DELAI_S)
        if "panne" in lot:
            raise OSError("disque plein")
        return [KeyError(demande) if demande.startswith("mauvais") else f"fait {demande}" for demande in lot]

    def soumettre(self, *demandes: str) -> None:
        """Each in a thread of its own, in this order, all waiting when this returns."""

        def un(demande: str) -> None:
            try:
                self.recus[demande] = self.groupe.soumettre(demande)
            except BaseException as erreur:
                self.recus[demande] = erreur

        for demande in demandes:
            attendus = self.arrives() + 1
            fil = threading.Thread(target=un, args=(demande,))
            fil.start()
            self._fils.append(fil)
            attendre(lambda attendus=attendus: self.arrives() == attendus)  # type: ignore[misc]

    def arrives(self) -> int:
        return sum(map(len, self.lots)) + len(self.groupe._file)

    def finir(self, permis: int) -> dict[str, str | BaseException]:
        self.permis.release(permis)
        for fil in self._fils:
            fil.join(DELAI_S)
            assert not fil.is_alive()
        return self.recus


@pytest.mark.exigence("R3.1")
def test_ceux_qui_attendent_sont_ecrits_ensemble() -> None:
    banc = Banc()
    banc.soumettre("a", "b", "c", "d")
    assert banc.lots == [["a"]]  # the first does not wait for company
    assert banc.recus == {}  # and nobody is answered before the commit
    assert banc.finir(2) == {nom: f"fait {nom}" for nom in "abcd"}
    assert banc.lots == [["a"], ["b", "c", "d"]]


@pytest.mark.exigence("R3.1")
def test_un_lot_a_un_maximum_et_personne_n_est_oublie() -> None:
    banc = Banc(maximum=2)
    banc.soumettre("a", "b", "c", "d", "e", "f")
    assert banc.finir(4) == {nom: f"fait {nom}" for nom in "abcdef"}
    assert banc.lots == [["a"], ["b", "c"], ["d", "e"], ["f"]]


@pytest.mark.exigence("R3.1")
def test_jamais_deux_ecritures_a_la_fois() -> None:
    banc = Banc()
    banc.soumettre("a", "b")
    banc.permis.release()
    attendre(lambda: len(banc.lots) == 2)
    banc.soumettre("c")  # comes while the second is being written
    assert banc.lots == [["a"], ["b"]]
    assert banc.finir(2) == {nom: f"fait {nom}" for nom in "abc"}


@pytest.mark.exigence("R3.1")
def test_chacun_recoit_sa_propre_erreur() -> None:
    banc = Banc()
    banc.soumettre("a", "b", "mauvais 1", "c", "mauvais 2")
    recus = banc.finir(2)
    assert [recus["a"], recus["b"], recus["c"]] == ["fait a", "fait b", "fait c"]
    assert [(type(recus[nom]), str(recus[nom])) for nom in ("mauvais 1", "mauvais 2")] == [
        (KeyError, "'mauvais 1'"),
        (KeyError, "'mauvais 2'"),
    ]


@pytest.mark.exigence("R3.1")
def test_une_panne_touche_son_lot_et_pas_les_suivants() -> None:
    banc = Banc(maximum=2)
    banc.soumettre("a", "b", "panne", "c")
    recus = banc.finir(3)
    assert (recus["a"], recus["c"]) == ("fait a", "fait c")
    assert [type(recus[nom]) for nom in ("b", "panne")] == [OSError, OSError]
    banc.permis.release()
    assert banc.groupe.soumettre("d") == "fait d"


@pytest.mark.exigence("R3.1")
def test_personne_n_attend_sans_fin_un_ecrivain_suspendu() -> None:
    banc = Banc(delai_s=0.1)
    banc.soumettre("a", "b", "c")
    attendre(lambda: len(banc.recus) == 2)
    assert [type(banc.recus[nom]) for nom in "bc"] == [TimeoutError, TimeoutError]
    assert banc.finir(1)["a"] == "fait a"
    banc.permis.release()
    assert banc.groupe.soumettre("d") == "fait d"
    assert banc.lots == [["a"], ["d"]]  # who was told no is not written afterwards


@pytest.mark.exigence("R3.1")
def test_un_fil_interrompu_ne_retient_pas_les_autres() -> None:
    class Interruption(Exception):
        pass

    def interrompre(_numero: int, _cadre: object) -> None:
        raise Interruption

    def frapper() -> None:
        attendre(lambda: banc.arrives() == 2)
        os.kill(os.getpid(), signal.SIGUSR1)

    banc = Banc()
    banc.soumettre("a")
    ancien = signal.signal(signal.SIGUSR1, interrompre)
    try:
        coup = threading.Thread(target=frapper)
        coup.start()
        with pytest.raises(Interruption):
            banc.groupe.soumettre("interrompu")
        coup.join()
    finally:
        signal.signal(signal.SIGUSR1, ancien)
    banc.soumettre("b")
    assert banc.finir(2) == {"a": "fait a", "b": "fait b"}
    assert banc.lots == [["a"], ["b"]]


@pytest.mark.exigence("R3.1")
def test_enfant_d_un_fork_n_attend_pas_les_fils_du_parent() -> None:
    """Forked while a thread of the parent writes: the child starts with a group of its own."""
    banc = Banc()
    banc.soumettre("a", "b")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # to fork among threads is what is tried here
        enfant = os.fork()
    if enfant == 0:
        banc.permis = threading.Semaphore(1)
        os._exit(0 if banc.groupe.soumettre("enfant") == "fait enfant" else 1)
    limite = time.monotonic() + DELAI_S
    pid = 0
    while not pid and time.monotonic() < limite:
        pid, statut = os.waitpid(enfant, os.WNOHANG)
        time.sleep(0.005)
    if not pid:
        os.kill(enfant, 9)
        os.waitpid(enfant, 0)
    assert pid
    assert os.waitstatus_to_exitcode(statut) == 0
    assert banc.finir(2) == {"a": "fait a", "b": "fait b"}
