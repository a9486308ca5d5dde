"""What five hundred slow clients take from the good ones: their rate with and without them, on the same node, in turn."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.charge import LONGUEUR, MARQUE
from bench.chiffrement import acces
from bench.cibles import Suivi
from bench.lents import Bilan
from bench.messages import OFFRE, OPERATEUR, RACINE, VERSION, catalogue_livre, formulaire, message
from bench.mesures import Resultat, Tour, au_moins, rapport, tour
from bench.parties import Comparaison, Plan, modele
from bench.serveurs import MesureImpossible, Serveur, charger, processeur, serveur
from esav_soap.names import NS_SOAP_11, NS_WS

#: Slow clients, and what they may leave of the rate of the good ones.
LENTS, PART_MIN = 500, 0.8
SANS = "sans clients lents"
AVEC = f"{LENTS} clients lents"
_DELAI_S = 60


@dataclass(frozen=True)
class _Scene:
    """``genre``: how the clients are slow (:data:`bench.lents.GENRES`)."""

    nom: str
    chiffree: bool
    genre: str


_SCENES = (
    _Scene("dans la requête, en clair", chiffree=False, genre="requete"),
    _Scene("dans la requête, TLS avec certificat", chiffree=True, genre="requete"),
    _Scene("dans la négociation TLS", chiffree=True, genre="poignee"),
)


def lenteur(plan: Plan, dossier: Path, suivi: Suivi) -> list[Comparaison]:
    """Deposits and consultations, each with and without slow clients of each kind."""
    depot, etat = dossier / "message-lenteur.xml", dossier / "message-etat.xml"
    depot.write_bytes(message(formulaire(catalogue_livre(), OFFRE)))
    mesures: dict[tuple[str, str], dict[str, Resultat]] = {}
    with ExitStack() as pile:
        cibles = {}
        for chiffree in (False, True):
            suivi(f"démarrage : {'TLS' if chiffree else 'en clair'}")
            base = dossier / f"lenteur-{chiffree:d}.db"
            shutil.copyfile(modele(dossier, suivi), base)
            url = f"sqlite:///{base}"
            cibles[chiffree] = pile.enter_context(
                serveur("esav", url, dossier, tls=acces(url, dossier) if chiffree else None)
            )
            charger(cibles[chiffree], depot, "lu", VERSION, connexions=1, secondes=30, nombre=50)
        etat.write_bytes(_consultation("lu" + "0" * (LONGUEUR - 2)))
        charges = {"dépôts": (depot, "depot"), "consultations d'état": (etat, "suivi")}
        for rang in range(plan.tours):
            for scene in _SCENES:
                cible = cibles[scene.chiffree]
                # Who comes first changes with the round: what slows the machine for a while slows both in turn.
                for nombre in (0, LENTS) if rang % 2 else (LENTS, 0):
                    suivi(f"tour {rang + 1}/{plan.tours} : {scene.nom}, {AVEC if nombre else SANS}")
                    with lents(cible, nombre, scene.genre):
                        for quoi, (fichier, service) in charges.items():
                            prefixe = f"{'l' if nombre else 's'}{_SCENES.index(scene)}{rang}"
                            fait = _tirer(cible, fichier, prefixe, service, plan)
                            paire = mesures.setdefault((scene.nom, quoi), {nom: Resultat(nom) for nom in (SANS, AVEC)})
                            paire[AVEC if nombre else SANS].tours.append(fait)
    return [_comparaison(f"{quoi.capitalize()}, clients lents {nom}", paire) for (nom, quoi), paire in mesures.items()]


def _comparaison(titre: str, paire: dict[str, Resultat]) -> Comparaison:
    part = rapport(paire[AVEC], paire[SANS])
    return Comparaison(titre, paire, SANS, exigences=[au_moins(f"{titre} : débit avec / sans", part, PART_MIN)])


def _tirer(cible: Serveur, fichier: Path, prefixe: str, service: str, plan: Plan) -> Tour:
    avant = processeur(cible)
    tir = charger(cible, fichier, prefixe, VERSION, connexions=plan.connexions, secondes=plan.secondes, service=service)
    return tour(tir, processeur(cible) - avant)


def _consultation(reference: str) -> bytes:
    """``consulterEtat``; the mark of the load stands where nobody reads it."""
    return (
        f'<e:Envelope xmlns:e="{NS_SOAP_11}"><e:Body><w:consulterEtat xmlns:w="{NS_WS}"><w:referenceOperateur>{reference}'
        f"</w:referenceOperateur></w:consulterEtat></e:Body><!--{MARQUE.decode()}--></e:Envelope>"
    ).encode()


@contextmanager
def lents(cible: Serveur, nombre: int, genre: str) -> Iterator[None]:
    """Slow clients of a running server, all of them there when this begins and when it ends. Raises
    :class:`MesureImpossible` when they were not: without them there is nothing to bear."""
    if not nombre:
        yield
        return
    commande = [sys.executable, "-m", "bench.lents", str(cible.port), str(nombre), genre, "--operateur", OPERATEUR]
    if cible.tls:
        commande += ["--identite", str(cible.tls.client), "--ca", str(cible.tls.ca)]
    with subprocess.Popen(commande, cwd=RACINE, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as lance:
        try:
            assert lance.stdout is not None
            if lance.stdout.readline().decode().strip() != "prêt":
                raise MesureImpossible(f"les {nombre} clients lents ne sont pas tous entrés")
            yield
            dit, _ = lance.communicate(timeout=_DELAI_S)
            bilan = Bilan(**json.loads(dit))
            # A handshake has ten seconds; a request has more time than a round takes.
            if bilan.tenues != nombre or not bilan.octets or (genre == "requete" and bilan.coupees):
                raise MesureImpossible(f"les clients lents n'ont pas tenu : {bilan}")
        finally:
            lance.kill()
