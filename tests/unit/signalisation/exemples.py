"""Signalisations to act on, and what the table must say, written by hand."""

from __future__ import annotations

from datetime import UTC, datetime

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
)
from esav_soap.signalisation.transitions import deposer

#: A Wednesday, noon in Paris.
DEPOT = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
SAV, OPERATEUR = Cote.FOURNISSEUR, Cote.OPERATEUR
BILAN = {"cause": CauseCloture.SOUDURE, "responsabilite": Responsabilite.FOURNISSEUR, "retabli_le": DEPOT}

#: Each change of state that the contract's states allow: from, action, side, what it takes, to. Written by hand.
CHANGEMENTS: list[tuple[Etat, Action, Cote, dict[str, object], Etat]] = [
    (Etat.EN_DEPOT, Action.QUALIFIER, SAV, {}, Etat.EN_QUALIFICATION),
    (Etat.EN_DEPOT, Action.REJETER, SAV, {"motif": MotifRejet.DOUBLON}, Etat.EN_REJET),
    (Etat.EN_DEPOT, Action.GELER, SAV, {"attendu": Attendu.ACCES_SITE}, Etat.GELE),
    (Etat.EN_QUALIFICATION, Action.REJETER, SAV, {"motif": MotifRejet.DOUBLON}, Etat.EN_REJET),
    (Etat.EN_QUALIFICATION, Action.PRENDRE, SAV, {}, Etat.EN_COURS),
    (Etat.EN_QUALIFICATION, Action.CLORE, SAV, BILAN, Etat.CLOS),
    (Etat.EN_QUALIFICATION, Action.GELER, SAV, {"attendu": Attendu.ACCES_SITE}, Etat.GELE),
    (Etat.EN_QUALIFICATION, Action.PRENDRE_RENDEZ_VOUS, OPERATEUR, {}, Etat.GELE),
    (Etat.EN_COURS, Action.GELER, SAV, {"attendu": Attendu.ACCES_SITE}, Etat.GELE),
    (Etat.EN_COURS, Action.CLORE, SAV, BILAN, Etat.CLOS),
    (Etat.EN_COURS, Action.PRENDRE_RENDEZ_VOUS, OPERATEUR, {}, Etat.GELE),
    (Etat.GELE, Action.COMPLETER, OPERATEUR, {"commentaire": "Le gardien est là."}, Etat.EN_COURS),
    (Etat.GELE, Action.REPRENDRE, SAV, {}, Etat.EN_COURS),
    (Etat.GELE, Action.ANNULER_RENDEZ_VOUS, SAV, {"commentaire": "Technicien absent."}, Etat.EN_COURS),
    (Etat.CLOS, Action.VALIDER, SAV, {}, Etat.VALIDE),
    (Etat.CLOS, Action.CONTESTER, OPERATEUR, {"commentaire": "Toujours coupé."}, Etat.EN_COURS),
    (Etat.VALIDE, Action.CONTESTER, OPERATEUR, {"commentaire": "Toujours coupé."}, Etat.EN_COURS),
    (Etat.VALIDE, Action.VERROUILLER, SAV, {}, Etat.CLOS_TABLEAU_DE_BORD),
]
OUVERTS = (Etat.EN_DEPOT, Etat.EN_QUALIFICATION, Etat.EN_COURS, Etat.GELE)
#: What leaves the state as it is.
RESTES = {
    *((e, Action.COMMENTER, c) for e in (*OUVERTS, Etat.CLOS, Etat.VALIDE) for c in Cote),
    *((e, Action.DEMANDER_CLOTURE, OPERATEUR) for e in OUVERTS),
    *((e, Action.PRENDRE_RENDEZ_VOUS, OPERATEUR) for e in (Etat.EN_DEPOT, Etat.GELE)),
    *((e, Action.DEPLACER_RENDEZ_VOUS, cote) for e in OUVERTS for cote in Cote),
    *((e, Action.ANNULER_RENDEZ_VOUS, OPERATEUR) for e in (*OUVERTS, Etat.CLOS, Etat.VALIDE)),
    *((e, Action.ANNULER_RENDEZ_VOUS, SAV) for e in (*OUVERTS[:3], Etat.CLOS, Etat.VALIDE)),
}


def signalisation(*suite: Evenement, depot_le: datetime = DEPOT, plateforme: str = "production") -> Signalisation:
    evenements = (deposer(depot_le), *suite)
    return Signalisation(
        numero="7K3M9QX2TBX",
        plateforme=plateforme,
        operateur="OPA",
        reference="T-1",
        etat=evenements[-1].etat,
        offre="FTTE_PASSIF",
        version_catalogue="2026.2",
        depot_le=depot_le,
        modifiee_le=evenements[-1].date,
        contact=Contact("Martin Claire", "0612345678"),
        formulaire=b"<x/>",
        prestation=Prestation(plateforme, "OPA", "FTTE-1", "FTTE_PASSIF", garantie="GTR_4H_S1"),
        evenements=evenements,
    )


def dans(etat: Etat, le: datetime = DEPOT, plateforme: str = "production") -> Signalisation:
    """One in that state since ``le``, by the shortest way."""
    chemins = {
        Etat.EN_DEPOT: (),
        Etat.EN_QUALIFICATION: (Etat.EN_QUALIFICATION,),
        Etat.EN_COURS: (Etat.EN_QUALIFICATION, Etat.EN_COURS),
        Etat.GELE: (Etat.EN_QUALIFICATION, Etat.EN_COURS, Etat.GELE),
        Etat.CLOS: (Etat.EN_QUALIFICATION, Etat.EN_COURS, Etat.CLOS),
        Etat.VALIDE: (Etat.EN_QUALIFICATION, Etat.EN_COURS, Etat.CLOS, Etat.VALIDE),
        Etat.CLOS_TABLEAU_DE_BORD: (Etat.EN_COURS, Etat.CLOS, Etat.VALIDE, Etat.CLOS_TABLEAU_DE_BORD),
        Etat.EN_REJET: (Etat.EN_REJET,),
    }
    suite = (Evenement(le, e, Cote.FOURNISSEUR) for e in chemins[etat])
    return signalisation(*suite, depot_le=min(le, DEPOT), plateforme=plateforme)
