"""A publisher's months on the command line, with real processes on SQLite: check, diff, simulate, announce, list, usage,
withdraw; and an interruption that leaves nothing half done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bench.synthese import VERSION, sources
from esav_soap.avis import Operateur
from esav_soap.contract.exemples import exemple, requete_depot
from esav_soap.model import structure_offre
from esav_soap.reader import lire_catalogue
from esav_soap.signalisation import Prestation
from esav_soap.store import ouvrir
from esav_soap.usecases.catalogue import Dates, installer
from tests.e2e.fourche import executer
from tests.e2e.horloge import partir
from tests.e2e.serveur import ServeurReel, serveur_neuf
from tests.e2e.soap import RACINE, appeler

DEUX, TROIS = "2030.2", "2030.3"
DELAI_S = 120
RUPTURE = "OFFRE_S0001/courriel:CHAMP_DEVENU_OBLIGATOIRE"
#: Before the announcement; between the opening of the second version and the end of the first.
MARS, MAI = datetime(2030, 3, 1, 9, 0, tzinfo=UTC), datetime(2030, 5, 20, 9, 0, tzinfo=UTC)


def fichiers(version: str) -> dict[str, bytes]:
    """One Offre; its field ``courriel`` is mandatory from the second version on."""
    lus = {nom: contenu.replace(VERSION.encode(), version.encode()) for nom, contenu in sources(1).items()}
    if version != VERSION:
        nom = "formulaires/formulaire-s0001.xml"
        lus[nom] = lus[nom].replace(b'<courriel code="courriel"', b'<courriel code="courriel" usage="obligatoire"')
    return lus


class Publieur:
    """Runs ``esav`` in a folder with three versions and an empty store, at the instant that its clock shows."""

    def __init__(self, dossier: Path) -> None:
        self.dossier = dossier
        self.store = f"sqlite:///{dossier}/esav.db"
        self.instant = MARS
        lieux = {"": "catalogue/{}", "nomenclatures": "catalogue/{}/nomenclatures", "formulaires": "forms_xml/{}"}
        for version in (VERSION, DEUX, TROIS):
            for nom, contenu in fichiers(version).items():
                genre, _, reste = nom.rpartition("/")
                lieu = dossier / lieux[genre].format(version)
                lieu.mkdir(parents=True, exist_ok=True)
                (lieu / reste).write_bytes(contenu)

    @property
    def env(self) -> dict[str, str]:
        propre = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("ESAV_")}
        url = {"ESAV_STORE": self.store, "ESAV_URL_PUBLIQUE": "https://esav.example", "PYTHONPATH": str(RACINE)}
        return propre | url | partir(self.instant, 0.0).env()

    def lancer(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "esav_soap.cli", *arguments],
            cwd=self.dossier,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """The output of a command that ends with that code."""
        fait = executer(arguments, cwd=self.dossier, env=self.env)
        assert fait.returncode == code, fait.stdout + fait.stderr
        return fait.stdout + fait.stderr if code else fait.stdout

    def versions(self) -> dict[str, str]:
        return {v["version"]: v["etat"] for v in json.loads(self("catalogue", "list", "--format", "json"))}


@pytest.fixture
def publieur(tmp_path: Path) -> Publieur:
    """2030.1 is in force; OPA and OPB have prestations."""
    publieur = Publieur(tmp_path)
    with ouvrir(publieur.store) as magasin:
        installer(fichiers(VERSION), "https://esav.example", Dates(MARS - timedelta(days=200)), magasin, MARS)
        magasin.importer(Prestation("production", code, f"P-{code}", "OFFRE_S0001") for code in ("OPA", "OPB"))
        magasin.declarer_operateur(Operateur("OPA", "Alpha", "sav@opa.example"))
    return publieur


def deposer(serveur: ServeurReel, version: str, operateur: str, graine: int, *, complet: bool) -> None:
    catalogue = lire_catalogue(fichiers(version))
    structure = structure_offre(catalogue, catalogue.offres[0])
    formulaire = exemple(structure, catalogue, Random(graine), complet=complet)
    demande = requete_depot(formulaire, Random(graine), prestation=f"P-{operateur}", reference=f"R-{version}-{graine}")
    reponse = appeler(serveur.url, f"production/ws/1/depot/{version}", demande, operateur=operateur)
    assert reponse.refus is None, reponse.octets


@pytest.mark.long
@pytest.mark.exigence("R2.1", "R2.2", "R2.3", "R9")
def test_d_une_version_a_la_suivante__ok(
    publieur: Publieur, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    with serveur_neuf(publieur.store, tmp_path, env=publieur.env) as serveur:
        for graine in range(4):
            deposer(serveur, VERSION, "OPA", graine, complet=graine == 0)
    assert "2030.2: 1 Offre" in publieur("catalogue", "check", "--version", DEUX)
    assert RUPTURE in publieur("catalogue", "diff", DEUX, "--ruptures", code=1)
    publieur("catalogue", "pack", DEUX, "candidat.zip")
    rapport = json.loads(publieur("catalogue", "simulate", "candidat.zip", "--format", "json", "--processus", "2"))
    assert (rapport["rejouees"], rapport["refusees"]) == (4, 3)
    assert [m["champ"] for m in rapport["bilans"][0]["motifs"]] == ["courriel"]

    refus = publieur("catalogue", "announce", "candidat.zip", "--ouverture", "2030-04-01", "--oui", code=1)
    assert RUPTURE in refus
    assert "01/05/2030" in refus
    assert publieur.versions() == {VERSION: "EN_VIGUEUR"}
    annonce = ("catalogue", "announce", "candidat.zip", "--accepter", RUPTURE)
    dit = publieur(*annonce, "--ouverture", "2030-05-10T06:00", "--oui")
    assert "OPA (sav@opa.example), OPB (SANS ADRESSE" in dit
    assert f"Version {DEUX} annoncée : ouverture le 10/05/2030 à 06:00 ; {VERSION} retirée le 10/06/2030" in dit
    assert publieur.versions() == {VERSION: "EN_VIGUEUR", DEUX: "ANNONCEE"}

    publieur.instant = MAI
    with serveur_neuf(publieur.store, tmp_path, env=publieur.env) as serveur:
        deposer(serveur, VERSION, "OPA", 10, complet=False)
        deposer(serveur, DEUX, "OPB", 11, complet=True)
    (vue,) = json.loads(publieur("catalogue", "usage", "--format", "json"))
    assert [(r["operateur"], r["offre"], r["nombre"]) for r in vue["restants"]] == [("OPA", "OFFRE_S0001", 1)]
    assert (vue["version"], vue["remplacante"], vue["passes"]) == (VERSION, DEUX, ["OPB"])

    assert "Avis à envoyer : " in publieur("catalogue", "announce", TROIS, "--a-tous", "--oui")
    assert publieur.versions() == {VERSION: "EN_VIGUEUR", DEUX: "EN_VIGUEUR", TROIS: "ANNONCEE"}
    assert "reste en vigueur, sans date de retrait" in publieur("catalogue", "withdraw", TROIS, "--oui")
    publieur("catalogue", "withdraw", TROIS, "--oui", code=1)
    publieur("catalogue", "withdraw", DEUX, "--oui", code=1)
    assert publieur.versions() == {VERSION: "EN_VIGUEUR", DEUX: "EN_VIGUEUR", TROIS: "ANNULEE"}


@pytest.mark.exigence("R2.1")
def test_interrompre_une_annonce_ne_laisse_rien__error(publieur: Publieur) -> None:
    lance = publieur.lancer("catalogue", "announce", DEUX, "--accepter", RUPTURE, "--oui")
    assert lance.stderr is not None
    assert any(ligne == "Vérification : WSDL…\n" for ligne in lance.stderr), "the step was not reached"
    lance.send_signal(signal.SIGINT)
    sortie, erreurs = lance.communicate(timeout=DELAI_S)
    assert (lance.returncode, sortie, erreurs.splitlines()[-1]) == (130, "", "Interrompu.")
    assert "Traceback" not in erreurs
    with ouvrir(publieur.store, creer=False) as magasin:
        assert [v.version for v in magasin.versions()] == [VERSION]
        assert magasin.suivis(None, 9) == ()
