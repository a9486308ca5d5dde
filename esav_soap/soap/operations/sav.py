"""``sav``: signalisations as the Fournisseur's own systems treat them (R3.4, R3.6, R7.4)."""

from __future__ import annotations

from typing import Any

from lxml import etree

from esav_soap.certificats import Role
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
from esav_soap.soap.operations.appel import Appel, Champs, Groupe
from esav_soap.soap.operations.rendez_vous import souhait_de
from esav_soap.soap.operations.suivi import filtre_de, maximum
from esav_soap.usecases.actions import ACTIONS, lire_curseur
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.ports import Depots
from esav_soap.usecases.registre import Registre
from esav_soap.usecases.rendez_vous import Acteur, RendezVous
from esav_soap.usecases.sav import Fiche, Sav, Technicien
from esav_soap.usecases.suivi import champs_remplis, defaut_declare


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
            "listerFile": self._lister_file,
            "consulterFiche": self._consulter_fiche,
            "traiterSignalisation": self._traiter,
            "saisirSignalisation": self._saisir,
            "reporterRendezVous": self._reporter,
            "decommanderRendezVous": self._decommander,
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
        action = champs.code("action", Action, ACTIONS[Role.FOURNISSEUR])
        visibilite = champs.code("visibilite", Visibilite)
        motif, attendu = champs.code("motif", MotifRejet), champs.code("attendu", Attendu)
        cause, responsabilite = champs.code("cause", CauseCloture), champs.code("responsabilite", Responsabilite)
        champs.verifier()
        assert action is not None
        commande = Commande(
            action,
            Cote.FOURNISSEUR,
            commentaire=champs.texte("commentaire") or "",
            visibilite=visibilite or Visibilite.PARTAGE,
            motif=motif,
            attendu=attendu,
            cause=cause,
            responsabilite=responsabilite,
            retabli_le=champs.instant("dateHeureRetablissement"),
        )
        technicien, numero = _technicien(champs, appel), champs.present("numeroSignalisation")
        vus = champs.entier("nombreEvenements")
        return self._fiche(self._sav.agir(technicien, numero, commande, appel.instant, vus=vus), appel)

    def _saisir(self, champs: Champs, appel: Appel) -> Any:
        """A late entry is judged by the version that it names, as its deposit would have been then."""
        depot_le = champs.instant("dateHeureDepot")
        assert depot_le is not None
        numero_version = champs.present("versionCatalogue")
        if numero_version not in {v.version for v in self._registre.publiees}:
            raise self._registre.refus(appel.appelant.plateforme, numero_version, appel.instant)
        version = self._registre.chargee(numero_version)
        verdict = version.controle.controler(_requete_generique(champs.corps))
        appelant = Appelant(appel.appelant.plateforme, champs.present("operateur"))
        technicien = _technicien(champs, appel)
        accuse = self._sav.saisir(technicien, appelant, numero_version, verdict, self._depots, depot_le, appel.instant)
        return presentation.accuse(accuse.depot, (*appel.avertissements, *accuse.avertissements))

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
        return presentation.rendez_vous_rendu(decision, appel.avertissements)

    def _decommander(self, champs: Champs, appel: Appel) -> Any:
        numero = champs.present("numeroRendezVous")
        decision = self._rendez_vous.annuler(
            self._rendez_vous.titulaire(appel.appelant.plateforme, numero),
            numero,
            appel.instant,
            _acteur(champs, appel),
            texte=champs.texte("commentaire") or "",
        )
        return presentation.rendez_vous_rendu(decision, appel.avertissements)

    def _fiche(self, fiche: Fiche, appel: Appel) -> Any:
        signalisation = fiche.signalisation
        catalogue = self._registre.chargee(signalisation.version_catalogue).catalogue
        return presentation.fiche(
            fiche,
            catalogue.offre(signalisation.offre).libelle,
            champs_remplis(signalisation, catalogue),
            defaut_declare(signalisation, catalogue),
            appel.avertissements,
        )


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
        requete.extend(list(corps.iterfind(f"{{{NS_WS}}}{nom}")))
    return requete
