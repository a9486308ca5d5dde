"""What ``esav client diagnostic`` prints: how the service sees the connection, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click
from rich.text import Text

from esav_soap.cli.client_affichage import avertissements, heure
from esav_soap.cli.client_appel import REFUSE, mener
from esav_soap.cli.client_options import Acces
from esav_soap.cli.client_tableau import Tableau, fiche, imprimer, sortie, sur, titre
from esav_soap.client import ClientEsav, en_dict

#: A difference of clocks that a TLS certificate or a time in a form may suffer from, in seconds.
ECART_MAX_S = 60
#: How the caller is known; another word is shown as it comes.
_MOYENS = {
    "CERTIFICAT": "certificat client (TLS)",
    "MANDATAIRE": "certificat client, transmis par un mandataire",
    "LOCALE": "en-tête X-Esav-Operateur (service local)",
    "EXTERNE": "source propre à cette installation",
}
#: A call of each domain that changes nothing.
_APPELS = {
    "SIGNALISATION": (
        "esav client valider --plateforme integration --prestation JDT-OFFRE avec le formulaire de l'OFFRE, "
        "ou esav client jeu-de-test PACK.zip"
    ),
}


def diagnostiquer(acces: Acces) -> None:
    """Ask, show, and end the command with 1 when the service does not know the caller."""
    recus: list[Any] = []

    def appeler(esav: ClientEsav) -> Any:
        recus.append(esav.diagnostiquer())
        return recus[-1]

    mener(acces, appeler, montrer)
    if not recus[-1].accepte:
        click.get_current_context().exit(REFUSE)


def montrer(recu: Any) -> None:
    """The whole of the answer."""
    if recu.accepte:
        titre("Connexion acceptée", "green")
    else:
        titre(f"Connexion refusée : {sur(recu.motif)}" if recu.motif else "Connexion refusée", "red")
    certificat = recu.certificat
    fiche(
        ("Plate-forme", recu.plateforme),
        ("Appelant", recu.operateur),
        ("Rôle", recu.role),
        ("Identification", _MOYENS.get(recu.identification, recu.identification)),
        ("Heure du service", heure(recu.dateHeureServeur)),
    )
    if certificat:
        titre("Certificat")
        fiche(
            ("Sujet", certificat.sujet),
            ("Émetteur", certificat.emetteur),
            ("Numéro de série", certificat.numeroSerie),
            ("Empreinte SHA-256", certificat.empreinte),
            ("Valable depuis", heure(certificat.dateHeureDebut)),
            ("Jusqu'au", heure(certificat.dateHeureFin)),
        )
    _listes(recu)
    avertissements(en_dict(recu))
    for conseil in conseils(recu, datetime.now(UTC)):
        imprimer(sortie(), Text(f"À faire : {sur(conseil)}", "bold yellow"))


def _listes(recu: Any) -> None:
    if recu.homologation:
        tableau = Tableau(("Domaine", "Production", "Premier appel réussi en intégration", "Opération", "Requête"))
        for h in recu.homologation:
            ouverte = "ouverte" if h.homologue else "fermée"
            tableau.ajouter(h.domaine, ouverte, heure(h.dateHeure), h.operation, h.requete)
        tableau.montrer(sortie())
    if recu.version:
        tableau = Tableau(("Version utilisable", "Jusqu'au", "WSDL du dépôt"), entiers=(0, 1))
        for v in recu.version:
            tableau.ajouter(v.version, heure(v.dateHeureRetrait), v.wsdl)
        tableau.montrer(sortie())


def conseils(recu: Any, maintenant: datetime) -> Iterator[str]:
    """What to do next, the most urgent first; nothing when all is ready. ``maintenant``: the clock of this machine."""
    if not recu.accepte:
        yield recu.message or "demander au Fournisseur pourquoi l'appelant n'est pas reconnu"
    ecart = abs((recu.dateHeureServeur - maintenant).total_seconds())
    if ecart > ECART_MAX_S:
        yield f"mettre cette machine à l'heure : elle est à {ecart:.0f} secondes de celle du service"
    for h in recu.homologation or ():
        if not h.homologue:
            appel = _APPELS.get(h.domaine, "une opération de ce domaine sur la plate-forme d'intégration")
            yield f"pour ouvrir la production ({h.domaine}), réussir un appel en intégration : {appel}"
    if recu.accepte and not recu.version:
        yield "attendre l'ouverture d'une version du catalogue : aucune n'est utilisable sur cette plate-forme"
