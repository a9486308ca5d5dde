"""Comparisons of a rule: codes that exist, yes/no written as on the wire, « < » only between numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from elementpath import XPathToken

from esav_soap.model import Choisi, Courriel, Date, DateHeure, Nomenclature, OuiNon, Statut, Telephone
from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.controles.carte import Carte, Genre, Resultat, Signaler
from esav_soap.reader.lieux import abrege, proche

EGALITES = frozenset({"=", "!="})
COMPARATEURS = EGALITES | {"<", "<=", ">", ">="}
BOOLEENS = frozenset({"true", "false", "1", "0"})
_NOMBRE = re.compile(r"\s*-?([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*")
_NON_NUMERIQUES = (Date, DateHeure, Choisi, OuiNon, Telephone, Courriel)


def litteral(token: XPathToken) -> str | None:
    """The text of a string literal, parentheses apart."""
    while token.symbol == "(":
        token = token[0]
    return str(token.value) if token.symbol == "(string)" else None


def controler_comparaison(token: XPathToken, operandes: Sequence[Resultat], carte: Carte, signaler: Signaler) -> None:
    """Check one comparison whose operands are resolved."""
    if {operande.genre for operande in operandes} == {Genre.BOOLEEN, Genre.NOEUDS}:
        signaler(
            CodeProbleme.REGLE_BOOLEEN,
            "comparer un champ à un booléen teste sa présence, pas sa valeur : écrire = 'true' ou = 'false'",
        )
        return
    numerique = token.symbol not in EGALITES
    for cote, autre in ((0, 1), (1, 0)):
        texte = litteral(token[autre])
        champs = [(c, champ.champ.type) for c in sorted(operandes[cote].chemins) if (champ := carte.champ(c))]
        refuses = [(chemin, type_) for chemin, type_ in champs if isinstance(type_, _NON_NUMERIQUES)]
        for chemin, type_ in champs:
            if numerique and isinstance(type_, _NON_NUMERIQUES):
                _non_numerique(chemin, type_, signaler)
            elif not numerique and texte is not None and isinstance(type_, OuiNon) and texte not in BOOLEENS:
                signaler(
                    CodeProbleme.REGLE_BOOLEEN,
                    f"« {chemin} » est un champ oui/non : '{abrege(texte)}' n'est ni 'true' ni 'false'",
                )
        if numerique and not refuses and texte is not None and not _NOMBRE.fullmatch(texte):
            signaler(
                CodeProbleme.REGLE_COMPARAISON,
                f"'{abrege(texte)}' n'est pas un nombre : la comparaison est toujours fausse",
            )


def codes_compares(tokens: Iterable[XPathToken], resultats: Mapping[int, Resultat]) -> Iterable[tuple[str, str]]:
    """Every (path, text) that an equality of the expression compares, through string() and normalize-space() too."""
    for token in tokens:
        if token.symbol not in EGALITES or len(token) != 2:
            continue
        for cote, autre in ((token[0], token[1]), (token[1], token[0])):
            texte = litteral(autre)
            while cote.symbol in ("(", "string", "normalize-space") and len(cote) == 1:
                cote = cote[0]
            resultat = resultats.get(id(cote))
            if texte is not None and resultat is not None:
                yield from ((chemin, texte) for chemin in sorted(resultat.chemins))


def controler_codes(
    compares: Iterable[tuple[str, str]], carte: Carte, nomenclatures: Mapping[str, Nomenclature], signaler: Signaler
) -> None:
    """Check that codes which fields are compared with can be in these fields."""
    for chemin, code in compares:
        champ = carte.champ(chemin)
        if champ is None or not isinstance(champ.champ.type, Choisi):
            continue
        nomenclature = nomenclatures.get(champ.champ.type.nomenclature)
        if nomenclature is None:
            continue
        valeur = nomenclature.par_code.get(code)
        if valeur is None:
            signaler(
                CodeProbleme.REGLE_CODE_INCONNU,
                f"« {chemin} » est comparé à '{abrege(code)}', qui n'est pas dans {nomenclature.code}."
                + proche(code, [admise.code for admise in nomenclature.acceptees]),
            )
        elif valeur.statut is Statut.RETIRE:
            signaler(
                CodeProbleme.REGLE_CODE_RETIRE,
                f"« {chemin} » est comparé à '{code}', code retiré de {nomenclature.code}",
            )


def _non_numerique(chemin: str, type_: object, signaler: Signaler) -> None:
    if isinstance(type_, Date | DateHeure):
        exemple = f"substring({chemin}, 1, 10)" if isinstance(type_, DateHeure) else chemin
        conseil = f"écrire number(translate({exemple}, '-', ''))"
    else:
        conseil = "employer = ou !="
    signaler(
        CodeProbleme.REGLE_COMPARAISON,
        f"« {chemin} » n'est pas un nombre, la comparaison est toujours fausse : {conseil}",
    )
