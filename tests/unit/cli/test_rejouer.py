"""``esav catalogue simulate`` and ``usage``: what was deposited, seen from a candidate or from an ending version."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from lxml import etree

from bench.synthese import VERSION
from esav_soap.contract.exemples import exemple
from esav_soap.model import structure_offre
from esav_soap.reader import lire_catalogue
from esav_soap.signalisation import Contact, NouvelleSignalisation
from esav_soap.store import Magasin
from esav_soap.usecases.catalogue import Dates, installer
from tests.faux import URL
from tests.unit.cli.test_esav import Lancer, lancer
from tests.unit.cli.test_publier import DEUX, fichiers, magasin, place, present

__all__ = ["lancer", "magasin", "place"]


@pytest.fixture
def depots(magasin: Magasin) -> Magasin:
    """Ten deposits of OPA with the first version, of which the candidate refuses those without ``courriel``; one of OPB,
    a year ago."""
    catalogue = lire_catalogue(fichiers(VERSION))
    structure = structure_offre(catalogue, catalogue.offres[0])
    for i in reversed(range(11)):  # in the order of time, as a service stores them
        element = exemple(structure, catalogue, Random(i), complet=i < 4)
        operateur, age = ("OPA", timedelta(days=i)) if i < 10 else ("OPB", timedelta(days=365))
        magasin.deposer(
            NouvelleSignalisation(
                *(f"N{i}", "production", operateur, f"R{i}", b"", "P", "OFFRE_S0001", VERSION),
                *(Contact("a", "b", None), etree.tostring(element), present() - age),
            )
        )
    return magasin


@pytest.mark.exigence("R2.1")
def test_rejouer_les_depots_recents__ok(lancer: Lancer, depots: Magasin) -> None:
    code, sortie, erreurs = lancer("catalogue", "simulate", DEUX)
    assert code == 0
    assert sortie.splitlines()[0].endswith(": 10 rejouées, 6 seraient refusées (60,0 %).")
    assert sortie.splitlines()[3:5] == [
        "OPA        OFFRE_S0001        10         6  60,0 %         0",
        "    courriel : CHAMP_MANQUANT, 6 (60,0 %)",
    ]
    assert erreurs.splitlines() == ["Construction de la version candidate…", "Répétition…"]
    assert lancer("catalogue", "simulate", VERSION, "--depuis", "500 jours")[1].count("OPB") == 1
    _, sortie, _ = lancer("catalogue", "simulate", DEUX, "--depuis", "2030-02-28T09:30", "--format", "json")
    assert json.loads(sortie)["rejouees"] == 2
    _, sortie, _ = lancer("catalogue", "simulate", DEUX, "--format", "xml")
    assert etree.fromstring(sortie.encode()).get("refusees") == "6"
    assert [v.version for v in depots.versions()] == [VERSION], "nothing is written"


@pytest.mark.exigence("R2.1")
def test_rejouer_avec_un_seuil_et_des_processus__ok(lancer: Lancer, depots: Magasin) -> None:
    for seuil, attendu in (("60", 0), ("59.9", 1)):
        assert lancer("catalogue", "simulate", DEUX, "--seuil", seuil)[0] == attendu
    ici = lancer("catalogue", "simulate", DEUX, "--processus", "1")
    assert lancer("catalogue", "simulate", DEUX, "--processus", "2") == ici


@pytest.mark.exigence("R2.1")
def test_rejouer_quoi__error(lancer: Lancer, depots: Magasin, place: Path) -> None:
    (place / f"catalogue/{DEUX}/catalogue.xml").write_bytes(b"<oups>")
    code, _, erreurs = lancer("catalogue", "simulate", DEUX)
    assert (code, "catalogue.xml" in erreurs) == (1, True)
    for depuis in ("hier", "30x", "-3j", ""):
        code, _, erreurs = lancer("catalogue", "simulate", VERSION, "--depuis", depuis)
        assert (code, "n'est pas une date ISO 8601" in erreurs) == (2, True), depuis
    assert lancer("catalogue", "simulate", "2031.1")[0] == 2


@pytest.mark.exigence("R2.3")
def test_qui_depose_encore__ok(lancer: Lancer, depots: Magasin) -> None:
    assert lancer("catalogue", "usage")[1] == "Aucune version en vigueur n'a de date de retrait.\n"
    ouverture = present() - timedelta(days=5)
    installer(fichiers(DEUX), URL, Dates(ouverture), depots, present())
    une = depots.versions()[0]
    pack = depots.pack(VERSION)
    assert pack is not None
    depots.enregistrer_version(replace(une, retrait=present() + timedelta(days=25), remplacante=DEUX), pack)
    code, sortie, _ = lancer("catalogue", "usage")
    assert code == 0
    assert sortie == (
        f"{VERSION} : retrait le 26/03/2030 à 10:00, dans 25 jours, remplacée par {DEUX}. "
        "Dépôts depuis le 24/02/2030 à 10:00 :\n"
        "  Opérateur  Offre        Dépôts     Part  Premier             Dernier\n"
        "  OPA        OFFRE_S0001       6  100,0 %  24/02/2030 à 10:00  01/03/2030 à 10:00\n"
    )
    (vue,) = json.loads(lancer("catalogue", "usage", VERSION, "--depuis", "1000j", "--format", "json")[1])
    assert [(r["operateur"], r["nombre"], r["nouvelles"]) for r in vue["restants"]] == [("OPA", 10, 0), ("OPB", 1, 0)]
    assert vue["retrait"] == "2030-03-26T10:00:00+01:00"
    assert "plus aucun dépôt" in lancer("catalogue", "usage", DEUX)[1]
    code, _, erreurs = lancer("catalogue", "usage", "2031.1")
    assert (code, f"enregistrées : {VERSION}, {DEUX}" in erreurs) == (2, True)
