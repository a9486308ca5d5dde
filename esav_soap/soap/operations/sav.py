"""``sav``: signalisations as the Fournisseur's own systems treat them (R3.4, R3.6, R7.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from enum import Enum
from typing import Any

from lxml import etree

from esav_soap.certificats import Role
from esav_soap.errors import ErreurChamp
from esav_soap.intake import Verdict
from esav_soap.model.requetes import CHAMP_GENERIQUE, ENTETE, OFFRE
from esav_soap.names import NS_WS
from esav_soap.signalisation import (
    Action,
    Attendu,
    CauseCloture,
    Cote,
    MotifRejet,
    Responsabilite,
    Visibilite,
)
from esav_soap.signalisation.transitions import Commande
from esav_soap.soap import presentation
from esav_soap.soap.operations.appel import Appel, Champs, Groupe, Operation
from esav_soap.soap.operations.rendez_vous import rendu, souhait_de, verifier_souhait
from esav_soap.soap.operations.suivi import filtre_de, maximum, verifier_filtre
from esav_soap.usecases.actions import ACTIONS, lire_curseur
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.ports.depots import Depots
from esav_soap.usecases.registre import Registre
from esav_soap.usecases.rendez_vous import Acteur, Cible, RendezVous
from esav_soap.usecases.sav import Fiche, Sav, Technicien, date_possible
from esav_soap.usecases.suivi import formulaire_rempli


class OperationsSav:
    """The platform is that of the address; ``groupe`` names the operations."""

    def __init__(self, sav: Sav, rendez_vous: RendezVous, depots: Depots, registre: Registre) -> None:
        self._sav = sav
        self._rendez_vous = rendez_vous
        self._depots = depots
        self._registre = registre

    @property
    def groupe(self) -> Groupe:
        """The operations of the service."""
        return {
            "listerFile": Operation(self._lister_file, verifier_filtre),
            "consulterFiche": Operation(self._consulter_fiche),
            "traiterSignalisation": Operation(self._traiter, _verifier_codes),
            "saisirSignalisation": Operation(self._saisir, self._verifier_saisie),
            "reporterRendezVous": Operation(self._reporter, verifier_souhait),
            "decommanderRendezVous": Operation(self._decommander),
        }

    def _lister_file(self, champs: Champs, appel: Appel) -> Any:
        filtre = filtre_de(champs, appel.appelant.plateforme, champs.texte("operateur"))
        apres = lire_curseur(champs.texte("curseur"))
        page = self._sav.lister(_technicien(champs, appel), filtre, apres, maximum(champs))
        return presentation.file_sav(page, appel.avertissements)

    def _consulter_fiche(self, champs: Champs, appel: Appel) -> Any:
        numero = champs.present("numeroSignalisation")
        return self._fiche(self._sav.montrer(_technicien(champs, appel), numero, appel.instant), appel)

    def _traiter(self, champs: Champs, appel: Appel) -> Any:
        action = champs.code("action", Action)
        assert action is not None
        commande = Commande(
            action,
            Cote.FOURNISSEUR,
            commentaire=champs.texte("commentaire") or "",
            visibilite=champs.code("visibilite", Visibilite) or Visibilite.PARTAGE,
            motif=champs.code("motif", MotifRejet),
            attendu=champs.code("attendu", Attendu),
            cause=champs.code("cause", CauseCloture),
            responsabilite=champs.code("responsabilite", Responsabilite),
            retabli_le=champs.instant("dateHeureRetablissement"),
        )
        technicien, numero = _technicien(champs, appel), champs.present("numeroSignalisation")
        vus = champs.entier("nombreEvenements")
        return self._fiche(self._sav.agir(technicien, numero, commande, appel.instant, vus=vus), appel)

    def _saisir(self, champs: Champs, appel: Appel) -> Any:
        """A late entry is judged by the version that it names, as its deposit would have been then."""
        depot_le, version = champs.instant("dateHeureDepot"), champs.present("versionCatalogue")
        assert depot_le is not None
        verdict = self._verdict(champs)
        if verdict is None:
            raise self._registre.refus(appel.appelant.plateforme, version, appel.instant)
        appelant = Appelant(appel.appelant.plateforme, champs.present("operateur"))
        technicien = _technicien(champs, appel)
        accuse = self._sav.saisir(technicien, appelant, version, verdict, self._depots, depot_le, appel.instant)
        appel.numero = accuse.depot.numero
        return presentation.accuse(accuse.depot, (*appel.avertissements, *accuse.avertissements))

    def _verifier_saisie(self, champs: Champs, appel: Appel) -> Iterator[ErreurChamp]:
        """The true date, and what the version has against the deposit when it is told and known."""
        try:
            depot_le = champs.instant("dateHeureDepot")
        except (ValueError, OverflowError):  # the schema has told it
            depot_le = None
        if depot_le is not None:
            yield from date_possible(depot_le, appel.instant)
        verdict = self._verdict(champs)
        if verdict is not None:
            yield from verdict.erreurs

    def _verdict(self, champs: Champs) -> Verdict | None:
        """None for a version that there is not."""
        version = champs.texte("versionCatalogue")
        if version is None or version not in {v.version for v in self._registre.publiees}:
            return None
        return self._registre.chargee(version).controle.controler(_requete_generique(champs.corps))

    def _reporter(self, champs: Champs, appel: Appel) -> Any:
        numero = champs.present("numeroRendezVous")
        souhait = souhait_de(champs)
        decision = self._rendez_vous.modifier(
            self._rendez_vous.titulaire(appel.appelant.plateforme, numero),
            numero,
            souhait,
            appel.instant,
            _acteur(champs, appel),
            texte=champs.texte("commentaire") or "",
        )
        return rendu(decision, appel)

    def _decommander(self, champs: Champs, appel: Appel) -> Any:
        numero = champs.present("numeroRendezVous")
        decision = self._rendez_vous.annuler(
            self._rendez_vous.titulaire(appel.appelant.plateforme, numero),
            numero,
            appel.instant,
            _acteur(champs, appel),
            texte=champs.texte("commentaire") or "",
        )
        return rendu(decision, appel)

    def _fiche(self, fiche: Fiche, appel: Appel) -> Any:
        signalisation = fiche.signalisation
        appel.numero = signalisation.numero
        catalogue = self._registre.chargee(signalisation.version_catalogue).catalogue
        titulaire = Appelant(signalisation.plateforme, signalisation.operateur)
        return presentation.fiche(
            fiche,
            formulaire_rempli(signalisation, catalogue),
            self._rendez_vous.lister(titulaire, Cible(numero=signalisation.numero), appel.instant),
            appel.avertissements,
        )


#: The code fields of an action, with what they admit.
_CODES: Mapping[str, Iterable[Enum]] = {
    "action": [action for action in Action if action in ACTIONS[Role.FOURNISSEUR]],
    "visibilite": Visibilite,
    "motif": MotifRejet,
    "attendu": Attendu,
    "cause": CauseCloture,
    "responsabilite": Responsabilite,
}


def _verifier_codes(champs: Champs, _: Appel) -> Iterator[ErreurChamp]:
    for nom, admis in _CODES.items():
        yield from champs.hors_liste(nom, admis)


def _auteur(champs: Champs, appel: Appel) -> str:
    """The certificate says which system acts; the message may add which person does so through it."""
    systeme, personne = appel.identifie.code, champs.texte("technicien")
    return f"{personne} ({systeme})" if personne else systeme


def _technicien(champs: Champs, appel: Appel) -> Technicien:
    return Technicien(_auteur(champs, appel), appel.identifie.role, frozenset({appel.appelant.plateforme}))


def _acteur(champs: Champs, appel: Appel) -> Acteur:
    return Acteur(Cote.FOURNISSEUR, _auteur(champs, appel))


def _requete_generique(corps: etree._Element) -> etree._Element:
    """The deposit by code/value pairs that a late entry holds."""
    requete = etree.Element(f"{{{NS_WS}}}deposerSignalisationGenerique", nsmap={"ws": NS_WS})
    for nom in (ENTETE.code, OFFRE.code, CHAMP_GENERIQUE.code):
        requete.extend(deepcopy(element) for element in corps.iterfind(f"{{{NS_WS}}}{nom}"))
    return requete
