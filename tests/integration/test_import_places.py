"""While the places of a file are compared with what is stored, appointments go on; what changes meanwhile is seen (R4.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from esav_soap.rendez_vous import DUREE_TENUE, Capacite, CodeCapacite, EtatReservation, Plage
from esav_soap.store import Magasin, capacites
from esav_soap.usecases.ports.rendez_vous import CapacitesImportees
from tests.integration.test_contrat_rendez_vous import (
    JEUDI,
    MARDI,
    OPA,
    VENDREDI,
    capacite,
    garnir,
    guichet,
    reserver,
    souhait,
)

Entretemps = Callable[[Callable[[], Any]], list[int]]


@pytest.fixture
def entretemps(monkeypatch: pytest.MonkeyPatch) -> Entretemps:
    """Has something done once, when an import has compared and before it writes; gives how many comparisons there were."""

    def poser(faire: Callable[[], Any]) -> list[int]:
        comparer, faites = capacites._comparer, [0]

        def comparer_puis_faire(*arguments: Any) -> Any:
            trouvee = comparer(*arguments)
            faites[0] += 1
            if faites[0] == 1:
                faire()
            return trouvee

        monkeypatch.setattr(capacites, "_comparer", comparer_puis_faire)
        return faites

    return poser


def places(magasin: Magasin, instant: datetime = MARDI) -> list[tuple[Capacite, int]]:
    return [(o.capacite, o.prises) for o in magasin.occupations("production", JEUDI, VENDREDI, instant)]


@pytest.mark.exigence("R4.2")
def test_une_place_prise_entretemps_reste_prise(magasin: Magasin, entretemps: Entretemps) -> None:
    un, deux = garnir(magasin, capacite(2), nombre=2)
    reserver(magasin, un)
    faites = entretemps(lambda: reserver(magasin, deux, souhait("R2")))
    fichier = [(2, capacite(9, VENDREDI)), (3, capacite(1))]
    bilan = magasin.importer_capacites(fichier, MARDI)
    assert [(p.ligne, p.code) for p in bilan.problemes] == [(3, CodeCapacite.PLACES_ENGAGEES)]
    assert faites == [2]
    assert places(magasin) == [(capacite(2), 2)]


@pytest.mark.exigence("R4.2")
def test_une_place_prise_entretemps_n_empeche_pas_le_reste(magasin: Magasin, entretemps: Entretemps) -> None:
    """Nor is it compared again where places become more, or are as many as the file says."""
    un, deux = garnir(magasin, capacite(2), capacite(1, VENDREDI), nombre=2)
    reserver(magasin, un)
    faites = entretemps(lambda: reserver(magasin, deux, souhait("R2")))
    fichier = [(2, capacite(3)), (3, capacite(0, VENDREDI))]
    assert magasin.importer_capacites(fichier, MARDI) == CapacitesImportees(modifiees=2)
    assert faites == [1]
    assert places(magasin) == [(capacite(3), 2), (capacite(0, VENDREDI), 0)]


@pytest.mark.exigence("R4.2")
def test_une_place_rendue_entretemps_est_libre(magasin: Magasin, entretemps: Entretemps) -> None:
    """A hold that is over when the file comes does not count; one that ends meanwhile did when it was compared."""
    un, deux = garnir(magasin, capacite(2), nombre=2)
    tenue = reserver(magasin, un, souhait(ferme=False)).reservation
    apres = MARDI + DUREE_TENUE
    faites = entretemps(lambda: reserver(magasin, deux, souhait("R2"), apres))
    assert magasin.importer_capacites([(2, capacite(1))], apres) == CapacitesImportees(modifiees=1)
    assert faites == [1]
    assert places(magasin, MARDI) == [(capacite(1), 1)]
    assert guichet(magasin).consulter(OPA, tenue.numero, MARDI).etat is EtatReservation.EXPIREE


@pytest.mark.exigence("R4.2")
def test_des_plages_faites_entretemps_sont_vues(magasin: Magasin, entretemps: Entretemps) -> None:
    garnir(magasin, capacite(1))
    faites = entretemps(lambda: magasin.ouvrir_places([capacite(5, VENDREDI)]))
    fichier = [(2, capacite(2)), (3, capacite(1, VENDREDI, Plage.H09))]
    bilan = magasin.importer_capacites(fichier, MARDI)
    assert [(p.ligne, p.code) for p in bilan.problemes] == [(3, CodeCapacite.PLAGES_MELEES)]
    assert faites == [2]
    assert places(magasin) == [(capacite(1), 0), (capacite(5, VENDREDI), 0)]


@pytest.mark.exigence("R4.2")
def test_les_memes_plages_faites_entretemps_ne_le_sont_pas_deux_fois(magasin: Magasin, entretemps: Entretemps) -> None:
    garnir(magasin, capacite(1))
    faites = entretemps(lambda: magasin.ouvrir_places([capacite(5, VENDREDI)]))
    assert magasin.importer_capacites([(2, capacite(4, VENDREDI))], MARDI) == CapacitesImportees(modifiees=1)
    assert faites == [2]
    assert places(magasin) == [(capacite(1), 0), (capacite(4, VENDREDI), 0)]


@pytest.mark.exigence("R4.2")
def test_a_blanc_n_ecrit_rien_et_n_attend_personne(magasin: Magasin, entretemps: Entretemps) -> None:
    (un,) = garnir(magasin, capacite(1))
    faites = entretemps(lambda: reserver(magasin, un))
    assert magasin.importer_capacites([(2, capacite(0))], MARDI, a_blanc=True) == CapacitesImportees(modifiees=1)
    assert faites == [1]
    assert places(magasin) == [(capacite(1), 1)]
