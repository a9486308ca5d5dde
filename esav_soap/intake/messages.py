"""Making the errors: label, message, shortened value (R3.2)."""

from __future__ import annotations

from esav_soap.errors import CodeChamp, ErreurChamp
from esav_soap.intake.attendus import attendu
from esav_soap.model.formulaire import Champ
from esav_soap.names import NS_XSI

#: Blanks of XML; Python's own idea of them is wider.
BLANCS = " \t\r\n"
LONGUEUR_VALEUR = 200
NOMBRE_ADMISES = 50


def erreur(
    code: CodeChamp,
    champ: str,
    libelle: str,
    chemin: str,
    message: str,
    valeur: str = "",
    admises: tuple[str, ...] = (),
) -> ErreurChamp:
    """An error with its value and allowed values cut to what an answer may carry."""
    if len(valeur) > LONGUEUR_VALEUR:
        valeur = valeur[: LONGUEUR_VALEUR - 1] + "…"
    return ErreurChamp(champ, libelle, chemin, code, message, valeur, admises[:NOMBRE_ADMISES])


def ligne(
    code: CodeChamp, champ: Champ, chemin: str, raison: str, valeur: str = "", admises: tuple[str, ...] = ()
) -> ErreurChamp:
    """An error of a field: « Label » : reason (attendu : what the field accepts)."""
    voulu = attendu(champ)
    suite = f" (attendu : {voulu})" if voulu else ""
    message = f"« {champ.libelle} » : {raison}{suite}"
    return erreur(code, champ.code, champ.libelle, chemin, message, valeur, admises)


def erreur_attribut(nom: str, valeur: str, champ: str, libelle: str, chemin: str, *, nil: bool) -> ErreurChamp:
    """An attribute that may not be there; ``nom`` in Clark notation."""
    espace, _, local = nom.rpartition("}")
    affiche = f"xsi:{local}" if espace == "{" + NS_XSI else local
    ici = f"{chemin}/@{affiche}" if chemin else f"@{affiche}"
    if nil:
        message = f"« {libelle} » : xsi:nil n'est pas admis, ne pas envoyer l'élément ou lui donner une valeur"
        return erreur(CodeChamp.NIL_INTERDIT, champ, libelle, ici, message, valeur)
    message = f"« {libelle} » : l'attribut « {affiche} » n'est pas admis"
    return erreur(CodeChamp.ATTRIBUT_INTERDIT, champ, libelle, ici, message, valeur)
