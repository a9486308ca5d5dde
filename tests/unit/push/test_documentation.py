"""docs/notifications.md: its messages are those of the contract, its numbers those of the code."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from esav_soap.bootstrap.reglages import Reglages
from esav_soap.contract.schemas import compiler_schema, fichiers_schemas
from esav_soap.contract.wsdl import contrat
from esav_soap.names import NS_SOAP_11
from esav_soap.notifications import Patience
from esav_soap.push.https import TAILLE_MAX
from esav_soap.push.message import verifier_accuse
from esav_soap.usecases.ports.notifications import MotifEchec
from esav_soap.worker.notifications import ACTUALISATION_S
from tests.faux import RACINE

PAGE = (RACINE / "docs" / "notifications.md").read_text(encoding="utf-8")
DIT = " ".join(PAGE.split())


@pytest.mark.exigence("R3.5", "R8")
def test_les_messages_montres_sont_ceux_du_contrat__ok() -> None:
    schema = compiler_schema(fichiers_schemas(contrat("notification")), "notification.xsd")
    demande, accuse = re.findall(r"```xml\n(.*?)```", PAGE, re.DOTALL)
    for montre in (demande, accuse):
        assert schema.validate(etree.fromstring(montre)), schema.error_log
    verifier_accuse(f"<s:Envelope xmlns:s='{NS_SOAP_11}'><s:Body>{accuse}</s:Body></s:Envelope>".encode(), 1205)


@pytest.mark.exigence("R3.5", "R8")
def test_les_nombres_sont_ceux_du_code__ok() -> None:
    patience, reglages = Patience(), Reglages()
    assert f"compte {patience.lot} changements au plus" in DIT
    assert f"repart après {patience.recul.seconds} secondes, puis {2 * patience.recul.seconds}" in DIT
    assert f"jusqu'à {patience.plafond.seconds // 60} minutes" in DIT
    assert f"{reglages.notifications_arret} heures d'échecs, et dix essais" in DIT
    assert (patience.essais, patience.bail.seconds, reglages.notifications_delai, ACTUALISATION_S) == (
        10,
        300,
        15,
        10.0,
    )
    for dit in (
        "quinze secondes en tout",
        "au bout de cinq minutes",
        "toutes les dix secondes",
        f"{TAILLE_MAX // 1024} Kio",
    ):
        assert dit in DIT


@pytest.mark.exigence("R3.5", "R8")
def test_chaque_motif_d_echec_y_est__ok() -> None:
    table = PAGE[PAGE.index("| Ce que dit l'essai |") :]
    assert {motif.name for motif in MotifEchec} == set(re.findall(r"`([A-Z_]+)`", table)) - {
        *("ESAV_NOTIFICATIONS_RESEAUX", "ESAV_NOTIFICATIONS_AUTORITES", "ALERT"),
    }
