"""The technicians of the Fournisseur at work on signalisations (R3.4, R3.6), and late entries (R7.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from esav_soap.calendar import en_francais, en_utc, sur_le_fil
from esav_soap.certificats import Role
from esav_soap.errors import CodeChamp, CodeErreur, ErreurChamp, ErreurEsav, FormulaireInvalide
from esav_soap.intake import Verdict
from esav_soap.names import PLATEFORMES
from esav_soap.signalisation import Action, Cote, Depot, NouvelleSignalisation, Prestation, Signalisation
from esav_soap.signalisation.numero import normaliser
from esav_soap.signalisation.scenarios import PLATEFORME
from esav_soap.signalisation.transitions import Commande, deposer, permises
from esav_soap.usecases import depot
from esav_soap.usecases.actions import ACTIONS, Avancer, agir, avancer_tout, commande_de, verifier_maximum
from esav_soap.usecases.ports.depots import Depots
from esav_soap.usecases.ports.evenements import Evenements
from esav_soap.usecases.ports.suivi import Filtre, Listes, PageSignalisations, Place, Resume, Saisies
from esav_soap.usecases.suivi import SituationGarantie, situation_garantie

#: How far back the true date of a late entry may be: further, it is a slip of the pen.
RECUL_MAX = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Technicien:
    """Who acts for the Fournisseur, and on which platforms. ``auteur``: the person, or the system, that the events name."""

    auteur: str
    role: Role = Role.FOURNISSEUR
    plateformes: frozenset[str] = frozenset(PLATEFORMES)


@dataclass(frozen=True, slots=True)
class Fiche:
    """A signalisation as the SAV sees it: all its events, its guarantee, and what a technician can do now."""

    signalisation: Signalisation
    garantie: SituationGarantie
    actions: tuple[Action, ...]


class BaseSav(Listes, Evenements, Saisies, Protocol):
    """What the technicians need of the store."""


class Sav:
    """``avancer`` brings a signalisation of integration up to date, so that nobody acts on a history that lags behind.

    Every method raises DROIT_INSUFFISANT for whoever is not the Fournisseur.
    """

    def __init__(self, base: BaseSav, avancer: Avancer) -> None:
        self._base = base
        self._avancer = avancer

    def montrer(self, technicien: Technicien, numero: str, instant: datetime) -> Fiche:
        """Raises SIGNALISATION_INCONNUE, also for one of a platform that is not the technician's."""
        _reserver(technicien)
        return _fiche(self._lire(technicien, numero), instant)

    def lister(
        self,
        technicien: Technicien,
        filtre: Filtre,
        apres: Place | None,
        maximum: int,
        *,
        anciennes_d_abord: bool = True,
    ) -> PageSignalisations:
        """A page of those of one opérateur, or of all: by default the oldest first, as they wait to be treated."""
        _reserver(technicien)
        verifier_maximum(maximum)
        if filtre.plateforme not in technicien.plateformes:
            raise ErreurEsav(
                CodeErreur.DROIT_INSUFFISANT, f"L'appelant n'est pas connu sur la plate-forme {filtre.plateforme}."
            )
        avancer_tout(self._base, self._avancer, filtre.plateforme, filtre.operateur)
        return self._base.lister(filtre, apres, maximum, anciennes_d_abord=anciennes_d_abord)

    def garanties(
        self, technicien: Technicien, resumes: Sequence[Resume], instant: datetime
    ) -> Mapping[str, SituationGarantie]:
        """The guarantees of a page of :meth:`lister`, by number; none of what is archived meanwhile."""
        _reserver(technicien)
        lues = self._base.retrouver_toutes([un.numero for un in resumes])
        return {numero: situation_garantie(lue, instant) for numero, lue in lues.items()}

    def agir(
        self, technicien: Technicien, numero: str, commande: Commande, instant: datetime, *, vus: int | None = None
    ) -> Fiche:
        """Do the command in the technician's name; ``vus``: how many events were on the page that he decided on.

        Raises DROIT_INSUFFISANT, SIGNALISATION_INCONNUE, TRANSITION_INTERDITE, FORMULAIRE_INVALIDE, MODIFIEE_ENTRETEMPS.
        """
        voulue = commande_de(technicien.role, technicien.auteur, commande)
        _reserver(technicien)
        apres = agir(lambda: self._lire(technicien, numero), voulue, self._base, instant, vus=vus)
        return _fiche(apres, instant)

    def saisir(
        self,
        technicien: Technicien,
        appelant: depot.Appelant,
        version: str,
        verdict: Verdict,
        depots: Depots,
        depot_le: datetime,
        instant: datetime,
    ) -> depot.Accuse:
        """Enter a signalisation that ``appelant`` gave by the fallback procedure at ``depot_le``: its true date, from which
        the guarantee is counted. Its first event is by the Fournisseur and says so.

        As a deposit it may be repeated, and is refused for the same reasons; FORMULAIRE_INVALIDE also for a date to come, or
        of long ago.
        """
        _reserver(technicien)
        if appelant.plateforme not in technicien.plateformes:
            raise ErreurEsav(CodeErreur.DROIT_INSUFFISANT)
        erreurs = (*verdict.erreurs, *date_possible(depot_le, instant))
        if erreurs:
            raise FormulaireInvalide(erreurs)
        saisie = _Saisie(depots, self._base, technicien.auteur, instant)
        return depot.deposer(appelant, version, verdict, saisie, en_utc(depot_le))

    def _lire(self, technicien: Technicien, numero: str) -> Signalisation:
        canonique = normaliser(numero)
        trouvee = self._base.retrouver(canonique) if canonique else None
        if trouvee is None or trouvee.plateforme not in technicien.plateformes:
            raise ErreurEsav(CodeErreur.SIGNALISATION_INCONNUE, "Aucune signalisation ne porte ce numéro.")
        return self._avancer(trouvee) if trouvee.plateforme == PLATEFORME else trouvee


@dataclass(frozen=True, slots=True)
class _Saisie:
    """The port ``Depots`` of a late entry."""

    depots: Depots
    saisies: Saisies
    auteur: str
    instant: datetime

    def prestation(self, plateforme: str, operateur: str, identifiant: str) -> Prestation | None:
        return self.depots.prestation(plateforme, operateur, identifiant)

    def depot(self, plateforme: str, operateur: str, reference: str) -> Depot | None:
        return self.depots.depot(plateforme, operateur, reference)

    def deposer(self, nouvelle: NouvelleSignalisation) -> Depot:
        dite = f"Saisie après coup le {en_francais(self.instant)} : prise par la procédure de secours."
        premier = deposer(nouvelle.depot_le, Cote.FOURNISSEUR, self.auteur, dite)
        return self.saisies.saisir(nouvelle, premier, self.instant)


def _reserver(technicien: Technicien) -> None:
    if technicien.role is not Role.FOURNISSEUR:
        raise ErreurEsav(
            CodeErreur.DROIT_INSUFFISANT,
            f"Le SAV est réservé au Fournisseur. L'appelant est identifié comme {technicien.role.value}.",
        )


def _fiche(signalisation: Signalisation, instant: datetime) -> Fiche:
    possibles = (t.action for t in permises(signalisation, Cote.FOURNISSEUR, instant))
    actions = tuple(a for a in dict.fromkeys(possibles) if a in ACTIONS[Role.FOURNISSEUR])
    return Fiche(signalisation, situation_garantie(signalisation, instant), actions)


def date_possible(depot_le: datetime, instant: datetime) -> Sequence[ErreurChamp]:
    """What stands against the true date of a late entry (R7.4)."""
    nom, libelle = "dateHeureDepot", "Date et heure de la prise en compte"
    if depot_le.tzinfo is None:
        return [
            ErreurChamp(nom, libelle, nom, CodeChamp.FUSEAU_MANQUANT, CodeChamp.FUSEAU_MANQUANT.value, str(depot_le))
        ]
    bornes = (sur_le_fil(instant - RECUL_MAX), sur_le_fil(instant))
    if depot_le > instant:
        code, dite = CodeChamp.TROP_GRAND, "La prise en compte ne peut pas être à venir."
    elif depot_le < instant - RECUL_MAX:
        code, dite = CodeChamp.TROP_PETIT, f"La prise en compte date de plus de {RECUL_MAX.days} jours."
    else:
        return []
    return [ErreurChamp(nom, libelle, nom, code, dite, sur_le_fil(depot_le), bornes)]
