"""The fiche of the service ``sav`` tells the appointments that the Fournisseur can move or cancel."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from tests.e2e.soap import WS, depot, enveloppe, requete
from tests.faux import FauxNoeud
from tests.noeud_sql import capacites, noeud_sql


def appeler(de: FauxNoeud, service: str, demande: etree._Element, role: str) -> etree._Element:
    reponse = de.appeler(f"/production/ws/1/{service}", enveloppe(demande), entetes={"HTTP_X_ESAV_ROLE": role})
    assert reponse.refus is None, reponse.octets
    return reponse.corps


@pytest.mark.exigence("R3.6", "R4.1")
def test_la_fiche_nomme_ses_rendez_vous__ok(tmp_path: Path) -> None:
    with noeud_sql(tmp_path, capacites()) as (de, _):
        accuse = appeler(de, "depot/2026.1", depot("2026.1", "ACCES_FTTH", "X"), "OPERATEUR")
        (numero,) = (n.text or "" for n in accuse.iter(f"{WS}numeroSignalisation"))

        def rendez_vous() -> list[tuple[str | None, str | None]]:
            fiche = appeler(de, "sav", requete("consulterFiche", numeroSignalisation=numero), "FOURNISSEUR")
            return [
                (r.findtext(f"{WS}numeroRendezVous"), r.findtext(f"{WS}etat")) for r in fiche.iter(f"{WS}rendezVous")
            ]

        assert rendez_vous() == []
        plage = {"genre": "SAV", "jour": "2026-07-02", "plage": "MATIN"}
        demande = requete("reserverRendezVous", referenceOperateur="X", referenceRendezVous="A", **plage, ferme="true")
        appeler(de, "rendez-vous", demande, "OPERATEUR")
        ((premier, etat),) = rendez_vous()
        assert (premier is None, etat) == (False, "CONFIRMEE")
        annulation = requete("decommanderRendezVous", numeroRendezVous=premier or "", commentaire="Technicien absent.")
        appeler(de, "sav", annulation, "FOURNISSEUR")
        assert rendez_vous() == [(premier, "ANNULEE")]
