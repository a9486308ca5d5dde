"""From a catalogue to the bytes of its documents; the same catalogue and facts always give the same bytes (R1.4, R8)."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from esav_soap.contract.documents.champs import vue_formulaire
from esav_soap.contract.documents.echanges import recepteurs, services, types_reponses
from esav_soap.contract.documents.faits import CasPresente, Faits
from esav_soap.contract.maquettes.mots import ESPACE_FINE
from esav_soap.contract.maquettes.vue import CANAUX, RENDEZ_VOUS, TESTS
from esav_soap.contract.pages import STYLES, environnement, politique, textes
from esav_soap.errors import CodeAvertissement, CodeChamp, CodeErreur
from esav_soap.model import Canal, Catalogue, Offre, Statut, structure_offre
from esav_soap.names import (
    NS_SOAP_11,
    NS_SOAP_12,
    NS_WS,
    VERSION_WS,
    chemin_service,
    nom_element,
    ns_catalogue,
    ns_offre,
)

_PAQUET = "esav_soap.contract.documents.gabarits"
_STATUTS = {Statut.ACTIF.value: "actif", Statut.DEPRECIE.value: "déprécié", Statut.RETIRE.value: "retiré"}


@dataclass(frozen=True, slots=True)
class Document:
    """A page of the documentation: its template, its path in the pack, what it is."""

    gabarit: str
    chemin: str
    titre: str
    objet: str


#: In the order of the index; the titles are those of annexe 2.
DOCUMENTS = (
    Document(
        "fonctionnelles.html",
        "documents/specifications-fonctionnelles.html",
        "Spécifications fonctionnelles e-SAV WS",
        "Les Offres, leurs formulaires champ par champ, les nomenclatures, la vie d’une signalisation et d’une version, "
        "les rendez-vous, les refus.",
    ),
    Document(
        "techniques.html",
        "documents/specifications-techniques.html",
        "Spécifications techniques e-SAV WS",
        "Les adresses, les services, les requêtes et les réponses élément par élément, leurs codes, les erreurs, SOAP et HTTP.",
    ),
    Document(
        "integration.html",
        "documents/guide-integration.html",
        "Guide d’usage de la plate-forme d’intégration",
        "Se raccorder, essayer, valider, puis passer d’une version du catalogue à la suivante.",
    ),
    Document(
        "en_ligne.html",
        "documents/guide-en-ligne.html",
        "Guide d’usage d’e-SAV en ligne",
        "Lire et remplir les formulaires des Offres ouvertes à e-SAV en ligne.",
    ),
    Document(
        "jeu_de_test.html",
        "documents/jeu-de-test.html",
        "Présentation du jeu de test",
        "Ce que le jeu contient, et comment le passer avec curl ou avec le client.",
    ),
)
_INDEX = Document("index.html", "documents/index.html", "Documentation e-SAV", "")
_CAS = Document("cas.html", "jeu-de-test/index.html", "Jeu de test", "")


@dataclass(frozen=True, slots=True)
class VueOffre:
    """An Offre as the tables of the documents show it."""

    code: str
    libelle: str
    aide: str
    formulaire: str
    libelle_formulaire: str
    activee: bool
    canaux: tuple[str, ...]
    en_ligne: bool
    rendez_vous: tuple[str, ...]
    test_prealable: str
    element: str
    espace: str
    champs: int
    obligatoires: int


def documents(catalogue: Catalogue, faits: Faits) -> dict[str, bytes]:
    """Every page by its path in the pack: ``documents/*.html`` and ``jeu-de-test/index.html``. UTF-8, line feeds only."""
    style = textes(STYLES, "couleurs.css", "page.css", "impression.css") + textes(_PAQUET, "documents.css")
    gabarits = environnement(_PAQUET)
    gabarits.filters["taille"] = _taille
    nomenclatures = sorted(catalogue.nomenclatures.values(), key=lambda n: n.code)
    commun = {
        "catalogue": catalogue,
        "version": catalogue.version,
        "faits": faits,
        "documents": DOCUMENTS,
        "style": Markup(style),  # noqa: S704 - our own files
        "csp": politique(style),
        "offres": [_offre(catalogue, offre) for offre in catalogue.offres],
        "nomenclatures": nomenclatures,
        "statuts": _STATUTS,
        "codes_erreur": CodeErreur,
        "codes_champ": CodeChamp,
        "codes_avertissement": CodeAvertissement,
        "ns": {
            "ws": NS_WS,
            "catalogue": ns_catalogue(catalogue.version),
            "soap11": NS_SOAP_11,
            "soap12": NS_SOAP_12,
        },
        "version_ws": VERSION_WS,
        "chemin_depot": chemin_service("integration", "depot", catalogue.version),
    }
    propres: dict[str, dict[str, object]] = {
        "fonctionnelles.html": {
            "formulaires": [vue_formulaire(catalogue, f) for f in catalogue.formulaires.values()],
            "genres_rendez_vous": next(n.codes for n in faits.suivi.nomenclatures if n.element == "genre"),
        },
        "cas.html": {"cas_par_offre": _par_offre(faits)},
        "techniques.html": {"services": services(catalogue), "recepteurs": recepteurs(), "types": types_reponses()},
    }
    return {
        document.chemin: gabarits.get_template(document.gabarit)
        .render(commun, document=document, **propres.get(document.gabarit, {}))
        .encode()
        for document in (*DOCUMENTS, _INDEX, _CAS)
    }


def _taille(octets: int) -> str:
    mebioctets, reste = divmod(octets, 1024 * 1024)
    return f"{octets} octets" if reste else f"{mebioctets}{ESPACE_FINE}Mio"


def _par_offre(faits: Faits) -> dict[str, list[CasPresente]]:
    siens: dict[str, list[CasPresente]] = {}
    for cas in faits.cas:
        siens.setdefault(cas.offre, []).append(cas)
    return siens


def _offre(catalogue: Catalogue, offre: Offre) -> VueOffre:
    feuilles = [feuille for _, feuille in structure_offre(catalogue, offre).feuilles()]
    formulaire = catalogue.formulaires[offre.formulaire]
    return VueOffre(
        code=offre.code,
        libelle=offre.libelle,
        aide=offre.aide or formulaire.aide,
        formulaire=offre.formulaire,
        libelle_formulaire=formulaire.libelle,
        activee=offre.activee,
        canaux=tuple(CANAUX[canal] for canal in offre.canaux),
        en_ligne=Canal.EN_LIGNE in offre.canaux,
        rendez_vous=tuple(RENDEZ_VOUS[genre] for genre in offre.rendez_vous),
        test_prealable=TESTS[offre.test_prealable],
        element=nom_element(offre.code),
        espace=ns_offre(catalogue.version, offre.code),
        champs=len(feuilles),
        obligatoires=sum(1 for feuille in feuilles if feuille.minimum),
    )
