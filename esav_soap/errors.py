"""Every error that a caller can meet, with the code that it can rely on (docs/guide-operateur.md).

::

    Exception
    ├── ErreurEsav                answered as the declared SOAP fault ``ErreurEsav``; its ``code`` is a CodeErreur
    │   └── FormulaireInvalide    the same, with one ErreurChamp for each thing that is wrong in the message
    ├── PackInvalide              a catalogue pack is refused, with one Probleme for each defect
    ├── PublicationRefusee        a good pack cannot be recorded as asked, with every reason
    │   └── VersionDejaAnnoncee   because it is announced already, with the same content
    └── ReglageInvalide           the configuration cannot be used

Codes are the interface: they never change their meaning. Messages are French, for people, and may be improved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Literal


class CodeErreur(Enum):
    """Codes of the fault ``ErreurEsav``. Value: what it means and what to do, as the documentation prints it."""

    FORMULAIRE_INVALIDE = (
        "Le message ou son formulaire n'est pas conforme au contrat. Chaque « erreur » dit quel champ, pourquoi, et ce "
        "qui est admis. Corriger puis déposer de nouveau."
    )
    PRESTATION_INCONNUE = (
        "Aucune prestation de votre parc ne porte cet identifiant. Vérifier l'identifiant communiqué à la livraison."
    )
    OFFRE_NON_CONFORME = "La prestation existe, mais relève d'une autre Offre que le formulaire déposé. Employer le formulaire de son Offre."
    REFERENCE_DEJA_UTILISEE = (
        "Cette référence opérateur a déjà servi à un dépôt de contenu différent. Employer une référence nouvelle, ou "
        "renvoyer le premier contenu à l'identique pour obtenir à nouveau son accusé de réception."
    )
    VERSION_INCONNUE = "Cette version du catalogue n'existe pas. Employer l'une des versions citées dans la réponse."
    VERSION_PAS_ENCORE_OUVERTE = (
        "Cette version du catalogue est annoncée, mais pas encore ouverte sur cette plate-forme. L'utiliser sur la "
        "plate-forme d'intégration, ou attendre sa date d'ouverture."
    )
    VERSION_RETIREE = (
        "Cette version du catalogue n'est plus en service. Passer à l'une des versions citées dans la réponse."
    )
    SIGNALISATION_INCONNUE = (
        "Aucune de vos signalisations ne porte ce numéro ou cette référence. Vérifier la valeur envoyée."
    )
    TRANSITION_INTERDITE = "L'état de la signalisation ne permet pas cette action."
    MODIFIEE_ENTRETEMPS = (
        "Quelqu'un d'autre a changé la signalisation entre-temps : rien n'a été fait. Relire son état, puis recommencer si "
        "l'action a encore lieu d'être."
    )
    NON_HOMOLOGUE = (
        "Un appel réussi sur la plate-forme d'intégration est attendu avant la production. Le message dit dans quel domaine, "
        "à quelle adresse et par quelles opérations."
    )
    CERTIFICAT_REFUSE = "L'appelant n'a pas pu être identifié. Présenter un certificat en cours de validité, enregistré auprès du Fournisseur."
    DROIT_INSUFFISANT = "L'appelant est identifié, mais n'a pas le droit d'appeler cette opération."
    LIMITATION_DEBIT = "La limite de requêtes par minute est atteinte. Recommencer après le délai indiqué."
    MAINTENANCE = "Le service est interrompu pour maintenance. Recommencer après l'heure indiquée."
    PLAGES_FERMEES = "La recherche de plages de rendez-vous est fermée. Recommencer après l'heure indiquée."
    PLAGE_COMPLETE = "Cette plage n'a plus de place. Rechercher une autre plage."
    RENDEZ_VOUS_INCONNU = "Aucun de vos rendez-vous ne porte ce numéro. Vérifier la valeur envoyée."
    TEST_INDISPONIBLE = "Aucun test n'est disponible pour l'Offre de cette prestation."
    TEST_PREALABLE_REQUIS = "L'Offre demande un test avant le dépôt. Demander le test, puis déposer."
    MESSAGE_MAL_FORME = "Le message n'est pas une requête SOAP que ce service sait lire. Vérifier l'enveloppe, l'encodage et l'opération."
    MESSAGE_TROP_GRAND = "Le message dépasse la taille admise. Réduire les textes ou le nombre d'occurrences."
    PACK_INVALIDE = (
        "Le pack de la version a des défauts. Chaque « erreur » dit le fichier et la ligne, le code du défaut (sa valeur) et "
        "la raison. Corriger, puis envoyer de nouveau."
    )
    PUBLICATION_REFUSEE = "Le pack est bon, mais la version ne peut pas être annoncée ou retirée ainsi. Chaque « erreur » en dit une raison."
    ERREUR_INTERNE = (
        "Le service n'a pas pu traiter la requête : rien n'a été accepté. Recommencer plus tard avec la même référence ; "
        "si l'erreur persiste, communiquer l'identifiant de requête au Fournisseur."
    )


class CodeChamp(Enum):
    """Codes of one ``erreur`` in a fault. Value: what it means, as the documentation prints it."""

    CHAMP_MANQUANT = "Un champ ou groupe obligatoire manque, ou est vide."
    CHAMP_VIDE = "Un champ facultatif est présent mais vide : le remplir ou ne pas l'envoyer."
    CHAMP_INCONNU = "Cet élément n'existe pas dans le formulaire de l'Offre."
    CHAMP_ABSENT_OFFRE = "Ce champ existe dans le catalogue, mais l'Offre ne l'emploie pas : ne pas l'envoyer."
    CHAMP_MAL_PLACE = "L'élément est connu mais n'est pas à sa place dans l'ordre du contrat."
    CHAMP_EN_TROP = "L'élément est répété plus souvent que permis."
    OCCURRENCES_INSUFFISANTES = "Le groupe est répété moins souvent que demandé."
    ESPACE_DE_NOMS = "L'élément porte le bon nom, mais dans un autre espace de noms XML."
    NIL_INTERDIT = "xsi:nil n'est pas admis : ne pas envoyer l'élément."
    ATTRIBUT_INTERDIT = "L'élément porte un attribut qui n'est pas admis."
    TEXTE_INATTENDU = "Du texte se trouve entre les champs."
    ELEMENT_INATTENDU = "Un champ simple contient des éléments."
    TYPE_INVALIDE = "La valeur n'est pas du type du champ."
    FUSEAU_MANQUANT = "La date et heure n'a pas de décalage horaire explicite."
    TROP_COURT = "Le texte est trop court."
    TROP_LONG = "Le texte est trop long."
    MOTIF_NON_RESPECTE = "Le texte n'a pas la forme attendue."
    TROP_PETIT = "La valeur est inférieure au minimum."
    TROP_GRAND = "La valeur est supérieure au maximum."
    TROP_DE_DECIMALES = "La valeur a plus de décimales que permis."
    VALEUR_HORS_LISTE = "Le code n'est pas dans la nomenclature."
    VALEUR_RETIREE = "Le code a été retiré de la nomenclature."
    VALEUR_NON_RATTACHEE = "Le code n'est pas rattaché au code choisi dans le champ dont il dépend."
    VALEUR_EN_DOUBLE = "Le même code est donné deux fois dans un champ à choix multiple."
    OBLIGATOIRE_SI = "Une règle du formulaire rend ce champ obligatoire ici."
    INTERDIT_SI = "Une règle du formulaire interdit ce champ ici."
    REGLE_NON_RESPECTEE = "Une règle du formulaire n'est pas respectée."
    OFFRE_MANQUANTE = "Le formulaire ne contient le formulaire d'aucune Offre."
    PLUSIEURS_OFFRES = "Le formulaire contient les formulaires de plusieurs Offres."
    OFFRE_INCONNUE = "Cette Offre n'existe pas dans cette version du catalogue."
    NON_CONFORME = "Le message n'est pas conforme au schéma."
    DEFAUT_DU_PACK = "Un défaut d'un pack de catalogue : son code est la valeur, son lieu le chemin."
    PUBLICATION_REFUSEE = "Une raison de ne pas publier : préavis, versions en vigueur, rupture à accepter."


class CodeAvertissement(Enum):
    """Codes of an ``avertissement`` in an answer. Value: what it means, as the documentation prints it."""

    VALEUR_DEPRECIEE = (
        "Un code de nomenclature envoyé est déprécié : il est encore accepté, et sera retiré d'une version à venir. "
        "Le message dit lequel, et son remplaçant s'il y en a un."
    )
    VERSION_BIENTOT_RETIREE = (
        "La version du catalogue employée a une date de retrait connue. Le message dit laquelle, et la version qui la "
        "remplace."
    )
    CERTIFICAT_BIENTOT_EXPIRE = (
        "Le certificat de l'appelant arrive bientôt au terme de sa validité, et aucun autre ne le relaie. Le message dit "
        "quand, et avant quelle date demander le suivant."
    )


@dataclass(frozen=True, slots=True)
class ErreurChamp:
    """One thing that is wrong in a message (R3.2).

    ``champ``: code of the field, or the element's name; ``libelle``: its French label; ``chemin``: XPath with local names
    and ranks (``formulaire/accesFtth/mesures[2]/puissance``); ``valeur``: what was sent, shortened to 200 characters;
    ``valeurs_admises``: codes or bounds, the first 50.
    """

    champ: str
    libelle: str
    chemin: str
    code: CodeChamp
    message: str
    valeur: str = ""
    valeurs_admises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionVive:
    """A live version of the catalogue, as a fault tells it. ``fin``: when it is retired, if known."""

    version: str
    wsdl: str
    fin: datetime | None = None


class ErreurEsav(Exception):
    """A refusal that the caller can read: a code, a French message, and what helps to go on.

    ``faute_soap``: the fault code that SOAP itself has for it, when it is neither the client's nor the server's in general.
    """

    faute_soap: Literal["MustUnderstand", "VersionMismatch"] | None = None

    def __init__(
        self,
        code: CodeErreur,
        message: str | None = None,
        *,
        erreurs: Sequence[ErreurChamp] = (),
        versions: Sequence[VersionVive] = (),
        reessayer_apres: datetime | None = None,
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message or code.value
        self.erreurs = tuple(erreurs)
        self.versions = tuple(versions)
        self.reessayer_apres = reessayer_apres

    def __str__(self) -> str:
        return f"{self.code.name}: {self.message}"


class FormulaireInvalide(ErreurEsav):
    """The message is not valid; ``erreurs`` has at least one item, in document order."""

    def __init__(self, erreurs: Sequence[ErreurChamp]) -> None:
        titre = "1 erreur" if len(erreurs) == 1 else f"{len(erreurs)} erreurs"
        message = f"{titre} dans le message. Corriger ce que dit chaque « erreur », puis envoyer de nouveau."
        super().__init__(CodeErreur.FORMULAIRE_INVALIDE, message, erreurs=erreurs)


@dataclass(frozen=True, slots=True, order=True)
class Probleme:
    """One defect of a catalogue pack. ``code`` is a name of ``reader.codes.CodeProbleme``; ``ligne`` is 0 for the whole file."""

    fichier: str
    ligne: int
    code: str
    message: str

    def __str__(self) -> str:
        lieu = f"{self.fichier}:{self.ligne}" if self.ligne else self.fichier
        return f"{lieu}: {self.code}: {self.message}"


class PackInvalide(Exception):
    """A pack is refused; ``problemes`` holds every defect, sorted by file and line."""

    def __init__(self, problemes: Sequence[Probleme]) -> None:
        super().__init__(f"problèmes dans le pack : {len(problemes)}")
        self.problemes = tuple(sorted(problemes))

    def __reduce__(self) -> tuple[type[PackInvalide], tuple[tuple[Probleme, ...]]]:
        return type(self), (self.problemes,)  # so that it comes back whole from a process of its own


class PublicationRefusee(Exception):
    """A version cannot be recorded or announced as asked; each of ``motifs`` says why, and what to do (R2.1-R2.3)."""

    def __init__(self, *motifs: str) -> None:
        super().__init__(*motifs)
        self.motifs = motifs

    def __str__(self) -> str:
        return "\n".join(self.motifs)


class VersionDejaAnnoncee(PublicationRefusee):
    """The same content is announced already: whoever repeats an announcement finds it done. Its recorded dates."""

    def __init__(self, message: str, version: str, annonce: datetime, ouverture: datetime) -> None:
        super().__init__(message)
        self.version = version
        self.annonce = annonce
        self.ouverture = ouverture

    def __reduce__(self) -> tuple[type[VersionDejaAnnoncee], tuple[str, str, datetime, datetime]]:
        return type(self), (self.motifs[0], self.version, self.annonce, self.ouverture)


class ReglageInvalide(Exception):
    """A setting is missing or cannot be used; the message says which one and what to write."""
