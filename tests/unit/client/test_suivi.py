"""Follow-up by the library: what is sent, pages that follow each other, events without end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import requests

from esav_soap.client import ClientEsav, ErreurClient, RefusEsav, SaisieInvalide, en_dict
from tests.unit.client.service_feint import (
    BASE,
    INCONNUE,
    ServiceFeint,
    aplat,
    etat,
    evenements,
    page,
    refus,
)

PLUS_TARD = refus(
    "<ws:ErreurEsav><ws:code>MAINTENANCE</ws:code><ws:message>m</ws:message><ws:requete>r1</ws:requete>"
    "<ws:reessayerApres>2026-11-05T04:15:00+01:00</ws:reessayerApres></ws:ErreurEsav>"
)
INTERNE = refus(
    "<ws:ErreurEsav><ws:code>ERREUR_INTERNE</ws:code><ws:message>m</ws:message><ws:requete>r1</ws:requete></ws:ErreurEsav>"
)


@pytest.mark.exigence("R3.5", "R9")
@pytest.mark.parametrize(
    ("depuis", "avant"),
    [
        (date(2026, 11, 5), datetime(2026, 11, 6, 8, 30)),  # noqa: DTZ001 - as Paris clocks show it
        ("05/11/2026", "2026-11-06 8h30"),
        ("2026-11-05", datetime(2026, 11, 6, 7, 30, tzinfo=UTC)),
    ],
)
def test_lister__ce_qui_est_dit_est_envoye(service: ServiceFeint, depuis: Any, avant: Any) -> None:
    service.etapes = [page("listerSignalisations", "N1", suivant="c2")]
    with service.client() as esav:
        lue = esav.suivi.lister(
            etats=("EN_COURS", "GELE"),
            offre="ACCES_FTTH",
            prestation="P1",
            depuis=depuis,
            avant=avant,
            curseur="c1",
            maximum=20,
        )
    assert service.envois[0].url == f"{BASE}/production/ws/1/suivi"
    envoye = aplat(service.corps())
    assert envoye[:5] == [
        ("etat", "EN_COURS"),
        ("etat", "GELE"),
        ("offre", "ACCES_FTTH"),
        ("identifiantPrestation", "P1"),
        ("dateHeureDebut", "2026-11-05T00:00:00+01:00"),
    ]
    assert datetime.fromisoformat(envoye[5][1]) == datetime(2026, 11, 6, 7, 30, tzinfo=UTC)
    assert envoye[6:] == [("curseur", "c1"), ("maximum", "20")]
    assert ([s.numeroSignalisation for s in lue.signalisation], lue.curseurSuivant) == (["N1"], "c2")
    assert en_dict(lue)["signalisation"][0]["dateHeureDepot"] == "2026-11-05T09:15:00+01:00"


@pytest.mark.exigence("R3.5", "R9")
def test_lister__un_seul_etat_en_texte(service: ServiceFeint) -> None:
    service.etapes = [page("listerSignalisations")]
    with service.client() as esav:
        esav.suivi.lister(etats="GELE")
    assert aplat(service.corps()) == [("etat", "GELE")]


@pytest.mark.exigence("R3.5", "R9")
def test_ce_qui_n_est_pas_dit_n_est_pas_envoye(service: ServiceFeint) -> None:
    service.etapes = [page("listerSignalisations"), page("consulterHistorique"), evenements(curseur="0")]
    with service.client() as esav:
        lues = [esav.suivi.lister(), esav.suivi.historique()]
        vides = esav.suivi.evenements()
    assert [aplat(service.corps(rang))[0][0] for rang in range(3)] == [
        *("listerSignalisations", "consulterHistorique", "listerEvenements"),
    ]
    assert [(lue.signalisation, lue.curseurSuivant) for lue in lues] == [([], None)] * 2
    assert (vides.evenement, vides.curseur, vides.encore) == ([], "0", False)


@pytest.mark.exigence("R3.5", "R9")
@pytest.mark.parametrize("operation", ["listerSignalisations", "consulterHistorique"])
def test_toutes_les_pages__par_leur_curseur(service: ServiceFeint, operation: str) -> None:
    service.etapes = [
        page(operation, "N1", "N2", suivant="c2"),
        page(operation, suivant="c3"),
        page(operation, "N3"),
    ]
    with service.client() as esav:
        lues = (
            esav.suivi.toutes(etats=["GELE"]) if operation == "listerSignalisations" else esav.suivi.tout_historique()
        )
        assert next(lues).numeroSignalisation == "N1"
        assert len(service.envois) == 1, "the next page is read when it is needed"
        assert [s.numeroSignalisation for s in lues] == ["N2", "N3"]
    curseurs = [[texte for nom, texte in aplat(service.corps(rang)) if nom == "curseur"] for rang in range(3)]
    assert curseurs == [[], ["c2"], ["c3"]]
    if operation == "listerSignalisations":
        assert all(("etat", "GELE") in aplat(service.corps(rang)) for rang in range(3))


@pytest.mark.exigence("R3.5", "R9")
@pytest.mark.parametrize("valeur", ["hier", "2026-13-01", "2026-11-05T25:00"])
def test_date_illisible__rien_n_est_envoye(service: ServiceFeint, valeur: str) -> None:
    with service.client() as esav, pytest.raises(SaisieInvalide) as echec:
        esav.suivi.lister(depuis=valeur)
    (probleme,) = echec.value.problemes
    assert (probleme.chemin, probleme.valeur) == ("dateHeureDebut", valeur)
    assert service.envois == []


@pytest.mark.exigence("R3.5", "R9")
def test_suivre_evenements__le_curseur_avance_a_la_fin_de_chaque_page(service: ServiceFeint) -> None:
    service.etapes = [
        evenements(4, 5, 7, curseur="7", encore=True),
        evenements(curseur="9"),  # what the opérateur does not see moves the cursor all the same
        evenements(10, curseur="10"),
        evenements(curseur="10"),
    ]
    attentes: list[float] = []
    with service.client() as esav:

        def attendre(secondes: float) -> bool:
            attentes.append(secondes)
            return len(attentes) == 3

        lus = [(e.evenement.rang, e.curseur) for e in esav.suivi.suivre_evenements("3", pause=12, attendre=attendre)]
    assert lus == [("4", "3"), ("5", "3"), ("7", "7"), ("10", "10")]
    assert [aplat(service.corps(rang)) for rang in range(4)] == [[("curseur", c)] for c in ("3", "7", "9", "10")]
    assert attentes == [12, 12, 12], "no pause while there is more to read"


@pytest.mark.exigence("R3.5", "R9")
def test_suivre_evenements__jusqu_a_ce_qu_on_l_arrete(service: ServiceFeint) -> None:
    arret = threading.Event()
    service.etapes = [evenements(1, curseur="1"), evenements(2, curseur="2")]
    with service.client() as esav:
        for recu in esav.suivi.suivre_evenements(pause=0, attendre=arret.wait):
            if recu.curseur == "2":
                arret.set()
    assert service.etapes == []


@pytest.mark.exigence("R3.5", "R7.3", "R9")
@pytest.mark.parametrize(
    "panne", [requests.ReadTimeout(), PLUS_TARD, INTERNE], ids=["sans réponse", "MAINTENANCE", "ERREUR_INTERNE"]
)
def test_suivre_evenements__ce_qui_passe_de_soi_meme(service: ServiceFeint, panne: Any) -> None:
    dites: list[ErreurClient] = []
    pauses: list[float] = []
    service.etapes = [evenements(1, curseur="1"), panne, evenements(2, curseur="2")]
    with service.client(essais=1, pause=pauses.append) as esav:
        suite = esav.suivi.suivre_evenements(pause=5, en_panne=dites.append)
        assert [next(suite).curseur, next(suite).curseur] == ["1", "2"]
    assert len(dites) == 1
    assert pauses == [5, 5]
    assert aplat(service.corps()) == [("curseur", "1")]


@pytest.mark.exigence("R3.5", "R9")
@pytest.mark.parametrize("ecoute", [None, lambda _: None], ids=["sans", "avec"])
def test_suivre_evenements__un_refus_est_dit(
    service: ServiceFeint, ecoute: Callable[[ErreurClient], object] | None
) -> None:
    service.etapes = [INCONNUE]
    with service.client() as esav, pytest.raises(RefusEsav):
        next(esav.suivi.suivre_evenements(en_panne=ecoute))
    service.etapes = [PLUS_TARD]
    with service.client() as esav, pytest.raises(RefusEsav, match="MAINTENANCE"):
        next(esav.suivi.suivre_evenements())


#: Each change: operation, how it is called, what is sent.
Appel = Callable[[ClientEsav], Any]
CHANGEMENTS: list[tuple[str, Appel, list[tuple[str, str]]]] = [
    (
        "completerSignalisation",
        lambda esav: esav.suivi.completer("N1", commentaire="Vu."),
        [("numeroSignalisation", "N1"), ("commentaire", "Vu.")],
    ),
    ("demanderCloture", lambda esav: esav.suivi.demander_cloture("N1"), [("numeroSignalisation", "N1")]),
    (
        "contesterCloture",
        lambda esav: esav.suivi.contester_cloture(reference="R1", commentaire="Non."),
        [("referenceOperateur", "R1"), ("commentaire", "Non.")],
    ),
]


@pytest.mark.exigence("R3.6", "R9")
@pytest.mark.parametrize(("operation", "appel", "envoye"), CHANGEMENTS, ids=[c[0] for c in CHANGEMENTS])
def test_changer__ok(service: ServiceFeint, operation: str, appel: Appel, envoye: list[tuple[str, str]]) -> None:
    service.etapes = [etat(operation, "EN_COURS")]
    with service.client(plateforme="integration") as esav:
        assert appel(esav).etat == "EN_COURS"
    assert service.envois[0].url == f"{BASE}/integration/ws/1/suivi"
    assert aplat(service.corps()) == envoye


@pytest.mark.exigence("R3.6", "R9")
@pytest.mark.parametrize(("operation", "appel", "envoye"), CHANGEMENTS, ids=[c[0] for c in CHANGEMENTS])
def test_changer__encore_sans_reponse(
    service: ServiceFeint, operation: str, appel: Appel, envoye: list[tuple[str, str]]
) -> None:
    service.etapes = [requests.ReadTimeout(), etat(operation)]
    with service.client(essais=2) as esav:
        assert appel(esav).etat == "GELE"
    assert [aplat(service.corps(rang)) for rang in (0, 1)] == [envoye, envoye]


@pytest.mark.exigence("R3.6")
@pytest.mark.parametrize("cle", [{}, {"numero": "N1", "reference": "R1"}])
def test_changer__numero_ou_reference(service: ServiceFeint, cle: dict[str, str]) -> None:
    with service.client() as esav, pytest.raises(ValueError, match="soit"):
        esav.suivi.completer(commentaire="c", **cle)
    assert service.envois == []
