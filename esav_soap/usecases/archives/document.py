"""A signalisation whose life is over, as one JSON document: how it is archived, and a line of an export.

The format is described in docs/guide-technicien.md, for programs that are not ours: fields may be added to it, none changes its
meaning. Codes are those of the services; instants are UTC with microseconds; what is not known is ``null``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypeVar

from lxml import etree

from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import Creneau, EtatReservation, Plage, Reservation
from esav_soap.signalisation import (
    Action,
    Attendu,
    CauseCloture,
    Contact,
    Cote,
    Etat,
    Evenement,
    MotifRejet,
    Prestation,
    Responsabilite,
    Signalisation,
    Visibilite,
)

#: Told by each document. A reader refuses what it does not know.
FORMAT = 1

_M = TypeVar("_M", bound=Enum)


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known of a signalisation: with its events, internal ones included, and its appointments, the oldest first.

    ``empreinte``: of the deposit (R3.3). ``clos_le``: when it was closed or rejected.
    """

    signalisation: Signalisation
    empreinte: bytes
    clos_le: datetime
    rendez_vous: tuple[Reservation, ...] = ()


def ecrire(dossier: Dossier) -> bytes:
    """The document, UTF-8 on one line. The same for the same dossier."""
    s, p = dossier.signalisation, dossier.signalisation.prestation
    document = {
        "format": FORMAT,
        "numero": s.numero,
        "plateforme": s.plateforme,
        "operateur": s.operateur,
        "reference": s.reference,
        "empreinte": dossier.empreinte.hex(),
        "etat": s.etat.name,
        "offre": s.offre,
        "versionCatalogue": s.version_catalogue,
        "depotLe": _instant(s.depot_le),
        "modifieeLe": _instant(s.modifiee_le),
        "closLe": _instant(dossier.clos_le),
        "saisieLe": _instant(s.saisie_le),
        "contact": {"nom": s.contact.nom, "telephone": s.contact.telephone, "courriel": s.contact.courriel},
        "prestation": {
            "identifiant": p.identifiant,
            "offre": p.offre,
            "extremiteA": p.extremite_a,
            "extremiteB": p.extremite_b,
            "complement": p.complement,
            "garantie": p.garantie,
            "zone": p.zone,
        },
        "formulaire": s.formulaire.decode(),
        "evenements": [_evenement(un) for un in s.evenements],
        "rendezVous": [_reservation(une) for une in dossier.rendez_vous],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def lire(document: bytes) -> Dossier:
    """The dossier of a document. Raises ``ValueError`` for one of a later format."""
    d = json.loads(document)
    if d["format"] != FORMAT:
        raise ValueError(f"document d'archive au format {d['format']}, ce programme connaît le format {FORMAT}")
    c, p = d["contact"], d["prestation"]
    lieu = (d["plateforme"], d["operateur"])
    signalisation = Signalisation(
        numero=d["numero"],
        plateforme=d["plateforme"],
        operateur=d["operateur"],
        reference=d["reference"],
        etat=Etat[d["etat"]],
        offre=d["offre"],
        version_catalogue=d["versionCatalogue"],
        depot_le=_lu(d["depotLe"]),
        modifiee_le=_lu(d["modifieeLe"]),
        contact=Contact(c["nom"], c["telephone"], c["courriel"]),
        formulaire=d["formulaire"].encode(),
        prestation=Prestation(
            *lieu,
            p["identifiant"],
            p["offre"],
            p["extremiteA"],
            p["extremiteB"],
            p["complement"],
            p["garantie"],
            p["zone"],
        ),
        evenements=tuple(map(_lire_evenement, d["evenements"])),
        saisie_le=_lu_ou_rien(d["saisieLe"]),
    )
    return Dossier(
        signalisation,
        bytes.fromhex(d["empreinte"]),
        _lu(d["closLe"]),
        tuple(_lire_reservation(lieu, d["numero"], une) for une in d["rendezVous"]),
    )


def anonymiser(dossier: Dossier) -> Dossier:
    """The dossier without what may tell of persons: contact, what the form was filled with, comments, who acted, addresses.

    States, dates, codes and references stay: an opérateur still finds its signalisation, and its events in their places.
    """
    s = dossier.signalisation
    lieu = (s.plateforme, s.operateur, s.prestation.identifiant, s.prestation.offre)
    return replace(
        dossier,
        signalisation=replace(
            s,
            contact=Contact("", "", None),
            formulaire=_vider(s.formulaire),
            prestation=Prestation(*lieu, garantie=s.prestation.garantie, zone=s.prestation.zone),
            evenements=tuple(replace(un, commentaire="", auteur="") for un in s.evenements),
        ),
    )


_ANALYSEUR = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


def _vider(formulaire: bytes) -> bytes:
    """The root of the form, with nothing in it: it says which form it was."""
    racine = etree.fromstring(formulaire, _ANALYSEUR)
    racine.clear()
    return etree.tostring(racine, encoding="UTF-8", xml_declaration=False)


def _evenement(un: Evenement) -> dict[str, Any]:
    return {
        "rang": un.rang,
        "date": _instant(un.date),
        "etat": un.etat.name,
        "cote": un.cote.name,
        "action": _nom(un.action),
        "auteur": un.auteur,
        "visibilite": un.visibilite.name,
        "motif": _nom(un.motif),
        "attendu": _nom(un.attendu),
        "cause": _nom(un.cause),
        "responsabilite": _nom(un.responsabilite),
        "retabliLe": _instant(un.retabli_le),
        "commentaire": un.commentaire,
    }


def _lire_evenement(d: dict[str, Any]) -> Evenement:
    return Evenement(
        date=_lu(d["date"]),
        etat=Etat[d["etat"]],
        cote=Cote[d["cote"]],
        commentaire=d["commentaire"],
        action=_membre(Action, d["action"]),
        auteur=d["auteur"],
        visibilite=Visibilite[d["visibilite"]],
        motif=_membre(MotifRejet, d["motif"]),
        attendu=_membre(Attendu, d["attendu"]),
        cause=_membre(CauseCloture, d["cause"]),
        responsabilite=_membre(Responsabilite, d["responsabilite"]),
        retabli_le=_lu_ou_rien(d["retabliLe"]),
        rang=d["rang"],
    )


def _reservation(une: Reservation) -> dict[str, Any]:
    return {
        "numero": une.numero,
        "reference": une.reference,
        "genre": une.creneau.genre.name,
        "zone": une.creneau.zone,
        "jour": une.creneau.jour.isoformat(),
        "plage": une.creneau.plage.name,
        "etat": une.etat.name,
        "creeeLe": _instant(une.creee_le),
        "modifieeLe": _instant(une.modifiee_le),
        "tenueJusquA": _instant(une.tenue_jusqu_a),
        "confirmeeLe": _instant(une.confirmee_le),
        "remplace": une.remplace,
        "remplaceePar": une.remplacee_par,
    }


def _lire_reservation(lieu: tuple[str, str], signalisation: str, d: dict[str, Any]) -> Reservation:
    jour = date.fromisoformat(d["jour"])
    return Reservation(
        numero=d["numero"],
        operateur=lieu[1],
        reference=d["reference"],
        signalisation=signalisation,
        creneau=Creneau(lieu[0], d["zone"], TypeRendezVous[d["genre"]], jour, Plage[d["plage"]]),
        etat=EtatReservation[d["etat"]],
        creee_le=_lu(d["creeeLe"]),
        modifiee_le=_lu(d["modifieeLe"]),
        tenue_jusqu_a=_lu_ou_rien(d["tenueJusquA"]),
        confirmee_le=_lu_ou_rien(d["confirmeeLe"]),
        remplace=d["remplace"],
        remplacee_par=d["remplaceePar"],
    )


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).isoformat(timespec="microseconds")


def _lu(texte: str) -> datetime:
    return datetime.fromisoformat(texte)


def _lu_ou_rien(texte: str | None) -> datetime | None:
    return None if texte is None else _lu(texte)


def _nom(membre: Enum | None) -> str | None:
    return None if membre is None else membre.name


def _membre(nature: type[_M], nom: str | None) -> _M | None:
    return None if nom is None else nature[nom]
