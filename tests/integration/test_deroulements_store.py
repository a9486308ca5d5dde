"""Events of scenarios: appended once, whoever finds them due at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from esav_soap.signalisation import Cote, Etat, Evenement, NouvelleSignalisation, Signalisation
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.ports.evenements import Deroulements
from tests.integration.exemples import DEPOT_LE, nouvelle

HEURE = timedelta(hours=1)
SUITE = (
    Evenement(DEPOT_LE + HEURE, Etat.EN_QUALIFICATION, Cote.FOURNISSEUR, "Prise en charge — « été » 😀"),
    Evenement(DEPOT_LE + 2 * HEURE, Etat.EN_COURS, Cote.FOURNISSEUR),
    Evenement(DEPOT_LE + 3 * HEURE, Etat.GELE, Cote.FOURNISSEUR, "Accès au site à préciser"),
)


@pytest.fixture
def deposee(magasin: Magasin) -> NouvelleSignalisation:
    depose = nouvelle("REF-1")
    magasin.deposer(depose)
    return depose


@pytest.fixture
def autre(url: str, magasin: Magasin) -> Iterator[Magasin]:
    """The same store as another node has it."""
    with ouvrir(url, creer=False) as ouvert:
        yield ouvert


def lire(magasin: Magasin, numero: str) -> Signalisation:
    relue = magasin.par_numero("production", "OPA", numero)
    assert relue is not None
    return relue


@pytest.mark.exigence("R3.4")
def test_evenements_s_ajoutent_dans_l_ordre_et_donnent_l_etat(
    magasin: Magasin, autre: Magasin, deposee: NouvelleSignalisation
) -> None:
    port: Deroulements = magasin
    temoin = nouvelle("REF-2")
    magasin.deposer(temoin)
    avant, temoin_avant = lire(autre, deposee.numero), lire(autre, temoin.numero)
    cle = ("production", "OPA", deposee.numero)
    assert port.ajouter_evenements(*cle, 1, SUITE[:2]) is Etat.EN_COURS
    attendue = replace(avant, etat=Etat.EN_COURS, modifiee_le=SUITE[1].date, evenements=(*avant.evenements, *SUITE[:2]))
    assert lire(autre, deposee.numero) == attendue
    assert port.ajouter_evenements(*cle, 3, SUITE[2:]) is Etat.GELE
    attendue = replace(attendue, etat=Etat.GELE, modifiee_le=SUITE[2].date, evenements=(*avant.evenements, *SUITE))
    assert lire(autre, deposee.numero) == attendue
    assert lire(autre, temoin.numero) == temoin_avant


@pytest.mark.exigence("R3.4")
@pytest.mark.parametrize("attendus", [0, 2, 3])
def test_autre_nombre_d_evenements_n_ecrit_rien(
    magasin: Magasin, deposee: NouvelleSignalisation, attendus: int
) -> None:
    avant = lire(magasin, deposee.numero)
    assert magasin.ajouter_evenements("production", "OPA", deposee.numero, attendus, SUITE) is None
    assert lire(magasin, deposee.numero) == avant


@pytest.mark.exigence("R3.4", "R3.7")
@pytest.mark.parametrize("rang", range(3))
def test_signalisation_d_ailleurs_n_est_pas_touchee(
    magasin: Magasin, deposee: NouvelleSignalisation, rang: int
) -> None:
    avant = lire(magasin, deposee.numero)
    cle = ["production", "OPA", deposee.numero]
    cle[rang] = ("integration", "OPB", "INCONNU")[rang]
    assert magasin.ajouter_evenements(cle[0], cle[1], cle[2], 1, SUITE) is None
    assert lire(magasin, deposee.numero) == avant


@pytest.mark.exigence("R3.4")
def test_sans_evenement_l_etat_reste(magasin: Magasin, deposee: NouvelleSignalisation) -> None:
    avant = lire(magasin, deposee.numero)
    assert magasin.ajouter_evenements("production", "OPA", deposee.numero, 1, ()) is Etat.EN_DEPOT
    assert magasin.ajouter_evenements("production", "OPA", deposee.numero, 2, ()) is None
    assert lire(magasin, deposee.numero) == avant


@pytest.mark.exigence("R3.4")
def test_tout_etat_et_tout_cote_se_relisent_en_utc(magasin: Magasin, deposee: NouvelleSignalisation) -> None:
    ailleurs = timezone(timedelta(hours=5, minutes=45))
    tous = [Evenement((DEPOT_LE + HEURE).astimezone(ailleurs), etat, cote) for etat in Etat for cote in Cote]
    assert magasin.ajouter_evenements("production", "OPA", deposee.numero, 1, tous) is tous[-1].etat
    relue = lire(magasin, deposee.numero)
    assert relue.evenements[1:] == tuple(tous)
    assert {e.date.tzinfo for e in relue.evenements} == {relue.modifiee_le.tzinfo} == {DEPOT_LE.tzinfo}


@pytest.mark.exigence("R3.4")
def test_evenement_qui_ne_peut_etre_ecrit_n_en_laisse_aucun(magasin: Magasin, deposee: NouvelleSignalisation) -> None:
    avant = lire(magasin, deposee.numero)
    naif = replace(SUITE[1], date=datetime(2026, 7, 1))  # noqa: DTZ001
    with pytest.raises(Exception, match="fuseau"):
        magasin.ajouter_evenements("production", "OPA", deposee.numero, 1, [SUITE[0], naif])
    assert lire(magasin, deposee.numero) == avant
    assert magasin.ajouter_evenements("production", "OPA", deposee.numero, 1, SUITE) is Etat.GELE


@pytest.mark.exigence("R3.4")
def test_huit_appelants_n_ajoutent_qu_une_fois(magasin: Magasin, autre: Magasin) -> None:
    """Two nodes, four threads each, that find the same events due; many times over."""
    tours = 12
    deposees = [nouvelle(f"REF-{n}") for n in range(tours)]
    for depose in deposees:
        magasin.deposer(depose)
    depart = threading.Barrier(8, timeout=60)

    def appeler(rang: int) -> list[Etat | None]:
        port = (magasin, autre)[rang % 2]
        rendus = []
        for depose in deposees:
            depart.wait()
            rendus.append(port.ajouter_evenements("production", "OPA", depose.numero, 1, SUITE))
        return rendus

    with ThreadPoolExecutor(8) as fils:
        par_appelant = list(fils.map(appeler, range(8)))
    for n, depose in enumerate(deposees):
        rendus = [rendu[n] for rendu in par_appelant]
        assert (rendus.count(Etat.GELE), rendus.count(None)) == (1, 7)
        relue = lire(magasin, depose.numero)
        assert (relue.evenements[1:], relue.etat) == (SUITE, Etat.GELE)
