"""docs/client.md, executed: its commands against a real server, its transcripts compared, its program run."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from esav_soap.cli.client import client
from esav_soap.cli.client_rendez_vous import rendez_vous
from esav_soap.client import ClientEsav, Contact, RendezVous, Sav, Suivi
from esav_soap.signalisation import Action, Prestation
from esav_soap.store import ouvrir
from tests.e2e import fourche
from tests.e2e.fourche import executer
from tests.e2e.serveur import DELAI_S, ServeurReel
from tests.e2e.soap import RACINE
from tests.e2e.technicien import clore, geler
from tests.e2e.test_client import PANNE
from tests.e2e.test_client_rendez_vous import JOUR, LENDEMAIN

DOCUMENT = (RACINE / "docs" / "client.md").read_text(encoding="utf-8")
ADRESSE = "http://127.0.0.1:8080"
#: What the document shows, and what stands for it here: days to come, numbers that the service gives.
JOURS = {"2026-12-03": JOUR.isoformat(), "2026-12-04": LENDEMAIN.isoformat()}
#: Command that makes an appointment -> what the document calls its number.
NUMEROS = {"reserver": "4W8N2RC6HDP", "deplacer": "5X9P3SD7JEQ"}


def blocs(genre: str) -> list[str]:
    return re.findall(rf"^```{genre}\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)


def commandes(bloc: str) -> Iterator[list[str]]:
    for ligne in re.sub(r"\\\n\s*", "", bloc).splitlines():
        mots = shlex.split(ligne)
        assert mots[:2] == ["esav", "client"] or mots[0] == "export", ligne
        yield mots


@pytest.fixture
def environnement(serveur: ServeurReel, tmp_path: Path) -> dict[str, str]:
    """What the document exports, towards the real server; the form file stands in the working folder."""
    with ouvrir(serveur.store) as magasin:
        magasin.importer([Prestation("production", "ALPHA", "ALPHA-ACCES_FTTH-0001", "ACCES_FTTH")])
    (xml,) = blocs("xml")
    (tmp_path / "formulaire.xml").write_text(xml, encoding="utf-8")
    exports = [mots[1] for bloc in blocs("sh") for mots in commandes(bloc) if mots[0] == "export"]
    exportes = {nom: valeur for nom, _, valeur in (e.partition("=") for e in exports)}
    assert exportes["ESAV_URL"] == ADRESSE
    propre = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("ESAV_")}
    return propre | exportes | {"ESAV_URL": serveur.url, "PYTHONPATH": str(RACINE), "PYTHONUTF8": "1"}


def lancer(arguments: list[str], environnement: dict[str, str], dossier: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=dossier,
        env=environnement,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=120,
    )


@pytest.mark.exigence("R9", "R3.1", "R3.5", "R3.6", "R4.1")
def test_les_commandes__ok(serveur: ServeurReel, environnement: dict[str, str], tmp_path: Path) -> None:
    appels = [mots for bloc in blocs("sh") for mots in commandes(bloc) if mots[0] == "esav"]
    assert {mots[2] for mots in appels} == set(client.commands), "each command of esav client has its example"
    assert {mots[3] for mots in appels if mots[2] == "rendez-vous"} == set(rendez_vous.commands)
    tenus = dict(JOURS)
    for cites in appels:
        mots = [tenus.get(mot, mot) for mot in cites]
        if "contester" in mots:
            clore(serveur.store, numero(environnement, tmp_path, mots[mots.index("--reference") + 1]), Action.QUALIFIER)
        if "--suivre" in mots:
            suivre_un_instant(mots, serveur.url, environnement, tmp_path)
            continue
        fait = executer(mots[1:], env=environnement, cwd=tmp_path)
        assert fait.returncode == 0, (mots, fait.stdout, fait.stderr)
        if "json" in mots:
            assert json.loads(fait.stdout)
        if mots[2] == "rendez-vous" and mots[3] in NUMEROS:
            (tenus[NUMEROS[mots[3]]],) = re.findall(r"^Rendez-vous +([0-9A-Z]{11})$", fait.stdout, re.MULTILINE)
    assert (tmp_path / "pack-2026.2.zip").stat().st_size > 0


def numero(environnement: dict[str, str], dossier: Path, reference: str) -> str:
    """Of the signalisation of that reference."""
    commande = ["client", "etat", "--reference", reference, "--format", "json"]
    return str(json.loads(executer(commande, env=environnement, cwd=dossier).stdout)["numeroSignalisation"])


def suivre_un_instant(mots: list[str], url: str, environnement: dict[str, str], dossier: Path) -> None:
    """The command that has no end, until it has shown a change; Ctrl-C ends it."""
    with ClientEsav(url, operateur="ALPHA") as esav:
        depose = esav.deposer("ALPHA-ACCES_FTTH-0001", PANNE, Contact("Léa", "0299000000"), offre="ACCES_FTTH")
    lance = fourche.lancer(mots[1:], cwd=dossier, env=environnement, sortie=subprocess.PIPE)
    assert lance.stdout is not None
    with lance.stdout as dites:
        for ligne in dites:
            if depose.numeroSignalisation in ligne:
                lance.send_signal(signal.SIGINT)
    assert lance.wait(DELAI_S) == 130


@pytest.mark.exigence("R9", "R3.2")
def test_les_refus_montres__tels_que_le_service_les_rend(environnement: dict[str, str], tmp_path: Path) -> None:
    for bloc in blocs("console"):
        commande, *attendues = bloc.splitlines()
        mots = shlex.split(commande.removeprefix("$ "))
        fait = executer(mots[1:], env=environnement, cwd=tmp_path)
        assert fait.returncode == 1, fait.stderr
        recues = iter([" ".join(ligne.split()) for ligne in (fait.stdout + fait.stderr).splitlines()])
        for ligne in attendues:
            # In this order; what stands before « … » or around the words of a table's cell is not shown.
            debut = " ".join(ligne.partition("…")[0].split())
            assert any(debut in recue for recue in recues), f"not answered, or not in this order: {ligne}"


@pytest.mark.exigence("R9", "R3.1")
def test_le_programme__ok(environnement: dict[str, str], tmp_path: Path) -> None:
    programme, _ = blocs("python")
    (tmp_path / "essai.py").write_text(programme.replace(ADRESSE, environnement["ESAV_URL"]), encoding="utf-8")
    fait = lancer(["-W", "error", "essai.py"], environnement, tmp_path)
    assert fait.returncode == 0, fait.stderr
    accuse, etat, *erreurs = fait.stdout.splitlines()
    assert re.fullmatch(r"[0-9A-Z]+ EN_DEPOT (True|False)", accuse)
    assert etat == "en dépôt"
    assert any(erreur.startswith("referencePm CHAMP_MANQUANT ") for erreur in erreurs)
    assert len(programme.splitlines()) <= 21


@pytest.mark.exigence("R9", "R3.5", "R3.6")
def test_le_suiveur__ok(serveur: ServeurReel, environnement: dict[str, str], tmp_path: Path) -> None:
    _, programme = blocs("python")
    (tmp_path / "suiveur.py").write_text(programme.replace(ADRESSE, serveur.url), encoding="utf-8")
    with ClientEsav(serveur.url, operateur="ALPHA") as esav:
        numeros = [
            str(
                esav.deposer(
                    "ALPHA-ACCES_FTTH-0001", PANNE, Contact("Léa", "0299000000"), offre="ACCES_FTTH"
                ).numeroSignalisation
            )
            for _ in range(2)
        ]
        clore(serveur.store, numeros[0], Action.QUALIFIER)
        geler(serveur.store, numeros[1])
        fait = lancer(["-W", "error", "suiveur.py"], environnement, tmp_path)
        assert fait.returncode == 0, fait.stderr
        assert [e.action for e in esav.detail(numeros[1]).evenement] == ["DEPOSER", "GELER", "COMPLETER"]
        reprise = esav.suivi.evenements((tmp_path / "curseur-du-programme").read_text())
    lignes = [ligne.split() for ligne in fait.stdout.splitlines()]
    assert [ligne[2] for ligne in lignes if ligne[1:2] == [numeros[1]]] == ["EN_DEPOT", "GELE"]
    assert ["EN_DEPOT"] in lignes, "the state after its answer"
    assert [(e.numeroSignalisation, e.action) for e in reprise.evenement] == [(numeros[1], "COMPLETER")]


@pytest.mark.exigence("R9", "R3.5", "R3.6", "R4.1")
def test_les_methodes__toutes_nommees_et_toutes_la() -> None:
    nommees = set(re.findall(r"\b(suivi|rendez_vous|sav)\.(\w+)", DOCUMENT))
    tables = re.findall(r"^\| `(suivi|rendez_vous)\.(.*)$", DOCUMENT, re.MULTILINE)
    nommees |= {(service, nom) for service, ligne in tables for nom in re.findall(r"`(?:\w+\.)?(\w+)", f"`{ligne}")}
    (sav,) = re.findall(r"appelle le service `sav` :(.*?)\.\s", DOCUMENT, re.DOTALL)
    nommees |= {("sav", nom) for nom in re.findall(r"`(\w+)`", sav)}
    la = {
        (service, nom)
        for service, classe in {"suivi": Suivi, "rendez_vous": RendezVous, "sav": Sav}.items()
        for nom in vars(classe)
        if not nom.startswith("_")
    }
    assert {nommee for nommee in nommees if nommee[1][0].islower()} == la


@pytest.mark.exigence("R9")
def test_les_codes_de_sortie_et_les_cles__documentes() -> None:
    for mot in (
        "`refus`",
        "`versionIntrouvable`",
        "`saisieInvalide`",
        "`injoignable`",
        *(f"| {n} |" for n in range(4)),
    ):
        assert mot in DOCUMENT
    cites = set(re.findall(r"ESAV_[A-Z_]+", DOCUMENT))
    connus = {
        str(o.envvar)
        for c in (*client.commands.values(), *rendez_vous.commands.values())
        for o in c.params
        if getattr(o, "envvar", None) is not None
    }
    assert cites <= connus
    assert connus - cites <= {"ESAV_CONTACT_COURRIEL"}
