"""What every answer must be, whatever was sent (R9). Shared by the fuzzer in the process and by the one over HTTP."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from esav_soap.errors import CodeChamp, CodeErreur
from esav_soap.names import NS_SOAP_11, NS_SOAP_12, NS_WS

WS = f"{{{NS_WS}}}"
INTERDITS = (
    *(b"Traceback", b"lxml", b"libxml", b"spyne", b"sqlite", b"sqlalchemy", b"gunicorn", b"site-packages", b"/usr"),
    *(b".py", b"XMLSyntax", b"Exception", b"NoneType"),
)
_ENVELOPPES = {NS_SOAP_11: ("1.1", "text/xml"), NS_SOAP_12: ("1.2", "application/soap+xml")}
_ANALYSEUR = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


class Manquement(AssertionError):
    """An answer that breaks a promise."""


def exiger(vrai: object, quoi: str, *preuves: object) -> None:
    if not vrai:
        raise Manquement(" ; ".join([quoi, *(repr(p)[:2000] for p in preuves)]))


def juger_soap(
    statut: int, entetes: Mapping[str, str], octets: bytes, envoye: bytes
) -> tuple[str | None, etree._Element]:
    """The code of the refusal, None for an answer, and the child of the body. Raises :class:`Manquement`."""
    try:
        racine = etree.fromstring(octets, _ANALYSEUR)
    except etree.XMLSyntaxError as exc:
        raise Manquement(f"not well-formed: {exc}: {octets[:500]!r}") from None
    nom = etree.QName(racine)
    exiger(nom.localname == "Envelope" and nom.namespace in _ENVELOPPES, "no SOAP envelope", octets[:500])
    version, mime = _ENVELOPPES[nom.namespace or ""]
    exiger(entetes.get("Content-Type", "").startswith(mime), "type and envelope differ", entetes)
    exiger(entetes.get("Content-Length") == str(len(octets)), "wrong length", entetes, len(octets))
    exiger(entetes.get("X-Request-Id"), "no request id", entetes)
    corps = [enfant for enfant in racine if enfant.tag == f"{{{nom.namespace}}}Body"]
    exiger(len(corps) == 1 and len(corps[0]) == 1, "body", octets[:500])
    contenu = corps[0][0]
    sans_fuite(octets, envoye, contenu)
    if etree.QName(contenu).localname != "Fault":
        exiger(statut == 200, "an answer has another status", statut)
        return None, contenu
    code = _fault(contenu, entetes["X-Request-Id"])
    exiger(code != CodeErreur.ERREUR_INTERNE.name, "internal error", octets[:500])
    envoyeur = (contenu.findtext(f"{{{nom.namespace}}}Code/{{{nom.namespace}}}Value") or "").endswith(":Sender")
    exiger(statut == (400 if version == "1.2" and envoyeur else 500), "status of the fault", statut, version, code)
    return code, contenu


def _fault(fault: etree._Element, requete: str) -> str:
    details = [d for d in fault if etree.QName(d).localname in ("detail", "Detail")]
    exiger(len(details) == 1 and [e.tag for e in details[0]] == [f"{WS}ErreurEsav"], "detail", etree.tostring(fault))
    declare = details[0][0]
    code = declare.findtext(f"{WS}code") or ""
    exiger(code in CodeErreur.__members__, "unknown code", code)
    exiger(declare.findtext(f"{WS}message"), "no message", etree.tostring(declare))
    exiger(declare.findtext(f"{WS}requete") == requete, "another request id", etree.tostring(declare), requete)
    codes = [e.findtext(f"{WS}code") or "" for e in declare.iter(f"{WS}erreur")]
    exiger(all(c in CodeChamp.__members__ for c in codes), "unknown error", codes)
    exiger(bool(codes) == (code in _AVEC_ERREURS) or code not in _SEULS, "errors of this code", code, codes)
    return code


_AVEC_ERREURS = frozenset({"FORMULAIRE_INVALIDE", "PACK_INVALIDE", "PUBLICATION_REFUSEE"})
_SEULS = _AVEC_ERREURS | {"MESSAGE_MAL_FORME", "MESSAGE_TROP_GRAND"}


def sans_fuite(octets: bytes, envoye: bytes, contenu: etree._Element | None = None) -> None:
    """Nothing of ours is told; what the caller wrote may come back to it, and a pack in base64 may read like anything."""
    if contenu is not None and etree.QName(contenu).localname == "telechargerPackResponse":
        return
    ecrit = envoye.replace(b"\0", b"")
    fuites = [mot for mot in INTERDITS if mot in octets and mot not in ecrit]
    exiger(not fuites, "leaks", fuites, octets[:3000])
