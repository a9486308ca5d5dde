"""The published jeu de test holds: every witness judges its messages alike, and the check gives the answers that it prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from esav_soap.errors import CodeErreur, Probleme
from esav_soap.intake import Controle
from esav_soap.names import NS_PACK, NS_WS
from esav_soap.usecases.codes_verification import CodeVerification, message

_C = CodeVerification
_P = f"{{{NS_PACK}}}"
_MANIFESTE = "jeu-de-test/manifeste.xml"
#: Without comments and instructions, which a deposit may have and intake takes away.
_ANALYSEUR = etree.XMLParser(
    no_network=True, resolve_entities=False, load_dtd=False, remove_comments=True, remove_pis=True
)


@dataclass(frozen=True, slots=True)
class Publie:
    """A published message, with what its answer says. ``forme``: the Offre's form in a typed deposit, else None."""

    code: str
    offre: str
    chemin: str
    requete: etree._Element
    verdict: str
    erreurs: tuple[tuple[str, str, str], ...]

    @property
    def forme(self) -> etree._Element | None:
        formulaires = self.requete.findall(f"{{{NS_WS}}}formulaire")
        return formulaires[0][0] if len(formulaires) == 1 and len(formulaires[0]) == 1 else None


def messages_publies(fichiers: Mapping[str, bytes]) -> dict[str, list[Publie]]:
    """The deposits of a pack's jeu de test by Offre; empty when the pack has none.

    Raises ``KeyError`` for a message that is not in the pack, ``lxml.etree.XMLSyntaxError``, ``ValueError``.
    """
    trouves: dict[str, list[Publie]] = {}
    if _MANIFESTE not in fichiers:
        return trouves
    for cas in etree.fromstring(fichiers[_MANIFESTE], _ANALYSEUR).iterfind(f"{_P}cas"):
        if cas.get("service", "depot") != "depot":
            continue  # the catalogue has no say in the others
        chemin = f"jeu-de-test/{cas.get('message', '')}"
        requete = _requete(fichiers[chemin])
        if requete is None:
            raise ValueError(f"{chemin} n'est pas un message SOAP")
        erreurs = tuple(
            (e.get("champ", ""), e.get("chemin", ""), e.get("code", "")) for e in cas.iterfind(f"{_P}erreur")
        )
        publie = Publie(
            cas.get("code", ""), cas.get("offre", ""), chemin, requete, cas.get("verdict", ""), tuple(sorted(erreurs))
        )
        trouves.setdefault(publie.offre, []).append(publie)
    return trouves


def rejuger(publie: Publie, controle: Controle) -> Iterator[Probleme]:
    """The check of a deposit says of the message what the jeu de test prints."""
    try:
        verdict = controle.controler(publie.requete)
    except KeyError:
        yield _probleme(publie, "ce n'est pas une requête de dépôt.")
        return
    trouvees = tuple(sorted((e.champ, e.chemin, e.code.name) for e in verdict.erreurs))
    attendu = publie.verdict != CodeErreur.FORMULAIRE_INVALIDE.name
    if verdict.valide != attendu or trouvees != publie.erreurs:
        dites = ", ".join(" ".join(erreur) for erreur in trouvees) or "accepté"
        yield _probleme(publie, f"le contrôle dit maintenant : {dites}.")


def lire_jeu(fichiers: Mapping[str, bytes], signaler: Callable[[Probleme], None]) -> dict[str, list[Publie]]:
    """:func:`messages_publies`, where what cannot be read is a problem."""
    try:
        return messages_publies(fichiers)
    except (KeyError, ValueError, etree.XMLSyntaxError) as exc:
        signaler(Probleme(_MANIFESTE, 0, _C.JEU_DE_TEST_INEXACT.name, message(_C.JEU_DE_TEST_INEXACT, f"{exc}.")))
        return {}


def _requete(enveloppe: bytes) -> etree._Element | None:
    corps = etree.fromstring(enveloppe, _ANALYSEUR).find("{*}Body")
    return corps[0] if corps is not None and len(corps) == 1 else None


def _probleme(publie: Publie, precision: str) -> Probleme:
    dit = f"Cas {publie.code} : {precision}"
    return Probleme(publie.chemin, 0, _C.JEU_DE_TEST_INEXACT.name, message(_C.JEU_DE_TEST_INEXACT, dit))
