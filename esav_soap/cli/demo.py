"""``esav demo``: the whole main path on a fresh store, with the very commands that users type."""

from __future__ import annotations

import csv
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import click

from esav_soap.calendar import PARIS
from esav_soap.jours_ouvres import ajouter

OPERATEURS = ("ALPHA", "BETA")
DELAI_S = 60
_RACINE = Path(__file__).parents[2]

#: A line that no longer carries light, as an opérateur's supervision would declare it (accès FTTH, version 2026.2).
PANNE = {
    "referencePto": "OO-35AB-0C42",
    "referencePm": "FI-35238-0A1B",
    "typeRaccordement": "IMMEUBLE",
    "codeInsee": "35238",
    "etage": "3",
    "dateHeureConstat": "2026-11-02T09:15:00+01:00",
    "familleDefaut": "ABSENCE_CONTINUITE",
    "natureDefaut": "SIGNAL_ABSENT_PTO",
    "localisationPresumee": "BRANCHEMENT",
    "defautIntermittent": "non",
    "responsabilitePresumee": "FOURNISSEUR",
    "descriptionDefaut": "Perte totale du lien depuis 9 h 15, sans intervention de notre fait.",
    "verifications": "MESURE_PUISSANCE_PTO",
    "moyenMesure": "PHOTOMETRE",
    "puissancePto": "-40.5",
    "contactSite[1]/nomContact": "Martin Claire",
    "contactSite[1]/roleContact": "CLIENT_FINAL",
    "contactSite[1]/telephoneContact": "0612345678",
}


@click.command()
@click.option("--once", is_flag=True, help="S'arrêter après la démonstration.")
@click.option("--port", type=int, metavar="N", help="Port local du service.  [par défaut : un port libre]")
@click.option("--dossier", type=click.Path(file_okay=False, path_type=Path), help="Où mettre la base.  [provisoire]")
@click.option("--catalogue", "racine", type=click.Path(exists=True, path_type=Path), default=_RACINE, hidden=True)
def demo(once: bool, port: int | None, dossier: Path | None, racine: Path) -> None:
    """Tout voir fonctionner : catalogue, parc, service, dépôt, refus expliqué, suivi, clôture, rendez-vous ; puis le service
    reste ouvert.

    \b
    Exemples :
      esav demo
      esav demo --once
      esav demo --port 8080 --dossier var/demo
    """
    # However it is ended, the server and the folder go too.
    for fin in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(fin, lambda numero, _: sys.exit(128 + numero))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with _dossier(dossier) as lieu:
        _jouer(lieu, racine, port or _port_libre(), once=once)


def _jouer(lieu: Path, racine: Path, port: int, *, once: bool) -> None:
    adresse = f"127.0.0.1:{port}"
    url = f"https://{adresse}"
    publique = f"127.0.0.1:{_port_libre()}"
    os.environ |= {
        "ESAV_STORE": f"sqlite:///{lieu}/esav.db",
        "ESAV_ADRESSE": adresse,
        "ESAV_ADRESSE_HTTP": publique,
        "ESAV_URL_PUBLIQUE": url,
        "ESAV_PKI": str(lieu / "pki"),
        "ESAV_TLS_CERTIFICAT": str(lieu / "127.0.0.1.pem"),
        "ESAV_TLS_CLE": str(lieu / "127.0.0.1.key"),
    }
    _titre("Le catalogue : deux versions en vigueur")
    retrait = f"{datetime.now().astimezone() + timedelta(days=20):%Y-%m-%dT00:00}"
    source = ["--dossier", str(racine)]
    _esav("catalogue", "install", "2026.1", "--retrait", retrait, "--remplacante", "2026.2", *source)
    _esav("catalogue", "install", "2026.2", *source)
    _titre(f"Les opérateurs {' et '.join(OPERATEURS)} : Bon de commande, parc")
    for operateur in OPERATEURS:
        _esav("operateur", "souscrire", operateur, "--oui", *_bon(operateur))
    _ecrire_parc(lieu / "parc.csv", racine)
    _esav("parc", "import", str(lieu / "parc.csv"))
    _titre("Les certificats : l'autorité de la plate-forme, le service, les opérateurs")
    _esav("pki", "init", "--sans-phrase")
    _esav("pki", "server", "127.0.0.1", "localhost", "--dossier", str(lieu))
    for operateur in OPERATEURS:
        _esav("pki", "csr", operateur, "--dossier", str(lieu))
        sortie = ["--sortie", str(lieu / f"{operateur}.pem")]
        _esav("pki", "issue", str(lieu / f"{operateur}.csr"), "--titulaire", operateur, *sortie)
    _esav("pki", "list")
    _esav("pki", "explain", str(lieu / f"{OPERATEURS[0]}.pem"), "--plateforme", "integration")
    _titre("Le service, en TLS")
    with _serveur(lieu, url, f"http://{publique}"):
        acces = _acces(lieu, url)
        os.environ |= acces
        _titre("Le premier appel d'un intégrateur : ce que le service voit de sa connexion")
        _esav("client", "diagnostic", "--plateforme", "integration")
        prestation = ["--prestation", f"{OPERATEURS[0]}-ACCES_FTTH-0001"]
        contact = ["--contact-nom", "Martin Claire", "--contact-telephone", "0612345678"]
        champs = [f"{chemin}={valeur}" for chemin, valeur in PANNE.items()]
        deposer = ["client", "deposer", *prestation, "--offre", "ACCES_FTTH", *contact]
        _titre("La production s'ouvre par un premier appel réussi sur la plate-forme d'intégration")
        _esav(*deposer, "--reference", "DEMO-0", *champs, attendu=1)
        _esav(*_essai(deposer), "--reference", "ESSAI-1", *champs)
        _titre("Un dépôt mal rempli : tout ce qui est à corriger, d'un coup")
        fautifs = [c for c in champs if not c.startswith(("natureDefaut", "puissancePto"))]
        _esav(*deposer, "--reference", "DEMO-0", *fautifs, "natureDefaut=INCONNU", attendu=1)
        _titre("Un dépôt accepté, puis renvoyé : la même signalisation")
        for _ in range(2):
            _esav(*deposer, "--reference", "DEMO-1", *champs)
        _titre("Son suivi")
        _esav("client", "etat", "--reference", "DEMO-1")
        _esav("client", "detail", "--reference", "DEMO-1")
        _vie("DEMO-1", lieu)
        _rendez_vous("ESSAI-1")
        _titre("Pour un autre opérateur, avec son certificat, elle n'existe pas")
        autre = _paire(lieu, OPERATEURS[1])
        _esav("client", "etat", "--reference", "ESSAI-1", "--plateforme", "integration", *autre, attendu=1)
        click.secho(f"\nTout a fonctionné. À voir dans un navigateur : {url}/", bold=True)
        if not once:
            click.echo("(Il demandera d'accepter l'autorité de la démonstration, ou de la reconnaître : ca.pem.)")
            esav = shlex.quote(str(Path(sys.executable).with_name("esav")))
            reglages = " ".join(f"{nom}={shlex.quote(valeur)}" for nom, valeur in acces.items())
            click.echo(f"Essayer : {reglages} {esav} client versions")
            click.echo("Le service reste ouvert ; Ctrl-C pour arrêter.")
            signal.pause()


def _essai(depot: list[str]) -> list[str]:
    """The same deposit on a test prestation of integration, where there are appointments at any hour."""
    rang = depot.index("--prestation") + 1
    return [*depot[:rang], "JDT-ACCES_FTTH", *depot[rang + 1 :], "--plateforme", "integration"]


def _vie(reference: str, lieu: Path) -> None:
    """A signalisation from its deposit to the avis de clôture, by both sides; then what the opérateur reads of it."""
    _titre("Le SAV s'en charge : un technicien la qualifie, la prend, puis la gèle")
    etat = _esav("client", "etat", "--reference", reference, "--format", "json", montrer=0)
    numero = json.loads(etat)["numeroSignalisation"]
    for verbe, *options in (
        ("qualifier",),
        ("prendre",),
        ("geler", "--attendu", "ACCES_SITE", "--commentaire", "Local technique fermé : qui en a la clé ?"),
    ):
        _esav("sav", verbe, numero, *options, montrer=1)
    _titre("L'opérateur répond : elle repart")
    _esav("client", "completer", numero, "--commentaire", "Gardien prévenu, présent dès 8 h.")
    _titre("Le service est rétabli : clôture, puis avis de clôture")
    retabli = datetime.now().astimezone().isoformat(timespec="seconds")
    codes = ["--cause", "JARRETIERE", "--responsabilite", "FOURNISSEUR", "--retabli-le", retabli]
    _esav("sav", "clore", numero, *codes, montrer=1)
    _esav("sav", "valider", numero, montrer=1)
    _titre("Tous les changements, depuis un curseur que l'opérateur garde")
    for _ in range(2):
        _esav("client", "evenements", "--curseur-dans", str(lieu / "curseur"))


def _rendez_vous(reference: str) -> None:
    """A slot is searched and booked, on the integration platform."""
    _titre("Un rendez-vous, sur la plate-forme d'intégration")
    jour = ajouter(datetime.now(PARIS).date(), 2).isoformat()
    essai = ["--plateforme", "integration", "--reference", reference, "--genre", "SAV"]
    _esav("client", "rendez-vous", "chercher", *essai, "--du", jour, "--au", jour)
    voulu = ["--jour", jour, "--plage", "MATIN", "--reference-rendez-vous", "RDV-1"]
    _esav("client", "rendez-vous", "reserver", *essai, *voulu, "--ferme")


def _bon(operateur: str) -> list[str]:
    """The fields of a Bon de commande, as its options."""
    champs = {
        "reference-contrat": f"CG-DEMO-{operateur}-ESAV",
        "affaire": "1204377",
        "raison-sociale": f"Opérateur {operateur.capitalize()}",
        "siret": "732 829 320 00074",
        "representant": "Martin Claire",
        "telephone": "01 23 45 67 89",
        "courriel": f"sav@{operateur.lower()}.example",
        "adresse": "12 rue du Port, 44000 Nantes",
        "acces": "INTEGRE",
    }
    return [mot for nom, valeur in champs.items() for mot in (f"--{nom}", valeur)]


def _paire(lieu: Path, operateur: str) -> list[str]:
    return ["--certificat", str(lieu / f"{operateur}.pem"), "--cle", str(lieu / f"{operateur}.key")]


def _acces(lieu: Path, url: str) -> dict[str, str]:
    """Settings of the reference client, as the first opérateur."""
    _, certificat, _, cle = _paire(lieu, OPERATEURS[0])
    return {"ESAV_URL": url, "ESAV_CERTIFICAT": certificat, "ESAV_CLE": cle, "ESAV_CA": str(lieu / "ca.pem")}


def _esav(*arguments: str, attendu: int = 0, montrer: int | None = None) -> str:
    """Run a command as a user would, and show it. ``montrer``: only so many lines of its answer, which is given back; 0
    shows nothing of the command either."""
    if montrer != 0:
        click.secho(f"$ esav {shlex.join(arguments)}", fg="cyan")
    commande = [sys.executable, "-m", "esav_soap.cli", *arguments]
    fait = subprocess.run(commande, check=False, stdout=None if montrer is None else subprocess.PIPE, encoding="utf-8")
    dit = fait.stdout or ""
    if montrer or fait.returncode != attendu:
        click.echo("\n".join(dit.splitlines()[:montrer] if fait.returncode == attendu else [dit]))
    if montrer is None:
        click.echo()
    if fait.returncode != attendu:
        raise click.ClickException(
            f"cette commande a rendu {fait.returncode} au lieu de {attendu} ; la démonstration s'arrête"
        )
    return dit


def _titre(texte: str) -> None:
    click.secho(f"\n── {texte} ".ljust(78, "─"), bold=True)


@contextmanager
def _dossier(choisi: Path | None) -> Iterator[Path]:
    """A folder for the store: a new one that goes away, or the one that is asked for, which must be fresh."""
    lieu = choisi.resolve() if choisi else Path(tempfile.mkdtemp(prefix="esav-demo-"))
    lieu.mkdir(parents=True, exist_ok=True)
    if any(lieu.iterdir()):
        raise click.UsageError(f"{lieu} n'est pas vide : la démonstration veut une base neuve")
    try:
        yield lieu
    finally:
        if choisi is None:
            shutil.rmtree(lieu, ignore_errors=True)


@contextmanager
def _serveur(lieu: Path, url: str, publique: str) -> Iterator[None]:
    """``publique``: its address without TLS, from which callers get the certificate of its CA."""
    click.secho("$ esav serve", fg="cyan")
    commande: Sequence[str] = [sys.executable, "-m", "esav_soap.cli", "serve"]
    with (lieu / "serveur.log").open("wb") as journal:
        serveur = subprocess.Popen(commande, stdout=journal, stderr=journal)
    try:
        limite = time.monotonic() + DELAI_S
        while not _repond(publique):
            if serveur.poll() is not None or time.monotonic() > limite:
                raise click.ClickException((lieu / "serveur.log").read_text(errors="replace"))
            time.sleep(0.05)
        click.echo(f"e-SAV écoute : {url}/   (journal : {lieu}/serveur.log)")
        click.secho(f"$ curl {publique}/pki/ca.pem > {lieu}/ca.pem", fg="cyan")
        with urllib.request.urlopen(f"{publique}/pki/ca.pem", timeout=DELAI_S) as reponse:  # noqa: S310 - our own address
            (lieu / "ca.pem").write_bytes(reponse.read())
        yield
    finally:
        serveur.terminate()
        serveur.wait(DELAI_S)


def _repond(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/sante", timeout=2) as reponse:  # noqa: S310 - our own http address
            return bool(reponse.status == 200)
    except OSError:
        return False


def _ecrire_parc(fichier: Path, racine: Path) -> None:
    """A parc as the provider's information system would export it: 50 prestations of each Offre and opérateur."""
    from esav_soap.reader import lire_catalogue
    from esav_soap.reader.sources import depuis_dossiers

    offres = [offre.code for offre in lire_catalogue(depuis_dossiers(racine, "2026.2")).offres]
    with fichier.open("w", encoding="utf-8", newline="") as sortie:
        lignes = csv.writer(sortie, delimiter=";")
        lignes.writerow([*("plateforme", "operateur", "identifiant", "offre"), "extremiteA", "extremiteB", "garantie"])
        for plateforme in ("production", "integration"):
            for operateur in OPERATEURS:
                for offre in offres:
                    for rang in range(1, 51):
                        identifiant = f"{operateur}-{offre}-{rang:04d}"
                        extremites = ["NRO-35238-A", f"PTO OO-35AB-{rang:04d}"]
                        lignes.writerow([plateforme, operateur, identifiant, offre, *extremites, "GTR_10H"])


def _port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])
