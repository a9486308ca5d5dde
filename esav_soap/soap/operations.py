"""The operations: a checked request in, a use case, an answer out. One small function each."""

from __future__ import annotations

import logging
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from esav_soap.calendar import en_utc
from esav_soap.errors import (
    CodeChamp,
    CodeErreur,
    ErreurChamp,
    ErreurEsav,
    FormulaireInvalide,
    PackInvalide,
    PublicationRefusee,
)
from esav_soap.intake import Avertissement, Verdict, controler_requete
from esav_soap.model.requetes import REQUETES_CATALOGUE, REQUETES_INFORMATION, REQUETES_PUBLICATION, REQUETES_SUIVI
from esav_soap.model.structure import Structure
from esav_soap.names import NS_WS
from esav_soap.publication import VersionPubliee
from esav_soap.soap import presentation
from esav_soap.soap.journal import sans_valeurs
from esav_soap.usecases.depot import Appelant, dater_refus, deposer, valider
from esav_soap.usecases.diagnostic import Connexion, diagnostiquer
from esav_soap.usecases.homologation import RegistreHomologations
from esav_soap.usecases.ports import Signalisations
from esav_soap.usecases.publieur import Publieur
from esav_soap.usecases.registre import Registre, VersionChargee, avertissements_version
from esav_soap.usecases.suivi import champs_remplis, defaut_declare, trouver

_journal = logging.getLogger("esav.requetes")

#: How far back a rehearsal goes when it is not told.
JOURS_REJOUES = 30
#: What XML calls blank, and base64 allows anywhere.
_SANS_BLANCS = str.maketrans("", "", " \t\r\n")


@dataclass(slots=True)
class Appel:
    """One request on its way: who, when, under which id.

    ``version`` and ``publiee``: the catalogue version, for ``depot``. ``connexion``: how the caller is known, for
    ``information``. ``avertissements``: about its certificate. ``erreur``: what the request was refused for.
    """

    requete: str
    appelant: Appelant
    instant: datetime
    version: VersionChargee | None = None
    publiee: VersionPubliee | None = None
    connexion: Connexion | None = None
    avertissements: tuple[Avertissement, ...] = ()
    erreur: ErreurEsav | None = None


class Operations:
    """All operations over the ports. ``schemas``: compiled request schemas of the services that have no version."""

    def __init__(
        self,
        signalisations: Signalisations,
        registre: Registre,
        schemas: Mapping[str, etree.XMLSchema],
        publieur: Publieur,
        homologations: RegistreHomologations,
    ) -> None:
        self._signalisations = signalisations
        self._registre = registre
        self._schemas = schemas
        self._publieur = publieur
        self._homologations = homologations
        self._suivi: Mapping[str, Callable[[etree._Element, Appel], Any]] = {
            "consulterEtat": self._consulter_etat,
            "consulterDetail": self._consulter_detail,
        }
        self._information: Mapping[str, Callable[[etree._Element, Appel], Any]] = {
            "diagnostiquerConnexion": self._diagnostiquer_connexion,
        }
        self._catalogue: Mapping[str, Callable[[etree._Element, Appel], Any]] = {
            "listerVersions": self._lister_versions,
            "telechargerPack": self._telecharger_pack,
        }
        self._publication: Mapping[str, Callable[[etree._Element, Appel], Any]] = {
            "simulerPublication": self._simuler_publication,
            "annoncerVersion": self._annoncer_version,
            "retirerAnnonce": self._retirer_annonce,
        }
        self._services = {
            "depot": self._traiter_depot,
            "suivi": self._traiter_suivi,
            "information": self._traiter_information,
            "catalogue": self._traiter_catalogue,
            "publication": self._traiter_publication,
        }

    def traiter(self, service: str, corps: etree._Element, appel: Appel) -> Any:
        """Do what ``corps`` asks of ``service``. Raises the declared fault and nothing else: an error of ours is
        ERREUR_INTERNE, logged under the request's id, and never an acceptance."""
        try:
            return self._services[service](corps, appel)
        except ErreurEsav as erreur:
            appel.erreur = erreur
        except Exception as exc:
            _journal.error("requête %s : erreur interne\n%s", appel.requete, sans_valeurs(exc))
            appel.erreur = ErreurEsav(CodeErreur.ERREUR_INTERNE)
        raise presentation.fault(appel.erreur, appel.requete)

    def _traiter_depot(self, corps: etree._Element, appel: Appel) -> Any:
        version = appel.version
        assert version is not None
        numero = version.catalogue.version
        verdict = self._dater(version.controle.controler(corps), corps, appel, numero)
        fin = (*avertissements_version(appel.publiee), *appel.avertissements)
        if etree.QName(corps).localname.startswith("valider"):
            offre = valider(appel.appelant, verdict, self._signalisations)
            return presentation.validation(offre, numero, (*fin, *verdict.avertissements))
        accuse = deposer(appel.appelant, numero, verdict, self._signalisations, appel.instant)
        return presentation.accuse(accuse.depot, (*fin, *accuse.avertissements))

    def _dater(self, verdict: Verdict, corps: etree._Element, appel: Appel, numero: str) -> Verdict:
        """Add to a refusal what the version before says of it; whatever happens there, it stays the refusal that it is."""
        try:
            return dater_refus(verdict, corps, numero, self._registre)
        except Exception as exc:
            _journal.error("requête %s : refus non daté\n%s", appel.requete, sans_valeurs(exc))
            return verdict

    def _traiter_suivi(self, corps: etree._Element, appel: Appel) -> Any:
        nom = self._controler("suivi", REQUETES_SUIVI, corps)
        return self._suivi[nom](corps, appel)

    def _traiter_information(self, corps: etree._Element, appel: Appel) -> Any:
        nom = self._controler("information", REQUETES_INFORMATION, corps)
        return self._information[nom](corps, appel)

    def _traiter_catalogue(self, corps: etree._Element, appel: Appel) -> Any:
        nom = self._controler("catalogue", REQUETES_CATALOGUE, corps)
        return self._catalogue[nom](corps, appel)

    def _traiter_publication(self, corps: etree._Element, appel: Appel) -> Any:
        nom = self._controler("publication", REQUETES_PUBLICATION, corps)
        try:
            return self._publication[nom](corps, appel)
        except (PackInvalide, PublicationRefusee) as refus:
            raise presentation.refus_de_publication(refus) from refus

    def _controler(self, service: str, requetes: Mapping[str, Structure], corps: etree._Element) -> str:
        nom = etree.QName(corps).localname
        erreurs = controler_requete(corps, requetes[nom], self._schemas[service])
        if erreurs:
            raise FormulaireInvalide(erreurs)
        return nom

    def _consulter_etat(self, corps: etree._Element, appel: Appel) -> Any:
        return presentation.etat(self._trouver(corps, appel), appel.avertissements)

    def _consulter_detail(self, corps: etree._Element, appel: Appel) -> Any:
        signalisation = self._trouver(corps, appel)
        catalogue = self._registre.chargee(signalisation.version_catalogue).catalogue
        return presentation.detail(
            signalisation,
            catalogue.offre(signalisation.offre).libelle,
            champs_remplis(signalisation, catalogue),
            defaut_declare(signalisation, catalogue),
            appel.avertissements,
        )

    def _trouver(self, corps: etree._Element, appel: Appel) -> Any:
        numero, reference = _texte(corps, "numeroSignalisation"), _texte(corps, "referenceOperateur")
        return trouver(appel.appelant, numero, reference, self._signalisations)

    def _diagnostiquer_connexion(self, _: etree._Element, appel: Appel) -> Any:
        assert appel.connexion is not None
        plateforme, instant = appel.appelant.plateforme, appel.instant
        registres = self._registre, self._homologations
        dit = diagnostiquer(appel.connexion, plateforme, instant, *registres, appel.avertissements)
        return presentation.diagnostic(dit)

    def _lister_versions(self, _: etree._Element, appel: Appel) -> Any:
        return presentation.versions(self._registre.publiees, self._registre, appel.appelant.plateforme, appel.instant)

    def _telecharger_pack(self, corps: etree._Element, appel: Appel) -> Any:
        version = _texte(corps, "version") or ""
        if version not in {v.version for v in self._registre.publiees}:
            raise self._registre.refus(appel.appelant.plateforme, version, appel.instant)
        return presentation.pack(version, self._registre.chargee(version).pack)

    def _simuler_publication(self, corps: etree._Element, appel: Appel) -> Any:
        jours = int(_texte(corps, "jours") or JOURS_REJOUES)
        return presentation.essai(self._publieur.simuler(_pack(corps), jours, appel.instant))

    def _annoncer_version(self, corps: etree._Element, appel: Appel) -> Any:
        _reserve_a_la_production(appel)
        ouverture = _texte(corps, "dateHeureOuverture")
        annonce = self._publieur.annoncer(
            _pack(corps),
            en_utc(datetime.fromisoformat(ouverture)) if ouverture else None,
            [element.text or "" for element in corps.iter(f"{{{NS_WS}}}ecartAccepte")],
            appel.instant,
            a_tous=_texte(corps, "aTous") in ("true", "1"),
        )
        return presentation.annonce(annonce, self._registre, appel.appelant.plateforme, appel.instant)

    def _retirer_annonce(self, corps: etree._Element, appel: Appel) -> Any:
        _reserve_a_la_production(appel)
        retiree = self._publieur.retirer_annonce(_texte(corps, "version") or "", appel.instant)
        return presentation.version(retiree, self._registre, appel.appelant.plateforme, appel.instant)


def _reserve_a_la_production(appel: Appel) -> None:
    """An announcement is for both platforms; whoever tries things out on integration must not make one."""
    if appel.appelant.plateforme != "production":
        raise ErreurEsav(
            CodeErreur.DROIT_INSUFFISANT,
            "Une annonce vaut pour les deux plates-formes : l'adresser à celle de production.",
        )


def _texte(corps: etree._Element, nom: str) -> str | None:
    return corps.findtext(f"{{{NS_WS}}}{nom}")


def _pack(corps: etree._Element) -> bytes:
    """libxml2 takes no notice of characters that base64 does not have; they are refused here."""
    try:
        return b64decode((_texte(corps, "pack") or "").translate(_SANS_BLANCS), validate=True)
    except ValueError as exc:
        chemin, dit = f"{etree.QName(corps).localname}/pack", "le contenu n'est pas écrit en base64"
        erreur = ErreurChamp("pack", "Pack de la version", chemin, CodeChamp.TYPE_INVALIDE, dit)
        raise FormulaireInvalide([erreur]) from exc
