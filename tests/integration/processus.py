"""Run as a program by the tests of several processes on one store: a process that uses the store. Says ``pret``, then waits for a line.

``references URL NOMBRE``: deposits R0...Rn, the same as every other process; prints each outcome.
``depots URL PREFIXE FILS``: deposits of its own without end; prints each number once it is acknowledged.
``ouvrir URL``: opens the store.
``annoncer URL VERSION``: announces it over what it saw before it was let go; says ``gagne`` or ``change``.
``avis URL``: leases notices, a few at a time, until none is due; prints each.
``acces URL SIGNALISATION NOM DEMANDES...``: homologates, records certificates, meets the requests, appends events, the same as
every other process; prints what it was the one to do.
``suite URL NOM FILS TOURS``: threads that deposit for two opérateurs and change their own signalisations and the common ones;
prints opérateur, author and visibility of each event once it is acknowledged. Each event is dated when its writing began.
``rendez_vous URL RANG NOMBRE MINUTES``: clients from RANG * NOMBRE on want hour slots, the next one when one is full; the clock is
wrong by MINUTES. Prints for each the signalisation and its slot, or COMPLET.
``technicien``, ``derniere_place``, ``ecrivain``: see ``processus_vie``.
``fourche URL``: deposits, forks four children that deposit with the inherited store, deposits again.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count

from esav_soap.errors import ErreurEsav
from esav_soap.homologation import Domaine, Homologation
from esav_soap.rendez_vous import Plage
from esav_soap.signalisation import Action, Cote, Etat, Evenement, Visibilite
from esav_soap.store import ouvrir
from esav_soap.usecases.ports.acces import CertificatDejaConnu, DemandeDejaTraitee
from esav_soap.usecases.ports.versions import VersionsChangees
from tests.integration.acces import certificat
from tests.integration.exemples import nouvelle
from tests.integration.publications import INSTANT, annoncee, envois, remplacee


def dire(texte: str) -> None:
    os.write(1, f"{texte}\n".encode())  # one write: lines of several threads do not mix


def attendre() -> None:
    dire("pret")
    sys.stdin.readline()


def references(url: str, nombre: str) -> None:
    magasin = ouvrir(url)
    attendre()

    def tout() -> None:
        for rang in range(int(nombre)):
            depot = magasin.deposer(nouvelle(f"R{rang}"))
            dire(f"R{rang} {depot.numero} {depot.deja_deposee}")

    fils = [threading.Thread(target=tout) for _ in range(2)]
    for un in fils:
        un.start()
    for un in fils:
        un.join()


def depots(url: str, prefixe: str, fils: str) -> None:
    magasin = ouvrir(url)
    attendre()

    def sans_fin(nom: str) -> None:
        for rang in count():
            reference = f"{prefixe}-{nom}-{rang}"
            dire(f"{reference} {magasin.deposer(nouvelle(reference)).numero}")

    for rang in range(int(fils)):
        threading.Thread(target=sans_fin, args=(str(rang),)).start()


def ouvrir_seulement(url: str) -> None:
    attendre()
    magasin = ouvrir(url)
    depot = magasin.deposer(nouvelle("R0"))
    dire(f"R0 {depot.numero} {depot.deja_deposee}")


def annoncer(url: str, version: str) -> None:
    magasin = ouvrir(url)
    attendues = magasin.versions()
    attendre()
    try:
        magasin.annoncer(annoncee(version), b"p" * 1_000_000, remplacee(version), envois(version), attendues)
    except VersionsChangees:
        dire("change")
    else:
        dire("gagne")


def avis(url: str) -> None:
    magasin = ouvrir(url)
    attendre()
    while pris := magasin.prendre(INSTANT, timedelta(hours=1), 3):
        for un in pris:
            dire(f"{un.numero} {un.essais}")


def acces(url: str, signalisation: str, nom: str, *demandes: str) -> None:
    magasin = ouvrir(url)
    evenements = [Evenement(INSTANT, Etat.EN_COURS, Cote.FOURNISSEUR, nom)] * 2
    attendre()
    for tour, numero in enumerate(demandes, 1):
        if magasin.enregistrer_homologation(Homologation(f"OP{tour}", Domaine.TEST, INSTANT, "demander", nom)):
            dire(f"homologation {tour}")
        with suppress(CertificatDejaConnu):
            magasin.enregistrer_certificat(certificat(f"commun {tour}", titulaire=nom))
            dire(f"certificat {tour}")
        with suppress(DemandeDejaTraitee):
            magasin.enregistrer_certificat(certificat(f"{nom} {tour}"), int(numero))
            dire(f"demande {tour}")
        if magasin.ajouter_evenements("production", "OPA", signalisation, 2 * tour - 1, evenements):
            dire(f"evenement {tour}")


def suite(url: str, nom: str, fils: str, tours: str) -> None:
    magasin = ouvrir(url)
    attendre()

    def commenter(operateur: str, numero: str, attendu: int, auteur: str, visibilite: Visibilite) -> None:
        un = Evenement(
            datetime.now(UTC), Etat.EN_COURS, Cote.FOURNISSEUR, "", Action.COMMENTER, auteur, visibilite=visibilite
        )
        if magasin.changer("production", operateur, numero, attendu, un):
            dire(f"{operateur} {auteur} {visibilite.name}")

    def ecrire(fil: str) -> None:
        for tour in range(int(tours)):
            operateur = ("OPA", "OPB")[(tour + len(fil)) % 2]
            reference = f"{nom}-{fil}-{tour}"
            depose = nouvelle(reference, operateur=operateur, depot_le=datetime.now(UTC))
            magasin.deposer(depose)
            dire(f"{operateur} {reference} DEPOT")
            commenter(operateur, depose.numero, 1, f"{reference}-propre", Visibilite.PARTAGE)
            commune = magasin.par_reference("production", operateur, f"COMMUNE-{operateur}")
            assert commune is not None
            visibilite = Visibilite.INTERNE if tour % 3 == 0 else Visibilite.PARTAGE
            commenter(operateur, commune.numero, len(commune.evenements), f"{reference}-commune", visibilite)

    ecrivains = [threading.Thread(target=ecrire, args=("f" * rang,)) for rang in range(1, int(fils) + 1)]
    for un in ecrivains:
        un.start()
    for un in ecrivains:
        un.join()


def rendez_vous(url: str, rang: str, nombre: str, minutes: str) -> None:
    from tests.integration import test_contrat_rendez_vous as contrat

    magasin = ouvrir(url)
    instant = contrat.MARDI + timedelta(minutes=int(minutes))
    attendre()

    def client(n: int) -> None:
        numero = magasin.par_reference("production", "OPA", f"S-OPA-{n}")
        assert numero is not None
        for plage in (Plage.H08, Plage.H09, Plage.H10):
            with suppress(ErreurEsav):
                contrat.reserver(magasin, numero.numero, contrat.souhait(f"{n}-{plage.name}", plage=plage), instant)
                dire(f"{numero.numero} {plage.name}")
                return
        dire(f"{numero.numero} COMPLET")

    clients = [threading.Thread(target=client, args=(int(rang) * int(nombre) + n,)) for n in range(int(nombre))]
    for un in clients:
        un.start()
    for un in clients:
        un.join()


def fourche(url: str) -> None:
    magasin = ouvrir(url)
    attendre()
    dire(f"parent-0 {magasin.deposer(nouvelle('parent-0')).numero}")
    enfants = []
    for rang in range(4):
        enfant = os.fork()
        if enfant == 0:
            code = 1
            try:
                for n in range(25):
                    reference = f"enfant-{rang}-{n}"
                    dire(f"{reference} {magasin.deposer(nouvelle(reference)).numero}")
                    assert magasin.par_reference("production", "OPA", "parent-0") is not None
                code = 0
            finally:
                os._exit(code)
        enfants.append(enfant)
    for n in range(1, 25):
        dire(f"parent-{n} {magasin.deposer(nouvelle(f'parent-{n}')).numero}")
    codes = [os.waitstatus_to_exitcode(os.waitpid(enfant, 0)[1]) for enfant in enfants]
    assert codes == [0] * 4, codes


ROLES: dict[str, Callable[..., None]] = {
    "references": references,
    "depots": depots,
    "ouvrir": ouvrir_seulement,
    "fourche": fourche,
    "annoncer": annoncer,
    "avis": avis,
    "acces": acces,
    "rendez_vous": rendez_vous,
    "suite": suite,
}

if __name__ == "__main__":
    if sys.argv[1] in ROLES:
        ROLES[sys.argv[1]](*sys.argv[2:])
    else:
        from tests.integration import processus_vie

        processus_vie.ROLES[sys.argv[1]](*sys.argv[2:])
