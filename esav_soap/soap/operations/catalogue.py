"""``catalogue`` and ``publication``: the versions, for whoever uses them and for who makes them (R2)."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from functools import wraps
from typing import Any

from esav_soap.errors import (
    CodeChamp,
    CodeErreur,
    ErreurChamp,
    ErreurEsav,
    FormulaireInvalide,
    PackInvalide,
    PublicationRefusee,
)
from esav_soap.soap import presentation
from esav_soap.soap.operations.appel import Appel, Champs, Groupe, Operation
from esav_soap.usecases.publieur import Publieur
from esav_soap.usecases.registre import Registre

#: How far back a rehearsal goes when it is not told.
JOURS_REJOUES = 30
#: What XML calls blank, and base64 allows anywhere.
_SANS_BLANCS = str.maketrans("", "", " \t\r\n")


def operations_catalogue(registre: Registre) -> Groupe:
    """The operations of ``catalogue``."""

    def lister_versions(_: Champs, appel: Appel) -> Any:
        return presentation.versions(registre.publiees, registre, appel.appelant.plateforme, appel.instant)

    def telecharger_pack(champs: Champs, appel: Appel) -> Any:
        version = champs.present("version")
        if version not in {v.version for v in registre.publiees}:
            raise registre.refus(appel.appelant.plateforme, version, appel.instant)
        return presentation.pack(version, registre.chargee(version).pack)

    return {"listerVersions": Operation(lister_versions), "telechargerPack": Operation(telecharger_pack)}


def operations_publication(publieur: Publieur, registre: Registre) -> Groupe:
    """The operations of ``publication``: for publishers alone."""

    def simuler_publication(champs: Champs, appel: Appel) -> Any:
        jours = champs.entier("jours") or JOURS_REJOUES
        return presentation.essai(publieur.simuler(_pack(champs), jours, appel.instant))

    def annoncer_version(champs: Champs, appel: Appel) -> Any:
        _reserver_a_la_production(appel)
        annonce = publieur.annoncer(
            _pack(champs),
            champs.instant("dateHeureOuverture"),
            champs.textes("ecartAccepte"),
            appel.instant,
            a_tous=champs.vrai("aTous"),
        )
        return presentation.annonce(annonce, registre, appel.appelant.plateforme, appel.instant)

    def retirer_annonce(champs: Champs, appel: Appel) -> Any:
        _reserver_a_la_production(appel)
        retiree = publieur.retirer_annonce(champs.present("version"), appel.instant)
        return presentation.version(retiree, registre, appel.appelant.plateforme, appel.instant)

    return {
        "simulerPublication": Operation(_avec_refus(simuler_publication)),
        "annoncerVersion": Operation(_avec_refus(annoncer_version)),
        "retirerAnnonce": Operation(_avec_refus(retirer_annonce)),
    }


def _avec_refus(operation: Callable[[Champs, Appel], Any]) -> Callable[[Champs, Appel], Any]:
    """The operation, with a refused publication as the declared fault."""

    @wraps(operation)
    def avec_refus(champs: Champs, appel: Appel) -> Any:
        try:
            return operation(champs, appel)
        except (PackInvalide, PublicationRefusee) as refus:
            raise presentation.refus_de_publication(refus) from refus

    return avec_refus


def _reserver_a_la_production(appel: Appel) -> None:
    """An announcement is for both platforms; whoever tries things out on integration must not make one."""
    if appel.appelant.plateforme != "production":
        raise ErreurEsav(
            CodeErreur.DROIT_INSUFFISANT,
            "Une annonce vaut pour les deux plates-formes : l'adresser à celle de production.",
        )


def _pack(champs: Champs) -> bytes:
    """libxml2 takes no notice of characters that base64 does not have; they are refused here."""
    try:
        return b64decode(champs.present("pack").translate(_SANS_BLANCS), validate=True)
    except ValueError as exc:
        dit = "le contenu n'est pas écrit en base64"
        erreur = ErreurChamp("pack", "Pack de la version", "pack", CodeChamp.TYPE_INVALIDE, dit)
        raise FormulaireInvalide([erreur]) from exc
