"""Follow-up of signalisations by their opérateur, and what it does to them (R3.5-R3.7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from lxml import etree

from esav_soap.calendar import a_paris, en_francais, en_paris
from esav_soap.certificats import Role
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.model import (
    Branche,
    Catalogue,
    Choisi,
    Date,
    DateHeure,
    Feuille,
    Formulaire,
    OuiNon,
    Structure,
    Type,
    structure_offre,
)
from esav_soap.signalisation import Action, Cote, Etat, Signalisation
from esav_soap.signalisation import garantie as gtr
from esav_soap.signalisation.numero import normaliser
from esav_soap.signalisation.transitions import Commande
from esav_soap.usecases.actions import Avancer, agir, avancer_tout, commande_de, verifier_maximum, visible
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.ports.depots import Signalisations
from esav_soap.usecases.ports.evenements import Evenements, PageEvenements
from esav_soap.usecases.ports.suivi import Filtre, Listes, PageSignalisations, Place

#: Calendar days (Paris) after that of its closure, during which a signalisation stands in the history (art. 4.2.2).
JOURS_HISTORIQUE = 90


@dataclass(frozen=True, slots=True)
class ChampRempli:
    """A field of the form as it was deposited. ``libelle_valeur``: label of the code, for a nomenclature."""

    chemin: str
    libelle: str
    valeur: str
    type: Type
    libelle_valeur: str | None = None

    @property
    def lisible(self) -> str:
        """The value as people write it: oui or non, days and instants in French (Paris), the label of a code with it."""
        if self.libelle_valeur is not None:
            return f"{self.libelle_valeur} ({self.valeur})"
        dite = self.valeur.strip()
        match self.type:
            case OuiNon():
                return "oui" if dite in ("true", "1") else "non"
            case Date():
                return f"{date.fromisoformat(dite):%d/%m/%Y}"
            case DateHeure():
                return en_francais(datetime.fromisoformat(dite))
            case _:
                return self.valeur


@dataclass(frozen=True, slots=True)
class FormulaireRempli:
    """A form as it was filled, in the words of the catalogue version that it was deposited in. ``defaut``: the declared
    fault."""

    libelle_offre: str
    defaut: str | None
    champs: tuple[ChampRempli, ...]


def trouver(
    appelant: Appelant, numero: str | None, reference: str | None, signalisations: Signalisations
) -> Signalisation:
    """The caller's signalisation of that number, or of that reference of its own, as the caller may see it.

    Raises SIGNALISATION_INCONNUE, the same for one that does not exist and one of another opérateur.
    """
    return visible(_trouver(appelant, numero, reference, signalisations))


def _trouver(
    appelant: Appelant, numero: str | None, reference: str | None, signalisations: Signalisations
) -> Signalisation:
    """The same with all its events: what a change counts."""
    trouvee = None
    if numero is not None:
        canonique = normaliser(numero)
        if canonique is not None:
            trouvee = signalisations.par_numero(appelant.plateforme, appelant.operateur, canonique)
    elif reference is not None:
        trouvee = signalisations.par_reference(appelant.plateforme, appelant.operateur, reference)
    if trouvee is None:
        raise ErreurEsav(CodeErreur.SIGNALISATION_INCONNUE)
    return trouvee


class BaseSuivi(Listes, Evenements, Protocol):
    """What the follow-up needs of the store, besides ``Signalisations``."""


class Suivi:
    """All that an opérateur reads and does after its deposit. ``signalisations`` gives those of integration up to date;
    ``avancer`` does the same for one. Nothing of what it gives holds an internal event (R3.7)."""

    def __init__(self, signalisations: Signalisations, base: BaseSuivi, avancer: Avancer) -> None:
        self._signalisations = signalisations
        self._base = base
        self._avancer = avancer

    def trouver(self, appelant: Appelant, numero: str | None, reference: str | None) -> Signalisation:
        """The caller's signalisation, as the caller may see it. Raises SIGNALISATION_INCONNUE."""
        return trouver(appelant, numero, reference, self._signalisations)

    def agir(
        self,
        appelant: Appelant,
        numero: str | None,
        reference: str | None,
        commande: Commande,
        instant: datetime,
        role: Role = Role.OPERATEUR,
    ) -> Signalisation:
        """Complete, ask for the closure, contest it or comment, in the caller's name (R3.6). The same again is done already.

        Raises DROIT_INSUFFISANT, SIGNALISATION_INCONNUE, TRANSITION_INTERDITE, FORMULAIRE_INVALIDE, MODIFIEE_ENTRETEMPS.
        """
        if role is not Role.OPERATEUR:
            raise ErreurEsav(CodeErreur.DROIT_INSUFFISANT)
        voulue = commande_de(role, commande.auteur or appelant.operateur, commande)
        return visible(
            agir(lambda: _trouver(appelant, numero, reference, self._signalisations), voulue, self._base, instant)
        )

    def completer(
        self, appelant: Appelant, numero: str | None, reference: str | None, texte: str, instant: datetime
    ) -> Signalisation:
        """The answer to a freeze, which ends it; to a signalisation that is not frozen, a comment (R3.6).

        Which of them it is depends on what was read: frozen or un-frozen meanwhile, it is MODIFIEE_ENTRETEMPS. Raises as
        :meth:`agir`.
        """
        lue = _trouver(appelant, numero, reference, self._signalisations)
        action = Action.COMPLETER if lue.etat is Etat.GELE else Action.COMMENTER
        commande = Commande(action, Cote.OPERATEUR, appelant.operateur, texte)

        def lire() -> Signalisation:
            return _trouver(appelant, lue.numero, None, self._signalisations)

        return visible(agir(lire, commande, self._base, instant, lue=lue))

    def lister(self, appelant: Appelant, filtre: Filtre, apres: Place | None, maximum: int) -> PageSignalisations:
        """A page of the caller's own, the newest deposit first. Whose they are is the caller's identity, not the filter's."""
        verifier_maximum(maximum)
        self._avancer_tout(appelant)
        return self._base.lister(
            replace(filtre, plateforme=appelant.plateforme, operateur=appelant.operateur), apres, maximum
        )

    def historique(
        self, appelant: Appelant, apres: Place | None, maximum: int, instant: datetime
    ) -> PageSignalisations:
        """Closed and rejected ones, by the instant of that, through the ninetieth calendar day after it (Paris)."""
        verifier_maximum(maximum)
        self._avancer_tout(appelant)
        depuis = debut_historique(instant)
        return self._base.closes(appelant.plateforme, appelant.operateur, depuis, apres, maximum)

    def evenements(self, appelant: Appelant, curseur: int, maximum: int) -> PageEvenements:
        """The changes after the cursor, of all the caller's signalisations, in their order."""
        verifier_maximum(maximum)
        self._avancer_tout(appelant)
        return self._base.evenements_depuis(appelant.plateforme, appelant.operateur, curseur, maximum)

    def _avancer_tout(self, appelant: Appelant) -> None:
        avancer_tout(self._base, self._avancer, appelant.plateforme, appelant.operateur)


def debut_historique(instant: datetime) -> datetime:
    """Closed from then on, a signalisation stands in the history at ``instant``: a midnight in Paris, in UTC."""
    return a_paris(en_paris(instant).date() - timedelta(days=JOURS_HISTORIQUE))


@dataclass(frozen=True, slots=True)
class SituationGarantie:
    """The guarantee of a signalisation. ``echeance``: by when it is to be closed, None when nothing is due (none told, or
    rejected, or frozen with hours left: then it is ``suspendue``). ``tenue``: whether that was held, None as long as nobody
    knows."""

    texte: str
    echeance: datetime | None = None
    tenue: bool | None = None
    suspendue: bool = False


def situation_garantie(signalisation: Signalisation, instant: datetime) -> SituationGarantie:
    """The guarantee as it stands at ``instant`` (R3.5)."""
    texte = signalisation.prestation.garantie
    lue, histoire = gtr.lire(texte), signalisation.evenements
    due = gtr.echeance(lue, histoire)
    suspendue = lue is not None and due is None and signalisation.etat is Etat.GELE
    return SituationGarantie(texte, due, gtr.tenue(lue, histoire, instant), suspendue)


def formulaire_rempli(signalisation: Signalisation, catalogue: Catalogue) -> FormulaireRempli:
    """The form of a signalisation. ``catalogue``: the version that it was deposited in."""
    champs = champs_remplis(signalisation, catalogue)
    offre = catalogue.offre(signalisation.offre)
    return FormulaireRempli(offre.libelle, _defaut_declare(champs, catalogue.formulaires[offre.formulaire]), champs)


def champs_remplis(signalisation: Signalisation, catalogue: Catalogue) -> tuple[ChampRempli, ...]:
    """The form as filled, with the labels of the catalogue version that it was deposited in."""
    structure = structure_offre(catalogue, catalogue.offre(signalisation.offre))
    racine = etree.fromstring(signalisation.formulaire, _ANALYSEUR)
    return tuple(_champs(racine, structure, catalogue))


def _defaut_declare(champs: Iterable[ChampRempli], formulaire: Formulaire) -> str | None:
    """The declared fault in words: the value of the field that the formulaire names for it (``defautDeclare``)."""
    if formulaire.defaut_declare is None:
        return None
    valeurs = [champ.libelle_valeur or champ.valeur for champ in champs if champ.chemin == formulaire.defaut_declare]
    return ", ".join(valeurs) or None


_ANALYSEUR = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def _champs(
    element: etree._Element, parent: Structure | Branche, catalogue: Catalogue, chemin: str = ""
) -> Iterator[ChampRempli]:
    par_code = {enfant.code: enfant for enfant in parent.enfants}
    rangs: dict[str, int] = {}
    for noeud in element:
        code = etree.QName(noeud).localname
        decrit = par_code[code]
        rangs[code] = rangs.get(code, 0) + 1
        if isinstance(decrit, Branche):
            rang = f"[{rangs[code]}]" if decrit.maximum > 1 else ""
            yield from _champs(noeud, decrit, catalogue, f"{chemin}{code}{rang}/")
        elif isinstance(decrit, Feuille):
            valeur = noeud.text or ""
            libelle = _libelle(decrit, valeur, catalogue)
            yield ChampRempli(f"{chemin}{code}", decrit.libelle, valeur, decrit.champ.type, libelle)


def _libelle(feuille: Feuille, valeur: str, catalogue: Catalogue) -> str | None:
    if not isinstance(feuille.champ.type, Choisi):
        return None
    connue = catalogue.nomenclatures[feuille.champ.type.nomenclature].par_code.get(valeur)
    return connue.libelle if connue else None
