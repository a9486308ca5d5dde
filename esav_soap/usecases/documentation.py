"""What the documents of a version are told beside its catalogue: states, rules of publication, the jeu de test (R8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from esav_soap.contract.documents import CasPresente, EtapePresentee, Faits, GenrePresente, ScenarioPresente
from esav_soap.intake.enveloppe import TAILLE_MAX
from esav_soap.model import Catalogue, TypeRendezVous
from esav_soap.names import NS_SOAP_11, NS_WS
from esav_soap.publication import EtatVersion
from esav_soap.publication.enonces import REGLES
from esav_soap.rendez_vous import Plage
from esav_soap.signalisation import Etat
from esav_soap.signalisation.scenarios import PREFIXE, Scenario, etapes, prestation_essai
from esav_soap.usecases.documentation_essai import faits_essai
from esav_soap.usecases.documentation_suivi import faits_suivi
from esav_soap.usecases.jeu_de_test import CasRange, Genre, genres
from esav_soap.usecases.jeu_de_test.reponses import AVERTISSEMENTS_IGNORES, JOKERS, OPERATEUR

#: What each state means (art. 4.2.2).
SENS_ETATS: Mapping[Etat, str] = {
    Etat.EN_DEPOT: "La signalisation est enregistrée et attend d’être examinée.",
    Etat.EN_QUALIFICATION: "Elle est acceptée et attend d’être prise en charge par un technicien.",
    Etat.EN_COURS: "Elle est en cours de traitement.",
    Etat.GELE: "Elle attend une action de l’opérateur : l’ouverture d’un site, un rendez-vous…",
    Etat.CLOS: "Elle a été traitée et elle est clôturée.",
    Etat.VALIDE: "Elle est clôturée, et un avis de clôture a été envoyé.",
    Etat.CLOS_TABLEAU_DE_BORD: "Elle n’est plus modifiable.",
    Etat.EN_REJET: "Elle n’est pas recevable.",
}
SENS_ETATS_VERSION: Mapping[EtatVersion, str] = {
    EtatVersion.ANNONCEE: "Ses dates sont connues. Elle s’utilise sur la plate-forme d’intégration.",
    EtatVersion.EN_VIGUEUR: "Elle s’utilise en production et sur la plate-forme d’intégration.",
    EtatVersion.RETIREE: "Elle ne s’utilise plus.",
    EtatVersion.ANNULEE: "Son annonce a été retirée avant son ouverture ; son numéro ne sert plus.",
}


#: What the test prestations do that no scenario is played on.
SENS_ORDINAIRE = (
    "Un dépôt y est accepté, et la signalisation reste en dépôt. C'est la prestation des messages du jeu de test."
)


def faits(catalogue: Catalogue, ranges: Sequence[CasRange], base_url: str, precedente: str | None) -> Faits:
    """The facts for the documents of a version with that jeu de test. ``precedente``: number of the version before."""
    return Faits(
        base_url=base_url.rstrip("/"),
        etats={etat.name: f"{_majuscule(etat.value)}. {SENS_ETATS[etat]}" for etat in Etat},
        etats_version={etat.name: f"{_majuscule(etat.value)}. {SENS_ETATS_VERSION[etat]}" for etat in EtatVersion},
        regles=tuple((regle.article, regle.enonce) for regle in REGLES),
        exemples=_exemples(ranges),
        precedente=precedente,
        taille_max=TAILLE_MAX,
        operateur_essai=OPERATEUR,
        prefixe_essai=PREFIXE,
        scenarios=tuple(_scenario(scenario, catalogue) for scenario in (None, *Scenario)),
        jokers=JOKERS,
        avertissements_ignores=AVERTISSEMENTS_IGNORES,
        genres=tuple(GenrePresente(genre.name, genre.value, nombre) for genre, nombre in genres(ranges)),
        cas=tuple(_presente(range_) for range_ in ranges),
        suivi=faits_suivi(),
        essai=faits_essai(catalogue.offres),
    )


def _scenario(scenario: Scenario | None, catalogue: Catalogue) -> ScenarioPresente:
    suite = etapes(scenario) if scenario else ()
    debut = f"{PREFIXE}{scenario.name}-" if scenario else PREFIXE
    noms = ((offre.code, prestation_essai(offre.code, scenario)) for offre in catalogue.offres)
    return ScenarioPresente(
        code=scenario.name if scenario else "",
        sens=scenario.value if scenario else SENS_ORDINAIRE,
        etapes=tuple(EtapePresentee(e.minutes, e.etat.name, e.commentaire) for e in suite),
        abreges=tuple((offre, nom) for offre, nom in noms if nom != debut + offre),
    )


def _presente(range_: CasRange) -> CasPresente:
    cas, attendu = range_.cas, range_.cas.attendu
    erreurs = [f"{erreur.champ} : {erreur.code.name}" for erreur in attendu.erreurs]
    return CasPresente(
        code=cas.code,
        offre=cas.offre,
        genre=cas.genre.name,
        message=range_.message,
        reponse=range_.reponse,
        statut=attendu.statut,
        verdict=attendu.code.name if attendu.code else "Accepté",
        dit=(*erreurs, *attendu.avertissements),
    )


def _exemples(ranges: Sequence[CasRange]) -> dict[str, str]:
    """A deposit, its acknowledgement and a refusal with several errors where there is one, of one Offre."""
    siens = {range_.cas.genre: range_.cas for range_ in reversed(ranges)}
    depot = siens.get(Genre.MINIMAL)
    refus = siens.get(Genre.TOUT_A_LA_FOIS) or siens.get(Genre.CHAMP_MANQUANT)
    return {
        "requete": depot.message.decode() if depot else "",
        "accuse": _lisible(depot.attendu.octets) if depot else "",
        "refus": _lisible(refus.attendu.octets) if refus else "",
        "evenements": _demande("listerEvenements", curseur="1742", maximum="100"),
        "rendez_vous": _demande(
            "reserverRendezVous",
            referenceOperateur="TICKET-4711",
            referenceRendezVous="RDV-4711",
            genre=TypeRendezVous.SAV.name,
            jour="2026-12-03",
            plage=Plage.MATIN.name,
            ferme="true",
        ),
    }


def _demande(operation: str, **champs: str) -> str:
    """A request of plain fields, in SOAP 1.1."""
    enveloppe = etree.Element(f"{{{NS_SOAP_11}}}Envelope", nsmap={"soap": NS_SOAP_11, "ws": NS_WS})
    demande = etree.SubElement(etree.SubElement(enveloppe, f"{{{NS_SOAP_11}}}Body"), f"{{{NS_WS}}}{operation}")
    for nom, valeur in champs.items():
        etree.SubElement(demande, f"{{{NS_WS}}}{nom}").text = valeur
    return _lisible(etree.tostring(enveloppe))


def _lisible(octets: bytes) -> str:
    racine = etree.fromstring(octets)
    etree.indent(racine, "  ")
    return etree.tostring(racine, encoding="unicode")


def _majuscule(texte: str) -> str:
    return texte[:1].upper() + texte[1:]
