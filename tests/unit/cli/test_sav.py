"""``esav sav``: a technician's work from the deposit to the avis de clôture, on a store of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from esav_soap.cli.sav.lecture import ETATS
from esav_soap.signalisation import Contact, Etat, NouvelleSignalisation, Prestation
from esav_soap.signalisation.numero import tirer
from esav_soap.store import Magasin, ouvrir
from tests.unit.cli.test_esav import Lancer, lancer

__all__ = ["lancer"]

PRESENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NUMERO = tirer(b"\x05" * 7)


def present() -> datetime:
    return PRESENT


@pytest.fixture
def adresse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lancer: Lancer) -> str:
    """A store with one deposit of an hour ago."""
    adresse = f"sqlite:///{tmp_path}/esav.db"
    monkeypatch.setenv("ESAV_STORE", adresse)
    monkeypatch.setenv("ESAV_HORLOGE", "tests.unit.cli.test_sav:present")
    with ouvrir(adresse) as magasin:
        magasin.importer([Prestation("production", "OPA", "P-1", "ACCES_FTTH", "PM 1", "PTO 2", garantie="GTR_4H_S2")])
        contact = Contact("Claire Martin", "0612345678")
        args = (NUMERO, "production", "OPA", "REF-1", b"\0" * 32, "P-1", "ACCES_FTTH", "2026.1", contact, b"<f/>")
        magasin.deposer(NouvelleSignalisation(*args, PRESENT - timedelta(hours=1)))
    return adresse


def etat(adresse: str) -> Etat:
    with ouvrir(adresse) as magasin:
        return _lue(magasin)


def _lue(magasin: Magasin) -> Etat:
    lue = magasin.retrouver(NUMERO)
    assert lue is not None
    return lue.etat


@pytest.mark.exigence("R3.6")
def test_du_depot_a_l_avis__ok(adresse: str, lancer: Lancer) -> None:
    code, dit, _ = lancer("sav", "list")
    assert (code, dit.split()[:2]) == (0, [NUMERO, "EN_DEPOT"])
    etapes = [
        ("qualifier",),
        ("geler", "--attendu", "acces_site"),
        ("reprendre",),
        ("prendre",),
        ("commenter", "--commentaire", "Entre nous", "--interne"),
        ("clore", "--cause", "CABLE", "--responsabilite", "TIERS", "--retabli-le", "23/11/2026 09:30"),
        ("valider",),
    ]
    for verbe, *options in etapes:
        code, dit, erreurs = lancer("sav", verbe, NUMERO, *options, "--auteur", "Anne")
        assert (code, erreurs) == (0, ""), verbe
    assert etat(adresse) is Etat.VALIDE
    code, dit, _ = lancer("sav", "montrer", NUMERO.lower())
    for attendu in (
        "validé (VALIDE)",
        "Garantie GTR_4H_S2 : échéance le 23/11/2026 à 13:00, tenue",
        "fournisseur (Anne)  [INTERNE]",
        "CABLE : Câble ou fibre coupés",
        "Rétabli le 23/11/2026 à 09:30",
        "Événements : 8",
        "Actions possibles : COMMENTER",
    ):
        assert attendu in dit, attendu
    assert lancer("sav", "list")[1] == "Aucune signalisation.\n"
    assert NUMERO in lancer("sav", "list", "--toutes")[1]
    assert f"AVIS_CLOTURE       {NUMERO}:8" in lancer("envois", "list")[1]


@pytest.mark.exigence("R3.2", "R3.6")
def test_ce_qui_manque_et_ce_qui_n_est_pas_possible__error(adresse: str, lancer: Lancer) -> None:
    code, _, dit = lancer("sav", "prendre", NUMERO)
    assert (code, "TRANSITION_INTERDITE" in dit, "QUALIFIER" in dit) == (1, True, True)
    assert lancer("sav", "qualifier", NUMERO)[0] == 0
    code, _, dit = lancer("sav", "clore", NUMERO)
    assert code == 1
    assert [ligne.split(" : ")[0] for ligne in dit.splitlines()[:-1]] == [
        "Cause",
        "Responsabilité",
        "Date et heure du rétablissement",
    ]
    code, _, dit = lancer("sav", "geler", NUMERO, "--attendu", "RIEN")
    assert (code, "ACCES_SITE" in dit) == (2, True)
    code, _, dit = lancer("sav", "clore", NUMERO, "--retabli-le", "hier")
    assert (code, "n'est pas une date et heure" in dit) == (2, True)
    code, fiche, dit = lancer("sav", "prendre", NUMERO, "--vus", "1")
    assert (code, "MODIFIEE_ENTRETEMPS" in dit, "EN_QUALIFICATION" in fiche) == (1, True, True)
    code, _, dit = lancer("sav", "montrer", "7K3M9QX2TBX")
    assert (code, "SIGNALISATION_INCONNUE" in dit) == (1, True)
    assert lancer("sav", "list", "--prestation", "P-1")[0] == 2
    assert lancer("sav", "list", "--toutes", "--etat", "GELE")[0] == 2
    assert etat(adresse) is Etat.EN_QUALIFICATION


@pytest.mark.exigence("R3.5")
def test_les_etats_de_l_aide_sont_ceux_du_domaine__ok() -> None:
    assert tuple(e.name for e in Etat) == ETATS
