"""The first step of intake: from the bytes of a request to the element in its SOAP body.

XML is hostile: no DTD, no entity, nothing fetched, bounded size and depth. Whatever the bytes, the outcome is a
:class:`Message` or an :class:`~esav_soap.errors.ErreurEsav` (MESSAGE_MAL_FORME, MESSAGE_TROP_GRAND).
"""

from __future__ import annotations

import codecs
import threading
from dataclasses import dataclass
from email.message import Message as EnteteMime
from functools import lru_cache

from lxml import etree

from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.names import NS_SOAP_11, NS_SOAP_12

#: Largest request body, in bytes. A deposit is about 4 KB; the generic one with 2,000 fields about 400 KB.
TAILLE_MAX = 2 * 1024 * 1024
#: Most attributes of one element.
ATTRIBUTS_MAX = 500
#: Fewer equals signs than this in the whole message: no element can have too many attributes to be read in time.
_SIGNES_EGAL = 2000

#: Whom a header names when it means the service that answers (SOAP 1.1 actor, SOAP 1.2 roles).
_DESTINATAIRES = frozenset(
    {
        "http://schemas.xmlsoap.org/soap/actor/next",
        f"{NS_SOAP_12}/role/next",
        f"{NS_SOAP_12}/role/ultimateReceiver",
    }
)
_VERSIONS = {NS_SOAP_11: "1.1", NS_SOAP_12: "1.2"}
#: Encodings that are read: Python's name -> libxml2's.
_ENCODAGES = {"utf-8": "UTF-8", "ascii": "US-ASCII", "iso8859-1": "ISO-8859-1", "iso8859-15": "ISO-8859-15"}
_ENCODAGES |= {"cp1252": "windows-1252", "utf-16": "UTF-16", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE"}
_MARQUES = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MIMES = frozenset({"text/xml", "application/soap+xml", "application/xml"})
_analyseurs = threading.local()


@dataclass(frozen=True, slots=True)
class Message:
    """A SOAP request: its version (``1.1`` or ``1.2``) and the single element of its body."""

    version: str
    corps: etree._Element


def lire_enveloppe(
    octets: bytes, content_type: str = "", content_encoding: str = "", taille_max: int = TAILLE_MAX
) -> Message:
    """Read a request. Raises :class:`ErreurEsav`; nothing of the parser's own words gets into it."""
    if len(octets) > taille_max:
        raise trop_grand(taille_max)
    if content_encoding.strip().lower() not in ("", "identity"):
        raise _mal_forme("Le corps est compressé (Content-Encoding) : envoyer le message sans compression.")
    if not octets.strip():
        raise _mal_forme("Le corps de la requête est vide : une enveloppe SOAP est attendue.")
    encodage = _encodage(content_type)
    if encodage == "UTF-16":  # the byte order mark says which; without it the first character does, which is ASCII
        encodage = None if octets.startswith(_MARQUES) else "UTF-16BE" if octets[0] == 0 else "UTF-16LE"
    return _ouvrir(_lire(octets, encodage))


def lire_requete(octets: bytes, taille_max: int = TAILLE_MAX) -> etree._Element:
    """Read a file that holds a request: what is in the body of its envelope, or its root when it has none. Raises the same."""
    if len(octets) > taille_max:
        raise trop_grand(taille_max)
    if not octets.strip():
        raise _mal_forme("Le fichier est vide : une requête ou un formulaire est attendu.")
    racine = _lire(octets, None)
    return _ouvrir(racine).corps if etree.QName(racine).namespace in _VERSIONS else racine


def _lire(octets: bytes, encodage: str | None) -> etree._Element:
    racine = _analyser(octets, encodage)
    if racine.getroottree().docinfo.internalDTD is not None:
        raise _mal_forme("Une déclaration DOCTYPE n'est pas admise.")
    # libxml2 and lxml look attributes up one by one: with 10^5 on one element a request would take a minute.
    if octets.count(b"=") > _SIGNES_EGAL and any(len(noeud.attrib) > ATTRIBUTS_MAX for noeud in racine.iter()):
        raise _mal_forme(f"Un élément porte plus de {ATTRIBUTS_MAX} attributs.")
    return racine


def trop_grand(taille_max: int) -> ErreurEsav:
    """The refusal of a body of more than ``taille_max`` bytes."""
    return ErreurEsav(CodeErreur.MESSAGE_TROP_GRAND, f"Le message dépasse la taille admise de {taille_max} octets.")


def _mal_forme(message: str) -> ErreurEsav:
    return ErreurEsav(CodeErreur.MESSAGE_MAL_FORME, message)


@lru_cache(maxsize=64)
def _encodage(content_type: str) -> str | None:
    """Encoding that the HTTP header imposes on the XML declaration (RFC 7303), or None when it names none."""
    entete = EnteteMime()
    entete["Content-Type"] = content_type or "text/xml"
    mime = entete.get_content_type()
    if mime.startswith("multipart/"):
        raise _mal_forme("Les pièces jointes (MTOM, SwA) ne sont pas admises : envoyer l'enveloppe seule.")
    if content_type and mime not in _MIMES:
        raise _mal_forme("Le type de contenu doit être text/xml (SOAP 1.1) ou application/soap+xml (SOAP 1.2).")
    charset = entete.get_param("charset")
    if charset is None:
        return None
    try:
        nom = codecs.lookup(str(charset).strip("\"' ")).name
    except (LookupError, ValueError):
        nom = ""
    if nom not in _ENCODAGES:
        raise _mal_forme("L'encodage annoncé (charset) n'est pas admis : employer UTF-8.")
    return _ENCODAGES[nom]


def _analyser(octets: bytes, encodage: str | None) -> etree._Element:
    analyseurs = _analyseurs.__dict__
    analyseur = analyseurs.get(encodage or "")
    if analyseur is None:
        analyseur = analyseurs[encodage or ""] = etree.XMLParser(
            encoding=encodage,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
    try:
        racine = etree.fromstring(octets, analyseur)
    except (etree.XMLSyntaxError, ValueError, LookupError, AssertionError) as exc:
        raise _illisible(getattr(exc, "lineno", None)) from None
    # A warning makes lxml forget the error before it: a tree with undeclared prefixes gets through.
    for entree in analyseur.error_log:
        if entree.level >= etree.ErrorLevels.ERROR:
            raise _illisible(entree.line)
    return racine


def _illisible(ligne: int | None) -> ErreurEsav:
    lieu = f", vers la ligne {ligne}" if ligne else ""
    return _mal_forme(f"Le corps n'est pas du XML bien formé{lieu} : vérifier l'encodage et les balises.")


def _ouvrir(racine: etree._Element) -> Message:
    nom = etree.QName(racine)
    version = _VERSIONS.get(nom.namespace or "")
    if nom.localname != "Envelope" or version is None:
        refus = _mal_forme("L'élément racine doit être l'enveloppe SOAP (Envelope), en version 1.1 ou 1.2.")
        refus.faute_soap = "VersionMismatch" if nom.localname == "Envelope" else None
        raise refus
    espace = f"{{{nom.namespace}}}"
    corps = None
    for rang, enfant in enumerate(racine):
        if enfant.tag == f"{espace}Header" and rang == 0:
            _verifier_entetes(enfant, espace)
        elif enfant.tag == f"{espace}Body" and corps is None:
            corps = enfant
        else:
            raise _mal_forme("L'enveloppe doit contenir un en-tête (Header) facultatif, puis un corps (Body).")
    if corps is None or len(corps) != 1:
        raise _mal_forme("Le corps SOAP (Body) doit contenir une requête, et une seule.")
    requete = corps[0]
    if not isinstance(requete.tag, str) or requete.tag == f"{espace}Fault":
        raise _mal_forme("Le corps SOAP (Body) doit contenir une requête.")
    return Message(version, requete)


def _verifier_entetes(entetes: etree._Element, espace: str) -> None:
    for bloc in entetes:
        destinataire = bloc.get(f"{espace}actor") or bloc.get(f"{espace}role") or ""
        pour_nous = not destinataire or destinataire.strip() in _DESTINATAIRES
        if pour_nous and bloc.get(f"{espace}mustUnderstand", "0").strip() in ("1", "true"):
            refus = _mal_forme(
                f"L'en-tête SOAP « {etree.QName(bloc).localname[:80]} » est obligatoire (mustUnderstand), mais "
                "ce service ne le connaît pas : ne pas l'envoyer."
            )
            refus.faute_soap = "MustUnderstand"
            raise refus
