"""An error of ours at each layer: answered under an id that the log has, and nothing of what we are made of gets out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from esav_soap.intake.controle import Controle
from esav_soap.soap import pages, presentation, wsgi
from esav_soap.soap.operations import depot as operations_depot
from esav_soap.soap.protocole import Service
from esav_soap.usecases.suivi import Suivi
from tests.e2e.soap import TYPES, depot, enveloppe, requete
from tests.faux import FauxNoeud, noeud
from tests.fuites import fuites
from tests.journaux import ecrites, requetes

DEPOT, SUIVI = "/production/ws/1/depot/2026.2", "/production/ws/1/suivi"
SECRET = "Claire Martin 0612345678 /usr/lib/python3/site-packages/spyne/x.py"

Casser = Callable[[pytest.MonkeyPatch, FauxNoeud], None]


def panne(*_: object, **__: object) -> Any:
    raise RuntimeError(SECRET)


def de(cible: Any, nom: str) -> Casser:
    return lambda patch, _: patch.setattr(cible, nom, panne)


#: Layer -> how it breaks, what is asked of it. Answers of a service, but for those to a GET.
COUCHES: dict[str, tuple[Casser, str, str]] = {
    "lecture de l'enveloppe": (de(wsgi, "lire_enveloppe"), DEPOT, "POST"),
    "adresse": (de(wsgi, "decouper"), DEPOT, "POST"),
    "registre des versions": (lambda patch, sur: patch.setattr(sur.registre, "utilisable", panne), DEPOT, "POST"),
    "identité": (de(wsgi, "connecter"), DEPOT, "POST"),
    "droits": (de(wsgi, "autoriser"), DEPOT, "POST"),
    "protocole": (de(Service, "appeler"), DEPOT, "POST"),
    "contrôle": (de(Controle, "controler"), DEPOT, "POST"),
    "cas d'utilisation": (de(operations_depot, "deposer"), DEPOT, "POST"),
    "magasin": (lambda patch, sur: patch.setattr(sur.base, "deposer", panne), DEPOT, "POST"),
    "présentation": (de(presentation, "accuse"), DEPOT, "POST"),
    "suivi": (de(Suivi, "trouver"), SUIVI, "POST"),
    "présentation du suivi": (de(presentation, "etat"), SUIVI, "POST"),
    "écriture d'un refus": (de(Service, "refuser"), "/ailleurs", "POST"),
    "pages": (de(pages, "page"), "/catalogue/", "GET"),
    "WSDL": (de(wsgi, "adresser"), SUIVI, "GET"),
}


@pytest.mark.exigence("R3.1", "R3.7", "R9")
@pytest.mark.parametrize("soap", ["1.1", "1.2"])
@pytest.mark.parametrize("couche", COUCHES)
def test_une_erreur_a_nous_a_chaque_couche__error(
    couche: str, soap: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    casser, chemin, methode = COUCHES[couche]
    sur = noeud()
    assert sur.appeler(DEPOT, enveloppe(depot("2026.2", "ACCES_FTTH", "A"))).refus is None
    demande = (
        depot("2026.2", "ACCES_FTTH", "B") if chemin == DEPOT else requete("consulterEtat", referenceOperateur="A")
    )
    if chemin == "/ailleurs":
        demande = requete("rien")
    casser(monkeypatch, sur)
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        reponse = sur.appeler(
            chemin, enveloppe(demande, soap), methode=methode, type_contenu=TYPES[soap], question="wsdl"
        )
    assert (reponse.statut, reponse.refus) == (500, "ERREUR_INTERNE")
    assert fuites(reponse) == []
    identifiant = reponse.entetes["X-Request-Id"]
    assert reponse.texte("requete") == identifiant
    assert [dite["requete"] for dite in requetes(caplog.records)] == [identifiant]
    assert requetes(caplog.records)[0]["verdict"] == "ERREUR_INTERNE"
    erreurs = [r for r in caplog.records if r.name == "esav.erreurs"]
    assert [r.champs["requete"] for r in erreurs] == [identifiant]  # type: ignore[attr-defined]
    ecrit = "\n".join(ecrites(caplog.records))
    assert "builtins.RuntimeError" in ecrit
    assert "Claire" not in ecrit + caplog.text


@pytest.mark.exigence("R9")
def test_l_identifiant_de_l_appelant_n_est_pas_repris__ok(caplog: pytest.LogCaptureFixture) -> None:
    """It could be anything, and the same twice."""
    with caplog.at_level(logging.DEBUG):
        reponse = noeud().appeler("/sante", methode="GET", entetes={"HTTP_X_REQUEST_ID": "Claire\r\nX: y"})
    assert len(reponse.entetes["X-Request-Id"]) == 16
    assert "Claire" not in "".join(ecrites(caplog.records)) + str(reponse)
