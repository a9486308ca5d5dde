"""Late entry of what was taken by the fallback procedure, from files (R7.4): each as its deposit would have been judged then."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from esav_soap.errors import CodeErreur, ErreurEsav, FormulaireInvalide
from esav_soap.intake import Verdict
from esav_soap.intake.enveloppe import lire_requete
from esav_soap.names import MOTIF_OPERATEUR, NS_WS, ns_catalogue
from esav_soap.usecases.depot import Accuse, Appelant, dater_refus, valider
from esav_soap.usecases.ports.depots import Depots
from esav_soap.usecases.registre import Registre
from esav_soap.usecases.sav import Sav, Technicien, date_possible

#: The header of a deposit, for a file that holds a form alone: name here -> element, in their order.
ENTETE: Mapping[str, str] = {
    "prestation": "identifiantPrestation",
    "reference": "referenceOperateur",
    "contactNom": "nom",
    "contactTelephone": "telephone",
    "contactCourriel": "courriel",
}
#: Columns of a list of entries.
COLONNES = ("fichier", "depotLe", "operateur", "version", *ENTETE)
_ESPACE = ns_catalogue("")


@dataclass(frozen=True, slots=True)
class DemandeSaisie:
    """One entry. ``source``: how messages name it. ``version`` None: the one of the form's namespace. ``entete``: what the header
    says (:data:`ENTETE`), for a form without one."""

    source: str
    octets: bytes
    operateur: str
    depot_le: datetime
    version: str | None = None
    entete: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saisie:
    """What became of one: entered (or entered before), checked only, or refused."""

    demande: DemandeSaisie
    offre: str | None = None
    accuse: Accuse | None = None
    refus: ErreurEsav | None = None


def saisir(
    sav: Sav,
    technicien: Technicien,
    plateforme: str,
    demandes: Sequence[DemandeSaisie],
    depots: Depots,
    registre: Registre,
    instant: datetime,
    *,
    a_blanc: bool = False,
) -> Iterator[Saisie]:
    """Enter them one after the other; what is wrong with one keeps none of the others out, and is told whole.

    Each may be repeated: its reference gets the same number again. With ``a_blanc`` they are checked and nothing is written.
    """
    for demande in demandes:
        appelant = Appelant(plateforme, demande.operateur)
        try:
            version, verdict = _juger(demande, registre)
            if a_blanc:
                erreurs = (*verdict.erreurs, *date_possible(demande.depot_le, instant))
                if erreurs:
                    raise FormulaireInvalide(erreurs)
                yield Saisie(demande, valider(appelant, verdict, depots))
                continue
            accuse = sav.saisir(technicien, appelant, version, verdict, depots, demande.depot_le, instant)
            yield Saisie(demande, verdict.offre, accuse)
        except ErreurEsav as refus:
            yield Saisie(demande, refus=refus)


def _juger(demande: DemandeSaisie, registre: Registre) -> tuple[str, Verdict]:
    if MOTIF_OPERATEUR.fullmatch(demande.operateur) is None:
        raise ErreurEsav(CodeErreur.MESSAGE_MAL_FORME, f"« {demande.operateur} » n'est pas un code d'opérateur.")
    requete = lire_requete(demande.octets)
    if _version(requete):
        requete = _autour(requete, demande.entete)
    elif demande.entete:
        dit = "Le fichier contient un en-tête de dépôt : n'en donner aucun à côté."
        raise ErreurEsav(CodeErreur.MESSAGE_MAL_FORME, dit)
    formulaire = requete.find(f"{{{NS_WS}}}formulaire")
    contenus = () if formulaire is None else tuple(formulaire)
    version = demande.version or next(filter(None, map(_version, contenus)), "")
    if not version:
        dit = "Aucune version du catalogue n'est donnée, et le formulaire n'en nomme aucune."
        raise ErreurEsav(CodeErreur.VERSION_INCONNUE, dit)
    if version not in {v.version for v in registre.publiees}:
        connues = ", ".join(v.version for v in registre.publiees) or "aucune"
        dit = f"La version {version} du catalogue n'est pas enregistrée ici. Enregistrées : {connues}."
        raise ErreurEsav(CodeErreur.VERSION_INCONNUE, dit)
    nom = etree.QName(requete)
    if nom.namespace != NS_WS or nom.localname not in ("deposerSignalisation", "deposerSignalisationGenerique"):
        dit = f"« {nom.localname[:80]} » n'est ni un formulaire, ni une requête deposerSignalisation."
        raise ErreurEsav(CodeErreur.MESSAGE_MAL_FORME, dit)
    verdict = registre.chargee(version).controle.controler(requete)
    return version, dater_refus(verdict, requete, version, registre)


def _version(element: etree._Element) -> str:
    """The version that the namespace of a form names; empty for anything else."""
    espace = etree.QName(element).namespace or ""
    return espace.removeprefix(_ESPACE).partition(":")[0] if espace.startswith(_ESPACE) else ""


def _autour(formulaire: etree._Element, dits: Mapping[str, str]) -> etree._Element:
    """The request around a form; what is not told is missing, and told so by the check."""
    requete = etree.Element(f"{{{NS_WS}}}deposerSignalisation", nsmap={"ws": NS_WS})
    entete = etree.SubElement(requete, f"{{{NS_WS}}}entete")
    contact = etree.Element(f"{{{NS_WS}}}contact")
    for nom, element in ENTETE.items():
        if dits.get(nom):
            lieu = contact if nom.startswith("contact") else entete
            try:
                etree.SubElement(lieu, f"{{{NS_WS}}}{element}").text = dits[nom]
            except ValueError:
                dit = f"{nom} contient un caractère que XML n'admet pas."
                raise ErreurEsav(CodeErreur.MESSAGE_MAL_FORME, dit) from None
    entete.append(contact)
    etree.SubElement(requete, f"{{{NS_WS}}}formulaire").append(formulaire)
    return requete


def lire_liste(
    octets: bytes,
    lire_fichier: Callable[[str], bytes],
    lire_date: Callable[[str], datetime],
    *,
    operateur: str | None = None,
    version: str | None = None,
) -> tuple[list[DemandeSaisie], list[str]]:
    """The entries of a CSV file (UTF-8, « ; » or « , », with a header among :data:`COLONNES`), and what is wrong with its lines.

    ``lire_fichier`` and ``lire_date`` raise ``OSError`` and ``ValueError``.
    """
    try:
        texte = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], ["Le fichier n'est pas en UTF-8."]
    separateur = ";" if ";" in texte.partition("\n")[0] else ","
    lignes = csv.DictReader(io.StringIO(texte, newline=""), delimiter=separateur, strict=True)
    problemes: list[str] = []
    demandes: list[DemandeSaisie] = []
    try:
        colonnes = [nom.strip() for nom in lignes.fieldnames or ()]
        lignes.fieldnames = colonnes
        problemes += [f"Colonne inconnue : {nom}." for nom in colonnes if nom not in COLONNES]
        problemes += [f"Il manque la colonne {nom}." for nom in ("fichier", "depotLe") if nom not in colonnes]
        if problemes:
            return [], problemes
        for ligne in lignes:
            trop, manque = ligne.pop(None, None), [nom for nom, dit in ligne.items() if dit is None]
            if trop or manque:
                problemes.append(
                    f"Ligne {lignes.line_num} : le nombre de colonnes n'est pas celui de la première ligne."
                )
                continue
            dits = {nom: dit.strip() for nom, dit in ligne.items() if dit.strip()}
            trouvee = _demande(dits, lignes.line_num, (operateur, version), lire_fichier, lire_date, problemes)
            if trouvee is not None:
                demandes.append(trouvee)
    except csv.Error:  # its words are not for people
        dit = "voir les guillemets, les fins de ligne, la longueur des valeurs"
        problemes.append(f"Ligne {lignes.line_num} : ce n'est pas du CSV ({dit}).")
    return demandes, problemes


def _demande(
    dits: Mapping[str, str],
    ligne: int,
    defauts: tuple[str | None, str | None],
    lire_fichier: Callable[[str], bytes],
    lire_date: Callable[[str], datetime],
    problemes: list[str],
) -> DemandeSaisie | None:
    fautes: list[str] = []
    operateur = dits.get("operateur") or defauts[0]
    if not operateur:
        fautes.append("il manque l'opérateur")
    depot_le, octets = None, b""
    try:
        depot_le = lire_date(dits.get("depotLe", ""))
    except ValueError as exc:
        fautes.append(str(exc))
    try:
        octets = lire_fichier(dits["fichier"]) if "fichier" in dits else b""
    except OSError:
        fautes.append(f"le fichier {dits['fichier']} ne peut pas être lu")
    if "fichier" not in dits:
        fautes.append("il manque le nom du fichier")
    problemes += [f"Ligne {ligne} : {faute}." for faute in fautes]
    if fautes or depot_le is None or not operateur:
        return None
    entete = {nom: dits[nom] for nom in ENTETE if nom in dits}
    source = f"ligne {ligne} ({dits['fichier']})"
    return DemandeSaisie(source, octets, operateur, depot_le, dits.get("version") or defauts[1], entete)
