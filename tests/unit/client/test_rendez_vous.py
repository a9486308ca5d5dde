"""Appointments by the library: what is sent, and under which reference it is sent again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import requests

from esav_soap.client import ClientEsav, RefusEsav, SaisieInvalide, ServiceInjoignable
from tests.unit.client.service_feint import (
    BASE,
    INCONNUE,
    ServiceFeint,
    aplat,
    plage,
    rendez_vous,
    rendez_vous_rendu,
    rendu,
)


@pytest.mark.exigence("R4.1", "R9")
@pytest.mark.parametrize(
    ("cle", "envoyee"),
    [
        ({"numero": "N1"}, ("numeroSignalisation", "N1")),
        ({"reference": "R1"}, ("referenceOperateur", "R1")),
        ({"prestation": "P1"}, ("identifiantPrestation", "P1")),
    ],
)
def test_rechercher_plages__ok(service: ServiceFeint, cle: dict[str, str], envoyee: tuple[str, str]) -> None:
    libres = [plage(places=2), plage(plage="H14", places=1)]
    service.etapes = [rendu("rechercherPlages", "plagesLibres", plageLibre=libres)]
    with service.client() as esav:
        lues = esav.rendez_vous.rechercher_plages("SAV", du="03/12/2026", au=date(2026, 12, 4), **cle)
    assert service.envois[0].url == f"{BASE}/production/ws/1/rendez-vous"
    assert aplat(service.corps()) == [
        envoyee,
        ("genre", "SAV"),
        ("dateDebut", "2026-12-03"),
        ("dateFin", "2026-12-04"),
    ]
    assert [(p.jour, p.plage, p.places) for p in lues] == [
        (date(2026, 12, 3), "MATIN", 2),
        (date(2026, 12, 3), "H14", 1),
    ]


@pytest.mark.exigence("R4.1", "R9")
def test_rien_de_libre__liste_vide(service: ServiceFeint) -> None:
    service.etapes = [
        rendu("rechercherPlages", "plagesLibres"),
        rendu("consulterRendezVous", "listeRendezVous"),
    ]
    with service.client() as esav:
        assert esav.rendez_vous.rechercher_plages("SAV", numero="N1") == []
        assert esav.rendez_vous.consulter(reference="R1") == []
    assert aplat(service.corps(0)) == [("numeroSignalisation", "N1"), ("genre", "SAV")]
    assert aplat(service.corps(1)) == [("referenceOperateur", "R1")]


#: Each request that may be repeated: operation, call, what is sent.
Appel = Callable[[ClientEsav], Any]
APPELS: list[tuple[str, Appel, list[tuple[str, str]]]] = [
    (
        "reserverRendezVous",
        lambda esav: esav.rendez_vous.reserver(
            "SAV", date(2026, 12, 3), "MATIN", reference="R1", reference_rendez_vous="RDV-1", ferme=True
        ),
        [
            *(("referenceOperateur", "R1"), ("referenceRendezVous", "RDV-1"), ("genre", "SAV")),
            *(("jour", "2026-12-03"), ("plage", "MATIN"), ("ferme", "true")),
        ],
    ),
    ("confirmerRendezVous", lambda esav: esav.rendez_vous.confirmer("V1"), [("numeroRendezVous", "V1")]),
    (
        "modifierRendezVous",
        lambda esav: esav.rendez_vous.modifier(
            "V1", "04/12/2026", "H14", reference_rendez_vous="RDV-2", commentaire="c"
        ),
        [
            *(("numeroRendezVous", "V1"), ("referenceRendezVous", "RDV-2"), ("jour", "2026-12-04"), ("plage", "H14")),
            ("commentaire", "c"),
        ],
    ),
    (
        "annulerRendezVous",
        lambda esav: esav.rendez_vous.annuler("V1", commentaire="c"),
        [("numeroRendezVous", "V1"), ("commentaire", "c")],
    ),
]


@pytest.mark.exigence("R4.1", "R9")
@pytest.mark.parametrize(("operation", "appel", "envoye"), APPELS, ids=[a[0] for a in APPELS])
def test_placer__et_de_nouveau_sans_reponse(
    service: ServiceFeint, operation: str, appel: Appel, envoye: list[tuple[str, str]]
) -> None:
    service.etapes = [requests.ReadTimeout(), rendez_vous_rendu(operation, deja=True)]
    with service.client(essais=2, plateforme="integration") as esav:
        rendu_ = appel(esav)
    assert service.envois[0].url == f"{BASE}/integration/ws/1/rendez-vous"
    assert [aplat(service.corps(rang)) for rang in (0, 1)] == [envoye, envoye]
    assert (rendu_.rendezVous.numeroRendezVous, rendu_.dejaFait) == ("V1", True)
    assert rendu_.rendezVous.dateHeureFinTenue == datetime.fromisoformat("2026-11-30T09:15:00+01:00")


@pytest.mark.exigence("R4.1", "R9")
def test_reference_neuve__la_meme_a_chaque_essai_et_dite(service: ServiceFeint) -> None:
    service.etapes = [requests.ReadTimeout(), requests.ReadTimeout(), INCONNUE]
    with service.client(essais=2) as esav:
        with pytest.raises(ServiceInjoignable) as panne:
            esav.rendez_vous.reserver("SAV", "2026-12-03", "MATIN", numero="N1")
        with pytest.raises(RefusEsav) as refus:
            esav.rendez_vous.modifier("V1", "2026-12-03", "MATIN")
    envoyees = [dict(aplat(service.corps(rang)))["referenceRendezVous"] for rang in range(3)]
    assert envoyees[0] == envoyees[1] == panne.value.reference != envoyees[2] == refus.value.reference
    assert re.fullmatch(r"RDV-[0-9A-F]{16}", envoyees[0])
    assert not panne.value.a_verifier
    assert "ferme" not in dict(aplat(service.corps()))


@pytest.mark.exigence("R4.1", "R9")
@pytest.mark.parametrize(
    ("cle", "envoyee"),
    [
        ({"numero": "V1"}, ("numeroRendezVous", "V1")),
        ({"signalisation": "N1"}, ("numeroSignalisation", "N1")),
        ({"reference": "R1"}, ("referenceOperateur", "R1")),
    ],
)
def test_consulter__ok(service: ServiceFeint, cle: dict[str, str], envoyee: tuple[str, str]) -> None:
    tous = [rendez_vous("V1", "DEPLACEE"), rendez_vous("V2", "CONFIRMEE")]
    service.etapes = [rendu("consulterRendezVous", "listeRendezVous", rendezVous=tous)]
    with service.client() as esav:
        lus = esav.rendez_vous.consulter(**cle)
    assert aplat(service.corps()) == [envoyee]
    assert [(r.numeroRendezVous, r.etat) for r in lus] == [("V1", "DEPLACEE"), ("V2", "CONFIRMEE")]


@pytest.mark.exigence("R4.1", "R9")
@pytest.mark.parametrize("cle", [{}, {"numero": "N1", "reference": "R1"}])
def test_une_seule_cle__error(service: ServiceFeint, cle: dict[str, Any]) -> None:
    with service.client() as esav:
        for appel in (
            lambda: esav.rendez_vous.rechercher_plages("SAV", **cle),
            lambda: esav.rendez_vous.consulter(**cle),
            lambda: esav.rendez_vous.reserver("SAV", "2026-12-03", "MATIN", **cle),
        ):
            with pytest.raises(ValueError, match="indiquer"):
                appel()
    assert service.envois == []


@pytest.mark.exigence("R4.1", "R9")
def test_jour_illisible__rien_n_est_envoye(service: ServiceFeint) -> None:
    with service.client() as esav, pytest.raises(SaisieInvalide) as echec:
        esav.rendez_vous.reserver("SAV", "demain", "MATIN", numero="N1")
    assert [(p.chemin, p.valeur) for p in echec.value.problemes] == [("jour", "demain")]
    assert service.envois == []
