"""What makes a Bon de commande acceptable, and when a subscription ends (R6.6, art. 8.2, annexe 3). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from esav_soap.adresses import adresse_correcte
from esav_soap.calendar import PARIS, en_francais, en_paris, en_utc, plus_mois
from esav_soap.model.types import MOTIF_TELEPHONE
from esav_soap.souscription.champs import CHAMPS, INTERLOCUTEUR, Champ, GenreChamp
from esav_soap.souscription.objets import Acces, BonDeCommande, Interlocuteur, Souscription

#: Notice of a party that ends the subscription, in calendar months (art. 8.2).
PREAVIS_MOIS = 2
_TELEPHONE = re.compile(MOTIF_TELEPHONE)
_REFERENCE = re.compile(r"[^\s-].*-ESAV", re.DOTALL)
#: Characters of a refused value that are quoted.
_CITE = 80
_SEPARATEURS = re.compile(r"[\s./-]")


class CodeBon(Enum):
    """What can be wrong with a Bon de commande. Value: as the documentation prints it."""

    MANQUANT = "Un champ obligatoire manque ou est vide."
    TROP_LONG = "Le texte dépasse la longueur admise."
    CARACTERE_INTERDIT = "Le texte contient un caractère de commande ou invisible."
    TROP_DE_LIGNES = "Le champ est donné plus souvent que permis."
    REFERENCE_INCORRECTE = "La référence du contrat ne se termine pas par « -ESAV »."
    SIRET_INCORRECT = "Le SIRET n'a pas 14 chiffres."
    CLE_SIRET = "La clé de contrôle du SIRET est fausse : un chiffre est mal recopié."
    TELEPHONE_INCORRECT = "Ce n'est pas un numéro de téléphone."
    COURRIEL_INCORRECT = "Ce n'est pas une adresse électronique."
    DATE_INCORRECTE = "Ce n'est pas une date."
    ACCES_INCONNU = "Cet accès n'existe pas."
    FICHIER = "Le fichier du Bon de commande n'est pas lisible."
    ELEMENT_INCONNU = "Cet élément n'existe pas dans un Bon de commande, ou pas à cet endroit."


@dataclass(frozen=True, slots=True)
class ProblemeBon:
    """One defect of a Bon de commande. ``champ``: a name of ``champs.CHAMPS``, empty for the file as a whole; ``rang``: which of
    the values of a repeated field, from 0; ``ligne``: in the file that it was read from, or 0."""

    champ: str
    code: CodeBon
    message: str
    rang: int = 0
    ligne: int = 0

    def __str__(self) -> str:
        return f"ligne {self.ligne} : {self.message}" if self.ligne else self.message


def normaliser(bon: BonDeCommande) -> BonDeCommande:
    """The same Bon as it is kept: blanks reduced, SIRET and telephones without separators, no empty line, an interlocuteur only
    if something is said of it."""
    nomme = bon.interlocuteur
    if nomme is not None:
        nomme = Interlocuteur(
            _une_ligne(nomme.nom),
            _une_ligne(nomme.fonction),
            _numero(nomme.telephone),
            _une_ligne(nomme.courriel),
        )
        nomme = nomme if nomme != Interlocuteur("") else None
    return replace(
        bon,
        reference_contrat=_une_ligne(bon.reference_contrat),
        affaire=_une_ligne(bon.affaire),
        raison_sociale=_une_ligne(bon.raison_sociale),
        siret=_numero(bon.siret),
        representant=_une_ligne(bon.representant),
        telephone=_numero(bon.telephone),
        courriel=_une_ligne(bon.courriel),
        adresse=tuple(ligne for ligne in map(_une_ligne, bon.adresse) if ligne),
        interlocuteur=nomme,
        commentaires="\n".join(ligne.rstrip() for ligne in bon.commentaires.strip().splitlines()),
        fait_a=_une_ligne(bon.fait_a),
        signataire=_une_ligne(bon.signataire),
    )


def _une_ligne(texte: str) -> str:
    return " ".join(texte.split())


def _numero(texte: str) -> str:
    return _SEPARATEURS.sub("", texte)


def problemes(bon: BonDeCommande) -> tuple[ProblemeBon, ...]:
    """Everything that is wrong with a Bon, in the order of its fields; nothing for one that can be recorded.

    It is judged as it stands: :func:`normaliser` comes first for what people typed.
    """
    return tuple(probleme for champ in CHAMPS for probleme in _du_champ(champ, bon))


def _du_champ(champ: Champ, bon: BonDeCommande) -> Iterator[ProblemeBon]:
    valeurs = textes(champ, bon)
    if not any(valeurs):
        if champ.obligatoire or (champ.nom == "interlocuteur.nom" and bon.interlocuteur is not None):
            forme = "" if champ.genre is GenreChamp.TEXTE else f" ({champ.genre.value})"
            debut = "à remplir" if champ.obligatoire else "à remplir, puisqu'un interlocuteur est donné"
            element = "".join(f"<{nom}>" for nom in (*champ.nom.split(".")[:-1], champ.element))
            dit = f"{champ.libelle} : {debut}, {element} ou {champ.option}{forme}."
            yield ProblemeBon(champ.nom, CodeBon.MANQUANT, dit)
        return
    if len(valeurs) > champ.maximum:
        dit = f"{champ.libelle} : {len(valeurs)} lignes, {champ.maximum} au plus."
        yield ProblemeBon(champ.nom, CodeBon.TROP_DE_LIGNES, dit, champ.maximum)
    if champ.genre is not GenreChamp.ACCES:
        for rang, valeur in enumerate(valeurs):
            for code, dit in _de_la_valeur(champ, valeur):
                yield ProblemeBon(champ.nom, code, f"{champ.libelle} : {dit}", rang)


def textes(champ: Champ, bon: BonDeCommande) -> tuple[str, ...]:
    """What a Bon says in that field, as text; nothing for an empty one."""
    groupe, _, nom = champ.nom.rpartition(".")
    porteur = bon.interlocuteur if groupe == INTERLOCUTEUR else bon
    valeur = getattr(porteur, nom) if porteur is not None else None
    match valeur:
        case None | "":
            return ()
        case str():
            return (valeur,)
        case tuple():
            return valeur
        case date():
            return (valeur.isoformat(),)
        case _:
            return tuple(acces.name for acces in Acces if acces in valeur)


def _de_la_valeur(champ: Champ, valeur: str) -> Iterator[tuple[CodeBon, str]]:
    if not valeur:
        if champ.maximum > 1:
            yield CodeBon.MANQUANT, "une ligne est vide, la remplir ou la retirer."
        return
    admis = "\n" if champ.genre is GenreChamp.TEXTE_LONG else ""
    if interdits := [c for c in valeur if not (c.isprintable() or c in admis)]:
        yield CodeBon.CARACTERE_INTERDIT, f"caractère interdit U+{ord(interdits[0]):04X}."
    if len(valeur) > champ.longueur and champ.genre not in (GenreChamp.SIRET, GenreChamp.TELEPHONE):
        yield CodeBon.TROP_LONG, f"{len(valeur)} caractères, {champ.longueur} au plus."
    elif not interdits and (code := _genre_faux(champ.genre, valeur)) is not None:
        yield code, f"« {valeur[:_CITE]} » refusé. {code.value}"


def _genre_faux(genre: GenreChamp, valeur: str) -> CodeBon | None:
    match genre:
        case GenreChamp.REFERENCE if not _REFERENCE.fullmatch(valeur):
            return CodeBon.REFERENCE_INCORRECTE
        case GenreChamp.SIRET:
            return _siret_faux(valeur)
        case GenreChamp.TELEPHONE if not _TELEPHONE.fullmatch(valeur):
            return CodeBon.TELEPHONE_INCORRECT
        case GenreChamp.COURRIEL if not adresse_correcte(valeur):
            return CodeBon.COURRIEL_INCORRECT
        case _:
            return None


def _siret_faux(siret: str) -> CodeBon | None:
    # Also knows that the establishments of La Poste follow another rule.
    from stdnum.exceptions import InvalidChecksum, ValidationError
    from stdnum.fr.siret import validate

    if not re.fullmatch(r"[0-9]{14}", siret) or siret.startswith("000000000"):
        return CodeBon.SIRET_INCORRECT
    try:
        validate(siret)
    except InvalidChecksum:
        return CodeBon.CLE_SIRET
    except ValidationError:
        return CodeBon.SIRET_INCORRECT
    return None


class CodeDenonciation(Enum):
    """Why a letter does not end a subscription as asked. Value: as the documentation prints it."""

    DEJA_DENONCEE = "La résiliation est déjà enregistrée, avec d'autres dates."
    PREAVIS_TROP_COURT = "La fin souhaitée ne laisse pas deux mois après la réception de la lettre."
    RECUE_AVANT_ACTIVATION = "La lettre aurait été reçue avant l'activation : vérifier la date."
    RECUE_DANS_LE_FUTUR = "La lettre n'est pas encore reçue à cette date : vérifier la date."
    SANS_SOUSCRIPTION = "L'opérateur n'a pas de souscription."


class DenonciationRefusee(Exception):
    """The subscription stays as it is. ``au_plus_tot``: the first instant at which it may end, when the notice is the matter."""

    def __init__(self, code: CodeDenonciation, complement: str = "", au_plus_tot: datetime | None = None) -> None:
        super().__init__(f"{code.value} {complement}".strip())
        self.code = code
        self.au_plus_tot = au_plus_tot


def fin_de_preavis(recue_le: datetime) -> datetime:
    """The first instant without access after a letter received then, in UTC: the Paris midnight that ends the day of that number
    two months later, or the month's last day where there is none.

    Whole days, so that the notice is never shorter than two months, whatever the hour of the reception.

    >>> fin_de_preavis(datetime(2026, 12, 31, 9, tzinfo=UTC)).isoformat()
    '2027-02-28T23:00:00+00:00'
    """
    dernier = plus_mois(en_paris(recue_le).date(), PREAVIS_MOIS)
    return datetime.combine(dernier + timedelta(days=1), time(), PARIS).astimezone(UTC)


def denoncer(souscription: Souscription, recue_le: datetime, souhaitee: datetime | None = None) -> Souscription:
    """The subscription, ended by a letter received at ``recue_le`` (art. 8.2).

    ``souhaitee``: a later end that the letter asks for. Raises :class:`DenonciationRefusee` for one before the notice is over,
    and when another letter ends it already; the same one again changes nothing.
    """
    au_plus_tot = fin_de_preavis(recue_le)
    fin = au_plus_tot if souhaitee is None else en_utc(souhaitee)
    if fin < au_plus_tot:
        dernier = f"Dernier jour d'accès au plus tôt : {dernier_jour(au_plus_tot)}."
        raise DenonciationRefusee(CodeDenonciation.PREAVIS_TROP_COURT, dernier, au_plus_tot)
    denoncee = replace(souscription, denoncee_le=en_utc(recue_le), fin=fin)
    if souscription.denoncee_le is not None and denoncee != souscription:
        assert souscription.fin is not None
        dites = (
            f"Lettre reçue le {en_francais(souscription.denoncee_le)}, dernier jour : {dernier_jour(souscription.fin)}."
        )
        raise DenonciationRefusee(CodeDenonciation.DEJA_DENONCEE, dites)
    return denoncee


def dernier_jour(fin: datetime) -> str:
    """The last Paris day on which there is access, before the end ``fin``."""
    return f"{en_paris(fin - timedelta(microseconds=1)):%d/%m/%Y}"


def adresse_des_avis(bon: BonDeCommande) -> str:
    """Where the notices of that opérateur go: to the Correspondant e-SAV, else to who represents it."""
    nomme = bon.interlocuteur
    return nomme.courriel if nomme is not None and nomme.courriel else bon.courriel
