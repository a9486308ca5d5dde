"""Homologation: what opens production, what it costs, and what another node sees of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from esav_soap.certificats import Role
from esav_soap.contract.services import SERVICES
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.homologation import Domaine, Homologation
from esav_soap.usecases import homologation as module
from esav_soap.usecases.droits import Identifie
from esav_soap.usecases.homologation import RELECTURE_S, RegistreHomologations
from tests.fils import Fil

URL = "https://esav.example"
OPA, OPB = Identifie("OPA"), Identifie("OPB")
INSTANT = datetime(2026, 7, 1, 10, tzinfo=UTC)


class Base:
    """The port in memory; ``lectures``, ``ecritures``: how often it was asked; ``panne``: it fails."""

    def __init__(self, *faites: Homologation) -> None:
        self.faites = {(h.operateur, h.domaine): h for h in faites}
        self.lectures = self.ecritures = 0
        self.panne = False

    def homologations(self, operateur: str | None = None) -> tuple[Homologation, ...]:
        self.lectures += 1
        self._tenir()
        return tuple(h for h in self.faites.values() if operateur in (None, h.operateur))

    def enregistrer_homologation(self, homologation: Homologation) -> bool:
        self.ecritures += 1
        self._tenir()
        cle = (homologation.operateur, homologation.domaine)
        return self.faites.setdefault(cle, homologation) is homologation

    def _tenir(self) -> None:
        if self.panne:
            raise OSError("la base ne répond pas : numéro 0612345678")


class Chrono:
    def __init__(self) -> None:
        self.temps = 100.0

    def __call__(self) -> float:
        return self.temps


@pytest.fixture
def base() -> Base:
    return Base()


@pytest.fixture
def chrono() -> Chrono:
    return Chrono()


@pytest.fixture
def registre(base: Base, chrono: Chrono) -> RegistreHomologations:
    return RegistreHomologations(base, f"{URL}/", chrono=chrono)


def refuse(registre: RegistreHomologations, appelant: Identifie = OPA, service: str = "depot") -> ErreurEsav | None:
    """The refusal of a call in production, or None."""
    try:
        registre.exiger(appelant, service, "production", "2026.2" if service == "depot" else None)
    except ErreurEsav as erreur:
        return erreur
    return None


def reussir(registre: RegistreHomologations, appelant: Identifie = OPA, requete: str = "r1") -> None:
    """A successful call on integration."""
    registre.noter(appelant, "depot", "integration", "validerSignalisation", requete, INSTANT)


@pytest.mark.exigence("R6.3")
def test_la_production_attend_l_integration__error(registre: RegistreHomologations) -> None:
    depot, suivi = refuse(registre), refuse(registre, service="suivi")
    assert depot is not None
    assert suivi is not None
    assert depot.code is suivi.code is CodeErreur.NON_HOMOLOGUE
    for dit, adresse, operation in (
        (depot, f"{URL}/integration/ws/1/depot/2026.2", "validerSignalisation"),
        (suivi, f"{URL}/integration/ws/1/suivi", "consulterEtat"),
    ):
        assert f"{adresse}." in dit.message
        assert operation in dit.message
        assert "« signalisation »" in dit.message
        assert "JDT-OFFRE" in dit.message, "an opérateur has nothing else to call on"
    assert registre.attente(Domaine.SIGNALISATION, "2026.2") == depot.message


@pytest.mark.exigence("R6.3")
def test_le_premier_appel_reussi_ouvre_le_domaine__ok(registre: RegistreHomologations, base: Base) -> None:
    reussir(registre, requete="r1")
    reussir(registre, requete="r2")
    assert base.faites == {
        ("OPA", Domaine.SIGNALISATION): Homologation(
            "OPA", Domaine.SIGNALISATION, INSTANT, "validerSignalisation", "r1"
        )
    }
    assert refuse(registre) is None
    assert refuse(registre, service="suivi") is None
    assert refuse(registre, OPB) is not None
    assert registre.etat("OPA")[Domaine.SIGNALISATION] == base.faites["OPA", Domaine.SIGNALISATION]
    assert registre.etat("OPB") == {Domaine.SIGNALISATION: None}


@pytest.mark.exigence("R6.3")
def test_un_domaine_n_ouvre_pas_l_autre__error(base: Base, chrono: Chrono, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SERVICES", {**SERVICES, "test": ("demanderTest",)})
    registre = RegistreHomologations(base, URL, chrono=chrono)
    reussir(registre)
    dit = refuse(registre, service="test")
    assert dit is not None
    assert "« test »" in dit.message
    assert "demanderTest" in dit.message
    registre.noter(OPA, "test", "integration", "demanderTest", "r3", INSTANT)
    assert refuse(registre, service="test") is None


@pytest.mark.exigence("R6.3")
def test_rien_n_est_exige_ailleurs__ok(registre: RegistreHomologations, base: Base) -> None:
    registre.exiger(OPA, "depot", "integration", "2026.2")
    for service in ("information", "catalogue", "publication"):
        registre.exiger(OPA, service, "production")
        registre.noter(OPA, service, "integration", "listerVersions", "r", INSTANT)
    for role in (Role.PUBLIEUR, Role.FOURNISSEUR):
        registre.exiger(Identifie("OPA", role), "depot", "production")
        registre.noter(Identifie("OPA", role), "depot", "integration", "x", "r", INSTANT)
    registre.noter(OPA, "depot", "production", "deposerSignalisation", "r", INSTANT)
    assert (base.lectures, base.ecritures, base.faites) == (0, 0, {})
    libre = RegistreHomologations(base, URL, exigee=False)
    assert refuse(libre) is None
    assert base.lectures == 0


@pytest.mark.exigence("R6.3")
def test_ce_qui_est_acquis_n_est_lu_qu_une_fois__ok(base: Base, registre: RegistreHomologations) -> None:
    """The cost of a deposit: one membership test; the store is not asked, and may even be down."""
    base.faites["OPA", Domaine.SIGNALISATION] = Homologation("OPA", Domaine.SIGNALISATION, INSTANT, "x", "r0")
    assert refuse(registre) is None
    base.panne = True
    for _ in range(100):
        assert refuse(registre) is None
        reussir(registre)
    assert (base.lectures, base.ecritures) == (1, 0)


@pytest.mark.exigence("R6.3")
def test_l_enregistrement_d_un_autre_noeud_est_vu__ok(
    base: Base, registre: RegistreHomologations, chrono: Chrono
) -> None:
    autre = RegistreHomologations(base, URL)
    assert refuse(registre) is not None
    reussir(autre)
    assert refuse(registre) is not None, "asked a moment ago"
    reussir(autre, OPB)
    assert refuse(registre, OPB) is None, "the delay is each opérateur's own"
    chrono.temps += RELECTURE_S
    assert refuse(registre) is None


@pytest.mark.exigence("R6.3")
def test_ce_qui_manque_est_relu_une_fois_par_seconde__ok(
    base: Base, registre: RegistreHomologations, chrono: Chrono
) -> None:
    for _ in range(50):
        assert refuse(registre) is not None
    assert base.lectures == 1
    chrono.temps += RELECTURE_S
    for service in ("depot", "suivi"):
        assert refuse(registre, service=service) is not None
    assert base.lectures == 2


@pytest.mark.exigence("R6.3")
def test_la_memoire_est_bornee__ok(
    base: Base, registre: RegistreHomologations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OPERATEURS_MAX", 3)
    for rang in range(20):
        assert refuse(registre, Identifie(f"OP{rang}")) is not None
    assert len(registre._lectures) <= 3


@pytest.mark.exigence("R6.3")
def test_un_enregistrement_impossible_n_est_pas_un_refus__ok(
    base: Base, registre: RegistreHomologations, caplog: pytest.LogCaptureFixture
) -> None:
    base.panne = True
    with caplog.at_level(logging.ERROR):
        reussir(registre, requete="abc123")
    assert "abc123" in caplog.text
    assert "0612345678" not in caplog.text
    base.panne = False
    assert refuse(registre) is not None, "what is not recorded is not believed"
    reussir(registre, requete="def456")
    assert base.faites["OPA", Domaine.SIGNALISATION].requete == "def456"
    assert refuse(registre) is None


@pytest.mark.exigence("R6.3")
def test_une_lecture_impossible_n_ouvre_pas__error(base: Base, registre: RegistreHomologations) -> None:
    base.panne = True
    with pytest.raises(OSError, match="base"):
        registre.exiger(OPA, "depot", "production", "2026.2")
    base.panne = False
    base.faites["OPA", Domaine.SIGNALISATION] = Homologation("OPA", Domaine.SIGNALISATION, INSTANT, "x", "r0")
    assert refuse(registre) is None, "a failed look does not count as one"


@pytest.mark.exigence("R6.3")
def test_apres_un_demarrage_personne_n_est_refuse_a_tort__ok(chrono: Chrono) -> None:
    """Eight requests of one opérateur at once, while the first of them still reads the store."""
    lit, suite = threading.Event(), threading.Event()

    class Lente(Base):
        def homologations(self, operateur: str | None = None) -> tuple[Homologation, ...]:
            lit.set()
            assert suite.wait(20)
            return super().homologations(operateur)

    base = Lente(Homologation("OPA", Domaine.SIGNALISATION, INSTANT, "x", "r0"))
    registre = RegistreHomologations(base, URL, chrono=chrono)
    fils: Sequence[Fil] = [Fil(lambda: refuse(registre)) for _ in range(8)]
    assert lit.wait(20)
    suite.set()
    assert [fil.resultat(20) for fil in fils] == [None] * 8
    assert base.lectures == 1
