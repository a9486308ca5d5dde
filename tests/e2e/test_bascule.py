"""A version is announced, opens, and retires the one before, under load on two nodes, by the clock alone (R2.3-R2.6)."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from esav_soap.calendar import instant_plus_mois
from esav_soap.publication import VersionPubliee
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.store import ouvrir
from esav_soap.usecases.catalogue import Dates, installer
from esav_soap.usecases.publication import annoncer, preparer
from tests.e2e.conftest import prestations
from tests.e2e.horloge import Horloge, partir
from tests.e2e.serveur import ServeurReel, serveur_neuf
from tests.e2e.soap import RACINE, Reponse, appeler, depot
from tests.postgres import Grappe

JOUR = timedelta(days=1)
#: 12 days a second: from the announcement to the retirement, three months, in eight seconds.
VITESSE = 12 * 86_400.0
#: Just before the clocks change, so that one month more is not a number of hours.
DEPART = datetime(2026, 12, 20, 9, 30, tzinfo=UTC)
ANCIENNE, NOUVELLE = "2026.1", "2026.2"


@dataclass(frozen=True)
class Essai:
    """One deposit: sent after ``avant`` and answered before ``apres``, both of the nodes' clock."""

    noeud: int
    version: str
    avant: datetime
    apres: datetime
    reponse: Reponse

    @property
    def issue(self) -> str:
        return self.reponse.refus or "ACCEPTE"


@dataclass
class Charge:
    """Clients that deposit with one version on one node, without a pause, until the end."""

    horloge: Horloge
    noeuds: list[ServeurReel]
    essais: list[Essai] = field(default_factory=list)
    pannes: list[BaseException] = field(default_factory=list)
    fini: threading.Event = field(default_factory=threading.Event)

    def lancer(self) -> list[threading.Thread]:
        fils = [
            threading.Thread(target=self._deposer, args=(noeud, version))
            for noeud in range(len(self.noeuds))
            for version in (ANCIENNE, NOUVELLE)
        ]
        for fil in fils:
            fil.start()
        return fils

    def _deposer(self, noeud: int, version: str) -> None:
        service = f"production/ws/1/depot/{version}"
        try:
            for rang in count():
                if self.fini.is_set():
                    return
                demande = depot(version, "FIBRE_NOIRE", f"{noeud}-{version}-{rang}")
                avant = self.horloge()
                reponse = appeler(self.noeuds[noeud].url, service, demande)
                self.essais.append(Essai(noeud, version, avant, self.horloge(), reponse))
        except BaseException as panne:
            self.pannes.append(panne)

    def attendre(self, instant: datetime) -> None:
        while self.horloge() < instant:
            assert not self.pannes, self.pannes
            time.sleep(0.05)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The older version only, open since long."""
    with ExitStack() as pile:
        url = f"sqlite:///{tmp_path}/esav.db"
        if request.param == "postgresql":
            grappe: Grappe = request.getfixturevalue("postgresql")
            url = pile.enter_context(grappe.base())
        with ouvrir(url) as magasin:
            installer(
                depuis_dossiers(RACINE, ANCIENNE), "https://esav.example", Dates(DEPART - 200 * JOUR), magasin, DEPART
            )
            magasin.importer(prestations())
        yield url


@pytest.mark.long
@pytest.mark.exigence("R2.3", "R2.4", "R2.5", "R2.6")
def test_changement_de_version_sous_charge__ok(base: str, tmp_path: Path) -> None:
    sources = depuis_dossiers(RACINE, NOUVELLE)
    with ExitStack() as pile:
        magasin = pile.enter_context(ouvrir(base))
        candidate = preparer(sources, "https://esav.example", magasin, DEPART)
        acceptees = [ecart.nom for ecart in candidate.ecarts]
        horloge = partir(DEPART, VITESSE)
        env = {**horloge.env(), "ESAV_RAFRAICHISSEMENT": "1", "PYTHONPATH": str(RACINE), "PATH": os.environ["PATH"]}
        noeuds = []
        for rang in range(2):
            dossier = tmp_path / f"noeud-{rang}"
            dossier.mkdir()
            noeuds.append(pile.enter_context(serveur_neuf(base, dossier, env=env)))
        processus = [noeud.processus.pid for noeud in noeuds]
        charge = Charge(horloge, noeuds)
        fils = charge.lancer()
        try:
            charge.attendre(horloge() + 6 * JOUR)
            annonce = horloge()
            publiee = annoncer(candidate, acceptees, magasin, magasin, annonce)
            retrait = instant_plus_mois(publiee.ouverture, 1)
            charge.attendre(annonce + 30 * JOUR)
            essai_integration = appeler(
                noeuds[0].url, f"integration/ws/1/depot/{NOUVELLE}", depot(NOUVELLE, "FIBRE_NOIRE", "avant")
            )
            charge.attendre(retrait + 6 * JOUR)
        finally:
            charge.fini.set()
            for fil in fils:
                fil.join(30)
        assert not charge.pannes, charge.pannes
        assert [noeud.processus.poll() for noeud in noeuds] == [None, None]
        assert [noeud.processus.pid for noeud in noeuds] == processus
    assert essai_integration.refus is None, "usable on integration from the announcement on"
    juger(charge.essais, publiee, retrait)


def juger(essais: list[Essai], publiee: VersionPubliee, retrait: datetime) -> None:
    """Every answer is what the instant of its arrival demands; every phase was seen by both nodes."""
    ouverture = publiee.ouverture
    for essai in essais:
        admises = {phase(essai.version, t, publiee.annonce, ouverture, retrait) for t in (essai.avant, essai.apres)}
        if essai.version == NOUVELLE and essai.avant < ouverture:
            admises.add("VERSION_INCONNUE")  # a node learns of it within a second, ten days of this clock
        assert essai.issue in admises, (essai.version, essai.avant, essai.apres, admises, essai.reponse.octets)
        if essai.issue == "ACCEPTE":
            depose = datetime.fromisoformat(essai.reponse.texte("dateHeureDepot") or "")
            assert (depose < retrait) if essai.version == ANCIENNE else (depose >= ouverture)
            finit = essai.version == ANCIENNE and essai.avant >= ouverture
            if finit or essai.version == NOUVELLE:
                entetes = ("Sunset" in essai.reponse.entetes, "Deprecation" in essai.reponse.entetes)
                assert entetes == (finit, finit)
                assert ("VERSION_BIENTOT_RETIREE" in essai.reponse.textes("code")) == finit
        if essai.issue == "VERSION_RETIREE":
            (vive,) = essai.reponse.textes("wsdl")
            assert vive.endswith(f"/production/ws/1/depot/{NOUVELLE}?wsdl")
    for noeud in (0, 1):
        vues = {(e.version, e.issue) for e in essais if e.noeud == noeud}
        assert vues == {
            (ANCIENNE, "ACCEPTE"),
            (ANCIENNE, "VERSION_RETIREE"),
            (NOUVELLE, "VERSION_INCONNUE"),
            (NOUVELLE, "VERSION_PAS_ENCORE_OUVERTE"),
            (NOUVELLE, "ACCEPTE"),
        }
        ensemble = {e.version for e in essais if e.noeud == noeud and ouverture <= e.avant and e.apres < retrait}
        assert ensemble == {ANCIENNE, NOUVELLE}, "both were called while both were live"


def phase(version: str, instant: datetime, annonce: datetime, ouverture: datetime, retrait: datetime) -> str:
    if version == ANCIENNE:
        return "ACCEPTE" if instant < retrait else "VERSION_RETIREE"
    if instant >= ouverture:
        return "ACCEPTE"
    return "VERSION_PAS_ENCORE_OUVERTE" if instant >= annonce else "VERSION_INCONNUE"
