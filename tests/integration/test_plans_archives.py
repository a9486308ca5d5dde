"""Every query of the archive finds its rows by a key; the one that chooses what may leave looks at little in vain."""

from __future__ import annotations

from datetime import timedelta

import pytest

from esav_soap.signalisation import Cote
from esav_soap.signalisation.transitions import deposer as premier
from esav_soap.store import Magasin
from esav_soap.usecases.archives.ports import FiltreArchives
from tests.integration.archives import AVANT, INSTANT, VIEUX, vie
from tests.integration.exemples import DEPOT_LE, nouvelle
from tests.integration.test_plans_store import balayages, requetes


@pytest.mark.exigence("R3.3", "R3.5")
def test_aucune_requete_des_archives_ne_balaie_une_table(rempli: Magasin) -> None:
    vie(rempli, "VIEILLE", operateur="OP7")
    avec_rendez_vous = ("production", "OP7", "ABSENT")
    fin = DEPOT_LE + timedelta(days=1)
    with requetes(rempli) as vues:
        assert rempli.nombre_a_archiver(AVANT, INSTANT) == 1
        assert rempli.archiver(AVANT, 10, INSTANT) == 1
        assert rempli.archiver(AVANT, 10, INSTANT) == 0
        assert rempli.par_reference("production", "OP7", "VIEILLE") is not None
        assert rempli.depot("production", "OP7", "XR7") is not None
        assert rempli.deposer(nouvelle("XR7", operateur="OP7")).deja_deposee
        late = nouvelle("XR8", operateur="OP8")
        assert rempli.saisir(late, premier(DEPOT_LE, Cote.FOURNISSEUR, "", ""), INSTANT).deja_deposee
        assert rempli.reservations(*avec_rendez_vous) == ()
        assert rempli.reservation("production", "OP7", "ABSENT") is None
        assert rempli.evenements_depuis("production", "OP7", 0, 10).evenements
        assert len(rempli.archives(FiltreArchives(du=VIEUX), None, 10).archives) == 10
        page = rempli.archives(FiltreArchives(operateur="OP7", avant=INSTANT), None, 10, recentes_d_abord=True)
        assert rempli.archives(FiltreArchives(du=DEPOT_LE), page.suite, 10, recentes_d_abord=True)
        assert rempli.marquer_exportees(["X7", "X8"], INSTANT) == 2
        assert rempli.purger(DEPOT_LE - timedelta(days=400), 10, fin, sans_export=True) == 1
    assert len(vues) >= 30
    # A list without bounds reads the index itself, from an end on; the table of locks is no table.
    with rempli._moteur.ecrivains.connect() as connexion:
        plans = {
            ordre: balayages(connexion, ordre, valeurs)
            for ordre, valeurs in dict(vues).items()
            if "pg_locks" not in ordre
        }
    assert [plan for plan in plans.items() if plan[1]] == []
