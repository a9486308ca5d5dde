"""The Fournisseur's side by the library."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from esav_soap.client import Contact, ServiceInjoignable
from tests.unit.client.service_feint import (
    BASE,
    Reponse,
    ServiceFeint,
    aplat,
    rendez_vous_rendu,
    rendu,
    resume,
)

LEA = Contact("Léa Martin", "02 99 00 00 00")


def ligne(numero: str) -> dict[str, object]:
    return {"operateur": "OPA", **resume(numero), "dateHeureEtat": "2026-11-05T10:15:00+01:00"}


def fiche(operation: str, **suite: object) -> Any:
    """An answer ``ficheSignalisation``."""
    return rendu(
        operation,
        "ficheSignalisation",
        operateur="OPA",
        numeroSignalisation="N1",
        referenceOperateur="R1",
        etat="EN_QUALIFICATION",
        libelleEtat="en qualification",
        dateHeureDepot="2026-11-05T09:15:00+01:00",
        dateHeureEtat="2026-11-05T10:15:00+01:00",
        versionCatalogue="2026.2",
        prestation={"identifiant": "P1", "offre": "ACCES_FTTH", "libelleOffre": "Accès FTTH"},
        contact={"nom": "Léa Martin", "telephone": "0299000000"},
        nombreEvenements=2,
        actionPossible=[{"action": "PRENDRE", "libelle": "prendre"}, {"action": "CLORE", "libelle": "clore"}],
        **suite,
    )


@pytest.mark.exigence("R3.6", "R9")
def test_la_file__page_et_pages(service: ServiceFeint) -> None:
    service.etapes = [
        rendu("listerFile", "fileSav", signalisation=[ligne("N1")], curseurSuivant="c2"),
        rendu("listerFile", "fileSav", signalisation=[ligne("N1")], curseurSuivant="c2"),
        rendu("listerFile", "fileSav", signalisation=[ligne("N2")]),
    ]
    with service.client(operateur=None) as esav:
        lue = esav.sav.lister_file("OPA", prestation="P1", maximum=5)
        assert [s.numeroSignalisation for s in esav.sav.toute_la_file(etats=["EN_DEPOT"])] == ["N1", "N2"]
    assert service.envois[0].url == f"{BASE}/production/ws/1/sav"
    assert aplat(service.corps(0)) == [("operateur", "OPA"), ("identifiantPrestation", "P1"), ("maximum", "5")]
    assert aplat(service.corps(2)) == [("etat", "EN_DEPOT"), ("curseur", "c2")]
    assert [(s.operateur, s.numeroSignalisation) for s in lue.signalisation] == [("OPA", "N1")]


@pytest.mark.exigence("R3.6", "R9")
def test_fiche_puis_action__ok(service: ServiceFeint) -> None:
    service.etapes = [fiche("consulterFiche"), fiche("traiterSignalisation")]
    with service.client() as esav:
        lue = esav.sav.fiche("N1")
        apres = esav.sav.traiter(
            "N1",
            "CLORE",
            technicien="T. Rivière",
            nombre_evenements=lue.nombreEvenements,
            cause="JARRETIERE",
            responsabilite="FOURNISSEUR",
            retabli_le=datetime(2026, 11, 5, 15, 30),  # noqa: DTZ001 - as Paris clocks show it
        )
    assert [a.action for a in lue.actionPossible] == ["PRENDRE", "CLORE"]
    assert aplat(service.corps()) == [
        ("numeroSignalisation", "N1"),
        ("action", "CLORE"),
        ("technicien", "T. Rivière"),
        ("nombreEvenements", "2"),
        ("cause", "JARRETIERE"),
        ("responsabilite", "FOURNISSEUR"),
        ("dateHeureRetablissement", "2026-11-05T15:30:00+01:00"),
    ]
    assert apres.etat == "EN_QUALIFICATION"


@pytest.mark.exigence("R3.6", "R9")
@pytest.mark.parametrize(
    "panne",
    [
        requests.ConnectionError("coupe"),
        requests.ReadTimeout(),
        requests.exceptions.ChunkedEncodingError(),
        Reponse(b"<html>occupe</html>", 503, "text/html"),
    ],
    ids=lambda p: type(p).__name__,
)
def test_action__jamais_deux_fois(service: ServiceFeint, panne: Any) -> None:
    service.etapes = [panne, panne, fiche("consulterFiche")]
    with service.client(essais=2) as esav:
        with pytest.raises(ServiceInjoignable) as echec:
            esav.sav.traiter("N1", "COMMENTER", commentaire="Vu.", interne=True)
        assert (echec.value.a_verifier, len(service.envois)) == (True, 1)
        assert aplat(service.corps())[-2:] == [("commentaire", "Vu."), ("visibilite", "INTERNE")]
        assert esav.sav.fiche("N1").nombreEvenements == 2, "what only reads is repeated, also afterwards"


@pytest.mark.exigence("R3.6", "R9")
@pytest.mark.parametrize(
    "panne",
    [
        requests.ConnectTimeout(),
        requests.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "refusee"))),  # type: ignore[arg-type]
    ],
    ids=lambda p: type(p).__name__,
)
def test_action__encore_quand_rien_n_est_parti(service: ServiceFeint, panne: Exception) -> None:
    service.etapes = [panne, panne, fiche("traiterSignalisation")]
    with service.client(essais=3) as esav:
        assert esav.sav.traiter("N1", "PRENDRE").etat == "EN_QUALIFICATION"
    assert len(service.envois) == 3


@pytest.mark.exigence("R7.4", "R9")
def test_saisie_apres_coup__ok(service: ServiceFeint) -> None:
    recu = rendu(
        "saisirSignalisation",
        "accuseReception",
        numeroSignalisation="7K3M9QX2TBX",
        etat="EN_DEPOT",
        dateHeureDepot="2026-11-05T09:15:00+01:00",
        versionCatalogue="2026.2",
        dejaDeposee=False,
    )
    service.etapes = [requests.ReadTimeout(), recu]
    champs = [("etage", "3")]
    with service.client(essais=2) as esav:
        accuse = esav.sav.saisir(
            "OPA",
            "05/11/2026 9h15",
            "P1",
            "ACCES_FTTH",
            champs,
            LEA,
            reference="R1",
            version="2026.2",
            technicien="T. Rivière",
        )
    assert accuse.numeroSignalisation == "7K3M9QX2TBX"
    assert aplat(service.corps()) == [
        ("operateur", "OPA"),
        ("dateHeureDepot", "2026-11-05T09:15:00+01:00"),
        ("technicien", "T. Rivière"),
        ("versionCatalogue", "2026.2"),
        ("identifiantPrestation", "P1"),
        ("referenceOperateur", "R1"),
        ("nom", "Léa Martin"),
        ("telephone", "0299000000"),
        ("offre", "ACCES_FTTH"),
        ("chemin", "etage"),
        ("valeur", "3"),
    ]


@pytest.mark.exigence("R4.1", "R9")
def test_rendez_vous_du_fournisseur__ok(service: ServiceFeint) -> None:
    service.etapes = [
        requests.ReadTimeout(),
        rendez_vous_rendu("reporterRendezVous", numero="V2"),
        rendez_vous_rendu("decommanderRendezVous", etat_="ANNULEE"),
    ]
    with service.client(essais=2) as esav:
        reporte = esav.sav.reporter("V1", "2026-12-04", "H14", technicien="T. Rivière", commentaire="c")
        annule = esav.sav.decommander("V1", commentaire="Technicien absent.")
    envois = [dict(aplat(service.corps(rang))) for rang in range(3)]
    assert envois[0] == envois[1]
    assert envois[1].pop("referenceRendezVous").startswith("RDV-")
    assert envois[1] == {
        "numeroRendezVous": "V1",
        "jour": "2026-12-04",
        "plage": "H14",
        "technicien": "T. Rivière",
        "commentaire": "c",
    }
    assert envois[2] == {"numeroRendezVous": "V1", "commentaire": "Technicien absent."}
    assert (reporte.rendezVous.numeroRendezVous, annule.rendezVous.etat) == ("V2", "ANNULEE")
