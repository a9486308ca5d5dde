"""The sequence of events that an opérateur reads, and changes by who saw the last of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from esav_soap.signalisation import (
    Action,
    Attendu,
    CauseCloture,
    Cote,
    Etat,
    Evenement,
    MotifRejet,
    NouvelleSignalisation,
    Responsabilite,
    Visibilite,
)
from esav_soap.store import Magasin, ouvrir
from esav_soap.store.depots import ecrire_depots
from esav_soap.usecases.ports.evenements import Evenements, EvenementSuivi, PageEvenements
from tests.integration.exemples import DEPOT_LE, nouvelle

HEURE = timedelta(hours=1)
DEPOSEE = Evenement(DEPOT_LE, Etat.EN_DEPOT, Cote.OPERATEUR, action=Action.DEPOSER)
QUALIFIEE = Evenement(
    DEPOT_LE + HEURE, Etat.EN_QUALIFICATION, Cote.FOURNISSEUR, action=Action.QUALIFIER, auteur="tech-7 « été »"
)
INTERNE = replace(QUALIFIEE, action=Action.COMMENTER, commentaire="entre nous", visibilite=Visibilite.INTERNE)


def deposer(magasin: Magasin, reference: str, **autres: Any) -> NouvelleSignalisation:
    depose = nouvelle(reference, **autres)
    magasin.deposer(depose)
    return depose


def changer(magasin: Magasin, depose: NouvelleSignalisation, attendu: int, un: Evenement) -> bool:
    return magasin.changer(depose.plateforme, depose.operateur, depose.numero, attendu, un)


def rangs(page: PageEvenements) -> list[int]:
    return [suivi.evenement.rang for suivi in page.evenements]


def suite(magasin: Magasin, operateur: str = "OPA", plateforme: str = "production") -> list[tuple[int, str]]:
    """(rang, reference) of all that this opérateur sees."""
    page = magasin.evenements_depuis(plateforme, operateur, 0, 10_000)
    return [(suivi.evenement.rang, suivi.reference) for suivi in page.evenements]


@pytest.mark.exigence("R3.4", "R3.5")
def test_une_page_dit_de_quelle_signalisation_dans_l_ordre(magasin: Magasin, url: str) -> None:
    port: Evenements = magasin
    assert port.evenements_depuis("production", "OPA", 0, 5) == PageEvenements((), 0, 0)
    un, deux = deposer(magasin, "REF-1"), deposer(magasin, "REF-2")
    assert changer(magasin, un, 1, QUALIFIEE)
    assert changer(magasin, deux, 1, replace(QUALIFIEE, etat=Etat.EN_REJET, action=Action.REJETER))
    attendus = (
        EvenementSuivi(un.numero, "REF-1", DEPOSEE),
        EvenementSuivi(deux.numero, "REF-2", DEPOSEE),
        EvenementSuivi(un.numero, "REF-1", QUALIFIEE),
        EvenementSuivi(deux.numero, "REF-2", replace(QUALIFIEE, etat=Etat.EN_REJET, action=Action.REJETER)),
    )
    with ouvrir(url, creer=False) as autre:
        page = autre.evenements_depuis("production", "OPA", 0, 5)
        assert page == PageEvenements(attendus, 4, 4)
        assert (rangs(page), page.encore) == ([1, 2, 3, 4], False)
        page = autre.evenements_depuis("production", "OPA", 1, 2)
        assert (page, page.encore) == (PageEvenements(attendus[1:3], 3, 4), True)
        assert autre.evenements_depuis("production", "OPA", 3, 1) == PageEvenements(attendus[3:], 4, 4)
        assert autre.evenements_depuis("production", "OPA", 4, 1) == PageEvenements((), 4, 4)


@pytest.mark.exigence("R3.4")
@pytest.mark.parametrize("maximum", [0, -1])
def test_une_page_vide_n_est_pas_une_page(magasin: Magasin, maximum: int) -> None:
    with pytest.raises(ValueError, match="au moins un"):
        magasin.evenements_depuis("production", "OPA", 0, maximum)


@pytest.mark.exigence("R3.5")
def test_un_curseur_venu_d_ailleurs_se_voit(magasin: Magasin) -> None:
    """One of before a restoration: it is given back, and is greater than the last event."""
    deposer(magasin, "REF-1")
    page = magasin.evenements_depuis("production", "OPA", 900, 5)
    assert (page, page.encore) == (PageEvenements((), 900, 1), False)
    assert rangs(magasin.evenements_depuis("production", "OPA", -5, 5)) == [1]


@pytest.mark.exigence("R3.4", "R3.7")
def test_chaque_operateur_a_sa_suite_sur_chaque_plateforme(magasin: Magasin) -> None:
    lot = [
        nouvelle(f"{operateur}-{n}", operateur=operateur, plateforme=plateforme)
        for n in range(3)
        for operateur in ("OPB", "OPA")
        for plateforme in ("production", "integration")
    ]
    assert not any(isinstance(r, Exception) for r in ecrire_depots(magasin._moteur, lot))
    assert changer(magasin, lot[0], 1, QUALIFIEE)
    for operateur in ("OPA", "OPB"):
        for plateforme in ("production", "integration"):
            vues = suite(magasin, operateur, plateforme)
            assert [rang for rang, _ in vues] == list(range(1, len(vues) + 1))
            assert {reference for _, reference in vues} == {f"{operateur}-{n}" for n in range(3)}
            assert len(vues) == 3 + ((operateur, plateforme) == ("OPB", "production"))
    assert suite(magasin, "OPC") == []


@pytest.mark.exigence("R3.3", "R3.4")
def test_ce_qui_n_est_pas_ecrit_ne_compte_pas(magasin: Magasin) -> None:
    """Repetitions, taken numbers, texts that no engine takes, changes that came too late: none leaves a gap."""
    un = deposer(magasin, "REF-1")
    lot = [
        nouvelle("REF-1"),
        nouvelle("REF-2"),
        nouvelle("REF-3", numero=un.numero),
        nouvelle("REF-4", prestation="\ud800"),
        nouvelle("REF-2"),
        nouvelle("REF-5"),
    ]
    ecrire_depots(magasin._moteur, lot)
    assert not changer(magasin, un, 2, QUALIFIEE)
    with pytest.raises(Exception, match="fuseau"):
        changer(magasin, un, 1, replace(QUALIFIEE, retabli_le=DEPOT_LE.replace(tzinfo=None)))
    assert changer(magasin, un, 1, QUALIFIEE)
    assert magasin.ajouter_evenements("production", "OPA", un.numero, 2, [INTERNE, QUALIFIEE]) is QUALIFIEE.etat
    vues = suite(magasin)
    assert [rang for rang, _ in vues] == [1, 2, 3, 4, 5]
    assert sorted(reference for _, reference in vues) == ["REF-1"] * 3 + ["REF-2", "REF-5"]


@pytest.mark.exigence("R3.4")
def test_rien_dans_la_suite_ne_dit_qu_il_y_a_de_l_interne(magasin: Magasin) -> None:
    un = deposer(magasin, "REF-1")
    for attendu, suivant in enumerate([INTERNE, INTERNE, QUALIFIEE, INTERNE], 1):
        assert changer(magasin, un, attendu, suivant)
    vues = [magasin.evenements_depuis("production", "OPA", curseur, 1) for curseur in range(6)]
    assert [(rangs(page), page.curseur) for page in vues] == [([1], 1), ([2], 2), ([], 2), ([], 3), ([], 4), ([], 5)]
    assert [page.encore for page in vues] == [True, *[False] * 5]
    relue = magasin.par_numero("production", "OPA", un.numero)
    assert relue is not None
    assert relue.evenements == (DEPOSEE, INTERNE, INTERNE, QUALIFIEE, INTERNE)
    assert [e.rang for e in relue.evenements] == [1, 0, 0, 2, 0]


DITS: list[dict[str, Any]] = [
    *({"action": action} for action in Action),
    *({"motif": motif} for motif in MotifRejet),
    *({"attendu": attendu} for attendu in Attendu),
    *({"cause": cause} for cause in CauseCloture),
    *({"responsabilite": responsabilite} for responsabilite in Responsabilite),
    {"retabli_le": DEPOT_LE, "auteur": "%s ? {0} 😀", "commentaire": "x" * 20_000},
    {},
]


@pytest.mark.exigence("R3.4")
def test_tout_ce_que_dit_un_evenement_se_relit(magasin: Magasin) -> None:
    un = deposer(magasin, "REF-1")
    dits = [replace(Evenement(DEPOT_LE + HEURE, Etat.CLOS, Cote.FOURNISSEUR), **champs) for champs in DITS]
    for attendu, dit in enumerate(dits, 1):
        assert changer(magasin, un, attendu, dit)
    page = magasin.evenements_depuis("production", "OPA", 1, len(DITS))
    assert [suivi.evenement for suivi in page.evenements] == dits
    relue = magasin.par_numero("production", "OPA", un.numero)
    assert relue is not None
    assert (relue.evenements, relue.etat) == ((DEPOSEE, *dits), Etat.CLOS)
    assert relue.modifiee_le == DEPOT_LE + HEURE


@pytest.mark.exigence("R3.4", "R3.6")
def test_de_deux_techniciens_l_un_gagne_et_l_autre_le_sait(magasin: Magasin, url: str) -> None:
    """Eight at a time, on two nodes, all of whom saw the same history; many times over."""
    un = deposer(magasin, "REF-1")
    tours = 10
    with ouvrir(url, creer=False) as autre, ThreadPoolExecutor(8) as fils:
        for tour in range(1, tours + 1):

            def tenter(rang: int, tour: int = tour) -> bool:
                return changer((magasin, autre)[rang % 2], un, tour, replace(QUALIFIEE, auteur=f"{tour}-{rang}"))

            gagnes = list(fils.map(tenter, range(8)))
            assert gagnes.count(True) == 1
            relue = autre.par_numero("production", "OPA", un.numero)
            assert relue is not None
            assert len(relue.evenements) == tour + 1
            assert relue.evenements[-1].auteur == f"{tour}-{gagnes.index(True)}"
    assert [rang for rang, _ in suite(magasin)] == list(range(1, tours + 2))


@pytest.mark.exigence("R3.7")
@pytest.mark.parametrize("rang", range(3))
def test_changer_ne_touche_pas_ce_qui_est_a_un_autre(magasin: Magasin, rang: int) -> None:
    un = deposer(magasin, "REF-1")
    cle = [un.plateforme, un.operateur, un.numero]
    cle[rang] = ("integration", "OPB", "INCONNU")[rang]
    assert not magasin.changer(cle[0], cle[1], cle[2], 1, QUALIFIEE)
    assert suite(magasin) == [(1, "REF-1")]
    assert suite(magasin, cle[1], cle[0]) == ([(1, "REF-1")] if rang == 2 else [])
