"""A client made for a version goes on, untouched, until that version's month is over (R2.3, R2.5)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from esav_soap.calendar import instant_plus_mois
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.store import ouvrir
from esav_soap.usecases.catalogue import Dates, installer
from tests.e2e import tls
from tests.e2e.horloge import Pendule
from tests.interop.attendu import FORMULAIRE
from tests.interop.banc import SERVICES, VERSIONS, Banc, inscrire, prendre_wsdl
from tests.interop.clients import CLIENTS, RACINE, Client
from tests.interop.passage import construire, passer

AVANT, APRES = VERSIONS
#: 2026.1 has all the fields of 2026.2 but this one.
CHAMPS = [champ for champ in FORMULAIRE if champ[0] != "referenceSupervision"]
#: What the month is made of; a run in each, by an opérateur of its own.
PHASES = ("annoncee", "ouverte", "redemarree", "retiree")
HEURE = timedelta(hours=1)


@dataclass(frozen=True)
class Mois:
    """A store where 2026.2 is announced, and opens in an hour by ``pendule``."""

    store: str
    dossier: Path
    pendule: Pendule
    pieces: dict[str, tls.Piece]
    ouverture: datetime

    @contextmanager
    def serveur(self, port: int | None = None) -> Iterator[Banc]:
        with tls.serveur_tls(self.store, self.dossier, self.pendule.env(), port=port) as lance:
            yield Banc(lance, self.dossier, self.pieces)


@pytest.fixture
def mois(tmp_path: Path) -> Mois:
    dossier = tmp_path / "banc"
    dossier.mkdir()
    store, pendule, present = f"sqlite:///{dossier}/esav.db", Pendule(dossier / "pendule"), datetime.now(UTC)
    pendule.regler(present)
    ouverture = present + HEURE
    with ouvrir(store) as magasin:
        for version, dates in (
            (AVANT, Dates(present - timedelta(days=200), instant_plus_mois(ouverture, 1), APRES)),
            (APRES, Dates(ouverture)),
        ):
            installer(depuis_dossiers(RACINE, version), "https://esav.example", dates, magasin, present)
    return Mois(store, dossier, pendule, inscrire(store, dossier, list(PHASES)), ouverture)


def programme_d_avant(client: Client, vers: Path) -> Path:
    """The client's program as its opérateur wrote it for the version before."""
    shutil.copytree(client.source, vers)
    for fichier in vers.iterdir():
        texte = re.sub(r"(?m)^.*eferenceSupervision\b[^\n\]]*\n?", "", fichier.read_text(encoding="utf-8"))
        for ecrit, autrement in {APRES: AVANT, **client.avant}.items():
            texte = texte.replace(ecrit, autrement)
        fichier.write_text(texte, encoding="utf-8")
    return vers


def wsdl(banc: Banc, service: str) -> bytes:
    with tls.Appelant(banc.serveur.port) as appelant:
        reponse = appelant.demander("GET", f"/integration/ws/1/{service.format(version=AVANT)}?wsdl")
    assert reponse.statut == 200
    return reponse.octets


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.exigence("R9", "R2.3", "R2.5")
@pytest.mark.parametrize("client", CLIENTS, ids=[client.code for client in CLIENTS])
def test_un_client_de_la_version_d_avant(mois: Mois, client: Client, tmp_path: Path) -> None:
    """Built once, from the WSDLs of 2026.1. It does all its scenario while 2026.2 is announced, then open, then after the server
    was stopped and started; when the month is over, deposits end with their fault, and nothing else does."""
    source = programme_d_avant(client, tmp_path / "source")
    atelier = tmp_path / "atelier"
    atelier.mkdir()

    def env(banc: Banc, phase: str) -> dict[str, str]:
        return {**banc.environnement(phase, "1.1", AVANT), "SOURCE": str(source)}

    def tout_va(banc: Banc, phase: str) -> None:
        passer(client, atelier, env(banc, phase), len(CHAMPS))
        assert banc.lu(phase) == CHAMPS
        assert {service: wsdl(banc, service) for service in SERVICES} == contrat

    with mois.serveur() as banc:
        contrat = {service: wsdl(banc, service) for service in SERVICES}
        prendre_wsdl(banc.serveur, mois.dossier, AVANT)
        construire(client, atelier, env(banc, PHASES[0]))
        tout_va(banc, "annoncee")
        mois.pendule.regler(mois.ouverture)
        tout_va(banc, "ouverte")
    with mois.serveur(banc.serveur.port) as banc:
        tout_va(banc, "redemarree")
        mois.pendule.regler(instant_plus_mois(mois.ouverture, 1))
        fini = client.executer(client.lancer, atelier, env(banc, "retiree"))
        assert fini.returncode != 0, fini.stdout
        assert "DEPOT_NUMERO=" not in fini.stdout
        assert "VERSION_RETIREE" in fini.stdout + fini.stderr
        assert banc.lu("redemarree") == CHAMPS
        del contrat["depot/{version}"]
        assert {service: wsdl(banc, service) for service in contrat} == contrat
