"""The guide and the presentation of the jeu de test name every state and every kind of appointment (R8, R6.3)."""

from __future__ import annotations

import pytest

from esav_soap.model import TypeRendezVous
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.rendez_vous.essai import COMPLETES, LIBRES
from esav_soap.signalisation import Etat
from esav_soap.signalisation.scenarios import SUITES, Scenario, etapes
from esav_soap.usecases.documentation_essai import SENS_SUITES, faits_essai
from esav_soap.usecases.jeu_de_test import Genre
from esav_soap.usecases.registre import FichiersDuPack
from tests.faux import RACINE, pack
from tests.unit.contract.test_documents import page, plat, texte

VERSIONS = ("2026.1", "2026.2")
GUIDE, JEU = "documents/guide-integration.html", "documents/jeu-de-test.html"


def lignes(version: str, chemin: str, zone: str) -> dict[str, list[str]]:
    """Rows of a table of a page of the pack: first cell -> the others."""
    (trouvee,) = page(version, chemin).xpath(f"//div[@aria-labelledby='{zone}']")
    cellules = ([plat(cellule.text_content()) for cellule in ligne] for ligne in trouvee.xpath(".//tbody/tr"))
    return {premiere: autres for premiere, *autres in cellules}


@pytest.mark.exigence("R8", "R3.4", "R6.3")
@pytest.mark.parametrize("version", VERSIONS)
def test_chaque_etat_est_dit__ok(version: str) -> None:
    """With the prestation whose signalisations come to it, and the cases."""
    guide, jeu = lignes(version, GUIDE, "etats-essai"), lignes(version, JEU, "etats-jeu")
    assert list(guide) == list(jeu) == [etat.name for etat in Etat]
    for etat, (prestation, depot, lecture, quand) in jeu.items():
        assert guide[etat] == [prestation, quand]
        scenario = prestation.removeprefix("JDT-").removesuffix("OFFRE").rstrip("-")
        if etat == Etat.EN_DEPOT.name:
            assert (scenario, depot, quand) == ("", "MINIMAL", "Dès le dépôt")
        else:
            derniere = etapes(Scenario[scenario])[-1]
            assert (derniere.etat.name, f"{derniere.minutes} min après le dépôt") == (etat, quand)
            assert f"scénario {scenario} " in Genre[depot].value
        assert etat in Genre[lecture].value


@pytest.mark.exigence("R8", "R4.1", "R6.3")
@pytest.mark.parametrize("version", VERSIONS)
def test_chaque_genre_de_rendez_vous_est_dit__ok(version: str) -> None:
    """With its slots, and the Offres that have it: at least one each."""
    offres = lire_catalogue(depuis_dossiers(RACINE, version)).offres
    dites = lignes(version, GUIDE, "rendez-vous-essai")
    assert [nom.split(" ")[0] for nom in dites] == [genre.name for genre in TypeRendezVous]
    for genre, (libres, complete, siennes) in zip(TypeRendezVous, dites.values(), strict=True):
        assert libres.split(", ") == [plage.name for plage in LIBRES[genre]]
        assert complete == COMPLETES[genre].name
        assert siennes.split(", ") == [offre.code for offre in offres if genre in offre.rendez_vous] != [""]
    jeu = FichiersDuPack(pack(version))[JEU].decode()
    for genre in TypeRendezVous:
        for geste in ("RECHERCHE", "RESERVATION", "MODIFICATION", "ANNULATION"):
            assert f"<code>{Genre[f'{geste}_{genre.name}'].name}</code>" in jeu


@pytest.mark.exigence("R8", "R6.3", "R3.6")
def test_ce_qui_suit_les_actions_est_dit__ok() -> None:
    assert set(SENS_SUITES) == set(SUITES)
    guide = texte("2026.2", GUIDE).replace("’", "'")
    for operation, sens in faits_essai(()).suites:
        assert plat(f"{operation} {sens}").replace("’", "'") in guide.replace(operation, f"{operation} ").replace(
            "  ", " "
        )
    jeu = FichiersDuPack(pack("2026.2"))[JEU].decode()
    assert "jeu-de-test.sh --apres" in jeu
    assert "--apres --serie SERIE" in jeu
    assert all(f"<code>{joker}</code>" in jeu for joker in ("{jour}", "{numeroRendezVous}", "{plagesLibres}"))
