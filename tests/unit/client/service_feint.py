"""A service without sockets: answers requests of ``requests`` from a script, and keeps what it was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

import requests
from lxml import etree
from requests.adapters import BaseAdapter

from esav_soap.client import ClientEsav
from esav_soap.names import NS_SOAP_11, NS_SOAP_12, NS_WS

BASE = "http://esav.test"
WS = f"{{{NS_WS}}}"


@dataclass(frozen=True)
class Reponse:
    """An HTTP answer."""

    corps: bytes = b""
    statut: int = 200
    type: str = "text/xml; charset=utf-8"
    entetes: Mapping[str, str] = field(default_factory=dict)


#: An answer, an exception to raise, or a function of the request that gives an answer.
Etape = Reponse | Exception | Callable[[requests.PreparedRequest], Reponse]


class ServiceFeint(BaseAdapter):
    """``documents``: path and query -> answer to GET; ``etapes``: answers to POST, in turn."""

    def __init__(self, documents: Mapping[str, Reponse]) -> None:
        super().__init__()
        self.documents = dict(documents)
        self.etapes: list[Etape] = []
        self.lectures: list[str] = []
        self.envois: list[requests.PreparedRequest] = []
        self.options: list[Mapping[str, Any]] = []

    def send(self, request: requests.PreparedRequest, *_args: Any, **options: Any) -> requests.Response:
        self.options.append(options)
        chemin = request.path_url
        if request.method == "GET":
            self.lectures.append(chemin)
            etape: Etape = self.documents.get(chemin, Reponse(b"<html>rien ici</html>", 404, "text/html"))
        else:
            self.envois.append(request)
            assert self.etapes, f"no answer is left for POST {chemin}"
            etape = self.etapes.pop(0)
        if isinstance(etape, Exception):
            raise etape
        donnee = etape if isinstance(etape, Reponse) else etape(request)
        reponse = requests.Response()
        reponse.status_code = donnee.statut
        reponse.raw = BytesIO(donnee.corps)
        reponse.headers.update({"Content-Type": donnee.type, **donnee.entetes})
        reponse.url = str(request.url)
        reponse.request = request
        return reponse

    def close(self) -> None:
        """Nothing is open."""

    def corps(self, rang: int = -1) -> etree._Element:
        """The child of the SOAP body of a request."""
        return corps_de(self.envois[rang])

    def client(self, **options: Any) -> ClientEsav:
        """A client that talks to this service and never sleeps."""
        session = requests.Session()
        session.mount(BASE, self)
        reglages: dict[str, Any] = {"session": session, "pause": lambda _: None, "operateur": "OPA"} | options
        return ClientEsav(reglages.pop("base_url", BASE), **reglages)


def corps_de(envoi: requests.PreparedRequest) -> etree._Element:
    assert isinstance(envoi.body, bytes)
    enveloppe = etree.fromstring(envoi.body)
    (corps,) = enveloppe.findall(f"{{{etree.QName(enveloppe).namespace}}}Body")
    (contenu,) = corps
    return contenu


def aplat(noeud: etree._Element) -> list[tuple[str, str]]:
    """Names and texts of the elements without children, in their order."""
    return [(etree.QName(n).localname, n.text or "") for n in noeud.iter() if not len(n)]


def elements(**membres: object) -> str:
    """XML elements of these names; an item of a list is one element, a dict is its own elements, True is ``true``."""

    def un(nom: str, valeur: object) -> str:
        if isinstance(valeur, list):
            return "".join(un(nom, v) for v in valeur)
        texte = str(valeur).lower() if isinstance(valeur, bool) else str(valeur)
        return f"<ws:{nom}>{elements(**valeur) if isinstance(valeur, dict) else escape(texte)}</ws:{nom}>"

    return "".join(un(nom, valeur) for nom, valeur in membres.items())


def rendu(operation: str, reponse: str, **membres: object) -> Reponse:
    """The answer ``reponse`` of an operation, with these members."""
    return soap(elements(**{f"{operation}Response": {reponse: membres}}))


def etat(operation: str, code: str = "GELE", libelle: str = "gelé") -> Reponse:
    """An answer ``etatSignalisation``."""
    return rendu(
        operation,
        "etatSignalisation",
        numeroSignalisation="N1",
        referenceOperateur="R1",
        etat=code,
        libelleEtat=libelle,
        dateHeureDepot="2026-11-05T09:15:00+01:00",
        dateHeureEtat="2026-11-05T10:15:00+01:00",
    )


def resume(numero: str, etat_: str = "EN_COURS", **suite: object) -> dict[str, object]:
    """A ``ResumeSignalisation``."""
    return {
        "numeroSignalisation": numero,
        "referenceOperateur": f"R-{numero}",
        "etat": etat_,
        "libelleEtat": etat_.lower(),
        "identifiantPrestation": "P1",
        "offre": "ACCES_FTTH",
        "dateHeureDepot": "2026-11-05T09:15:00+01:00",
        **suite,
    }


def page(operation: str, *numeros: str, suivant: str | None = None) -> Reponse:
    """An answer ``listeSignalisations``."""
    membres: dict[str, object] = {"signalisation": [resume(n) for n in numeros]}
    return rendu(operation, "listeSignalisations", **membres, **({"curseurSuivant": suivant} if suivant else {}))


def evenements(*rangs: int, curseur: str, encore: bool = False, averti: str = "", **suite: object) -> Reponse:
    """An answer ``listeEvenements``; ``averti``: the code of a warning; ``suite``: more members of each event."""
    recus = [
        {
            "rang": rang,
            "numeroSignalisation": f"N{rang}",
            "referenceOperateur": f"R{rang}",
            "dateHeure": "2026-11-05T09:15:00+01:00",
            "etat": "GELE",
            "libelleEtat": "gelé",
            "auteur": "FOURNISSEUR",
            **suite,
        }
        for rang in rangs
    ]
    avertissements = [{"code": averti, "message": "Bientôt."}] if averti else []
    return rendu(
        "listerEvenements",
        "listeEvenements",
        evenement=recus,
        curseur=curseur,
        encore=encore,
        avertissement=avertissements,
    )


def plage(**autres: object) -> dict[str, object]:
    """The members of a slot, of which a ``PlageLibre`` and a ``RendezVous`` are made."""
    return {
        "genre": "SAV",
        "jour": "2026-12-03",
        "plage": "MATIN",
        "libellePlage": "matin (08:00-12:00)",
        "dateHeureDebut": "2026-12-03T08:00:00+01:00",
        "dateHeureFin": "2026-12-03T12:00:00+01:00",
        **autres,
    }


def rendez_vous(numero: str = "V1", etat_: str = "TENUE") -> dict[str, object]:
    """A ``RendezVous``."""
    return {
        "numeroRendezVous": numero,
        "referenceRendezVous": "RDV-1",
        "numeroSignalisation": "N1",
        "etat": etat_,
        "libelleEtat": etat_.lower(),
        **plage(),
        "dateHeureReservation": "2026-11-30T09:00:00+01:00",
        "dateHeureFinTenue": "2026-11-30T09:15:00+01:00",
    }


def rendez_vous_rendu(operation: str, *, deja: bool = False, **autres: str) -> Reponse:
    """An answer ``rendezVousRendu``."""
    return rendu(operation, "rendezVousRendu", rendezVous=rendez_vous(**autres), dejaFait=deja)


def soap(contenu: str, version: str = "1.1", statut: int = 200) -> Reponse:
    """A SOAP answer with ``contenu``, in which ``ws:`` and ``e:`` (the envelope's) are declared."""
    espace = NS_SOAP_12 if version == "1.2" else NS_SOAP_11
    texte = f'<e:Envelope xmlns:e="{espace}" xmlns:ws="{NS_WS}"><e:Body>{contenu}</e:Body></e:Envelope>'
    return Reponse(texte.encode(), statut, "application/soap+xml" if version == "1.2" else "text/xml")


def accuse(numero: str = "7K3M9QX2TBX", deja: str = "false", version: str = "1.1", suite: str = "") -> Reponse:
    """An acknowledgement; ``suite``: warnings."""
    return soap(
        "<ws:deposerSignalisationResponse><ws:accuseReception>"
        f"<ws:numeroSignalisation>{numero}</ws:numeroSignalisation><ws:etat>EN_DEPOT</ws:etat>"
        "<ws:dateHeureDepot>2026-11-05T09:15:00+01:00</ws:dateHeureDepot>"
        f"<ws:versionCatalogue>2026.2</ws:versionCatalogue><ws:dejaDeposee>{deja}</ws:dejaDeposee>{suite}"
        "</ws:accuseReception></ws:deposerSignalisationResponse>",
        version,
    )


def refus(declare: str, version: str = "1.1") -> Reponse:
    """A fault whose detail is ``declare``."""
    if version == "1.2":
        faute = (
            "<e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code>"
            f'<e:Reason><e:Text xml:lang="fr">résumé</e:Text></e:Reason><e:Detail>{declare}</e:Detail></e:Fault>'
        )
        return soap(faute, version, 400)
    faute = f"<faultcode>e:Client</faultcode><faultstring>résumé</faultstring><detail>{declare}</detail>"
    return soap(f"<e:Fault>{faute}</e:Fault>", version, 500)


INCONNUE = refus(
    "<ws:ErreurEsav><ws:code>SIGNALISATION_INCONNUE</ws:code><ws:message>Aucune.</ws:message>"
    "<ws:requete>r1</ws:requete></ws:ErreurEsav>"
)
