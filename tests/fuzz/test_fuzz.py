"""Fuzzing, in short: the corpus and some thousand changes of it, a bounded run guided by coverage, a real server. ``make fuzz`` for long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from esav_soap.soap.wsgi import ApplicationWsgi
from tests.e2e.conftest import preparer
from tests.e2e.serveur import serveur_neuf
from tests.fuzz import entree
from tests.fuzz.atelier import ecrire
from tests.fuzz.cibles import CIBLES, cible
from tests.fuzz.conduite import conduire, disponible
from tests.fuzz.jugement import Manquement
from tests.fuzz.message import CibleMessage
from tests.fuzz.reel import CROISSANCE, Compte, Releve, eprouver

#: In the plain run; and guided by coverage, and over HTTP, in the long one.
MUTATIONS, ESSAIS, REQUETES = {"message": 600, "pack": 300}, 3000, 10_000


@pytest.mark.exigence("R9", "R2.1")
@pytest.mark.parametrize("nom", CIBLES)
def test_le_corpus_et_ses_mutations__error(nom: str) -> None:
    rng, visee = Random(20), cible(nom)
    graines = list(visee.graines().values())
    vus = Counter(visee.essayer(octets) for octets in graines)
    for _ in range(MUTATIONS[nom]):
        vus[visee.essayer(visee.muter(rng.choice(graines), rng))] += 1
    visee.fermer()
    assert vus[None] > 0, "some are accepted"
    assert len(vus) > 6, vus


@pytest.mark.exigence("R9")
def test_une_requete_se_relit__ok() -> None:
    for une in entree.corpus().values():
        assert entree.lire(une.octets()) == une
    assert entree.lire(b"") == entree.Entree("/")


@pytest.fixture
def messages() -> Iterator[CibleMessage]:
    faite = CibleMessage()
    yield faite
    faite.fermer()


def _modifie(monkeypatch: pytest.MonkeyPatch, quoi: bytes, par: bytes) -> None:
    vrai = ApplicationWsgi.__call__

    def faux(self: ApplicationWsgi, environ: object, start_response: object) -> list[bytes]:
        return [x.replace(quoi, par) for x in vrai(self, environ, start_response)]  # type: ignore[arg-type]

    monkeypatch.setattr(ApplicationWsgi, "__call__", faux)


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    ("quoi", "par", "dit"),
    [
        (b"</ws:ErreurEsav>", b"</ws:ErreurEsa>", "not well-formed"),
        (b"<ws:code>MESSAGE_MAL_FORME", b"<ws:code>MESSAGE_MAL_FORMU", "unknown code"),
        (b"<ws:code>MESSAGE_MAL_FORME", b"<ws:code>ERREUR_INTERNE\x20\x20\x20", "unknown code"),
        (b"<ws:message>Le corps", b"<ws:message>lxml.etr", "leaks"),
        (b"envelope/", b"envelopp/", "no SOAP envelope"),
        (b"xml", b"xmll", "length"),
    ],
)
def test_une_promesse_rompue_est_vue__error(
    messages: CibleMessage, monkeypatch: pytest.MonkeyPatch, quoi: bytes, par: bytes, dit: str
) -> None:
    octets = entree.corpus()["un-seul-chevron.bin"].octets()
    assert messages.essayer(octets) == "MESSAGE_MAL_FORME"
    _modifie(monkeypatch, quoi, par)
    with pytest.raises(Manquement, match=dit if dit != "length" else "."):
        messages.essayer(octets)


@pytest.mark.exigence("R9", "R3.1")
def test_un_depot_accepte_contre_le_schema_est_vu__error(
    messages: CibleMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    bon = entree.corpus()["temoin-depot.xml"]
    assert messages.essayer(bon.octets()) is None
    monkeypatch.setattr("esav_soap.intake.controle.Controle._juger", _tout_admettre(messages, bon))
    mauvais = entree.Entree(bon.chemin, bon.entetes, bon.corps.replace(b"2A004", b"2A0045"))
    with pytest.raises(Manquement, match="accepted against the schema"):
        messages.essayer(mauvais.octets())


def _tout_admettre(messages: CibleMessage, bon: entree.Entree) -> object:
    """What the check said of the last sound message, whatever comes."""
    from esav_soap.intake.controle import Controle

    vrai = Controle._juger
    bons = []

    def juger(self: Controle, requete: object, *, prudent: bool) -> object:
        verdict = vrai(self, requete, prudent=prudent)  # type: ignore[arg-type]
        if verdict.valide:
            bons.append(verdict)
        return bons[-1]

    with pytest.MonkeyPatch.context() as ici:
        ici.setattr("esav_soap.intake.controle.Controle._juger", juger)
        messages.essayer(bon.octets())
    return juger


@pytest.mark.exigence("R9")
def test_une_trouvaille_est_gardee_une_fois_par_endroit__ok(tmp_path: Path) -> None:
    connues: set[str] = set()

    def echec() -> Exception:
        try:
            raise ValueError("x")
        except ValueError as exc:
            return exc

    lieux = [ecrire(echec(), octets, connues, tmp_path) for octets in (b"a", b"b")]
    assert lieux[0] is not None
    assert lieux[1] is None
    assert lieux[0].read_bytes() == b"a"
    assert "ValueError" in lieux[0].with_suffix(".txt").read_text()


def _releves(*memoires: int, fils: int = 10) -> list[tuple[int, Releve]]:
    return [(rang, Releve(memoire, 10 if rang < 4 else fils, 20)) for rang, memoire in enumerate(memoires)]


@pytest.mark.exigence("R9")
def test_ce_qui_grossit_est_dit__error() -> None:
    stable = Compte(releves=_releves(100, 300, 200, 300, 300, 310))
    assert stable.reproches() == []
    assert Compte(releves=_releves(1, 1, 1, 1, 1, 1, 1, 1, fils=13)).reproches() == []
    assert Compte(manquements=[("perdue", b"")], releves=_releves(1, 1)).reproches() == ["perdue"]
    (dit,) = Compte(releves=_releves(1, 1, 1, 1, 1, CROISSANCE + 2)).reproches()
    assert "memory" in dit
    (dit,) = Compte(releves=_releves(1, 1, 1, 1, 1, 1, 1, 1, fils=14)).reproches()
    assert "fils: 14" in dit


@pytest.mark.long
@pytest.mark.exigence("R9", "R2.1")
@pytest.mark.parametrize("nom", CIBLES)
@pytest.mark.skipif(not disponible(), reason="atheris has no build for this Python and this machine")
def test_guide_par_la_couverture__error(nom: str, tmp_path: Path) -> None:
    visee = cible(nom)
    graines = visee.graines()
    visee.fermer()
    bilan = conduire(nom, graines, dossier=tmp_path, essais=ESSAIS, graine=1)
    assert (bilan.rendu, bilan.trouvailles) == (0, ()), bilan.fin
    assert bilan.essais >= ESSAIS
    assert bilan.branches > 500, "the guide sees the package"


@pytest.mark.long
@pytest.mark.exigence("R9", "R3.1")
def test_dix_mille_requetes_a_un_vrai_serveur__error(tmp_path: Path) -> None:
    """A tenth of what ``make fuzz`` sends."""
    url = f"sqlite:///{tmp_path}/esav.db"
    preparer(url)
    with serveur_neuf(url, tmp_path) as serveur:
        compte = eprouver(serveur, REQUETES)
    assert compte.reproches() == []
    assert compte.total == REQUETES
    assert {"OK", "FORMULAIRE_INVALIDE", "MESSAGE_MAL_FORME", "page 200"} <= set(compte.verdicts)
    assert "Traceback" not in serveur.journal.read_text(encoding="utf-8")
