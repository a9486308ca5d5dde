"""What a notification says: the published contract, the same words as ``listerEvenements``, no name of a person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import etree

from esav_soap.contract.ecriture import ecriture_reponse
from esav_soap.contract.schemas import compiler_schema, fichiers_schemas
from esav_soap.contract.services import RECEPTEURS, REPONSES, SERVICES
from esav_soap.contract.wsdl import contrat
from esav_soap.names import NS_SOAP_11, NS_WS
from esav_soap.push.message import ecrire, faute_lue, une_ligne, verifier_accuse
from esav_soap.signalisation import (
    Action,
    Attendu,
    CauseCloture,
    Cote,
    Etat,
    Evenement,
    MotifRejet,
    Responsabilite,
)
from esav_soap.soap.presentation.signalisation import evenements
from esav_soap.usecases.ports.evenements import EvenementSuivi, PageEvenements
from esav_soap.usecases.ports.notifications import EchecNotification, MotifEchec, Notification
from tests.recepteur import accuse

INSTANT = datetime(2026, 7, 1, 10, 0, 0, 987654, tzinfo=UTC)
_S, _W = f"{{{NS_SOAP_11}}}", f"{{{NS_WS}}}"
SUITE = (
    Evenement(INSTANT, Etat.EN_DEPOT, Cote.OPERATEUR, action=Action.DEPOSER, auteur="OPA", rang=4),
    Evenement(
        INSTANT, Etat.GELE, Cote.FOURNISSEUR, "À <voir>", action=Action.GELER, attendu=Attendu.ACCES_SITE, rang=5
    ),
    Evenement(
        INSTANT,
        Etat.EN_REJET,
        Cote.FOURNISSEUR,
        action=Action.REJETER,
        motif=MotifRejet.DOUBLON,
        auteur="Zoé Martin",
        rang=6,
    ),
    Evenement(
        *(INSTANT, Etat.CLOS, Cote.FOURNISSEUR, "Réparé."),
        action=Action.CLORE,
        cause=CauseCloture.CABLE,
        responsabilite=Responsabilite.TIERS,
        retabli_le=INSTANT,
        auteur="Zoé Martin",
        rang=9,
    ),
    Evenement(INSTANT, Etat.CLOS, Cote.FOURNISSEUR, rang=10),  # of before, when actions were not kept
)
SUIVIS = tuple(EvenementSuivi("7K3M9QX2TBX", "REF-1", un) for un in SUITE)


def corps(message: bytes) -> etree._Element:
    trouve = etree.fromstring(message).find(f"{_S}Body")
    assert trouve is not None
    return trouve[0]


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return compiler_schema(fichiers_schemas(contrat("notification")), "notification.xsd")


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize("suivis", [SUIVIS, ()], ids=["evenements", "essai"])
def test_le_message_est_celui_du_contrat__ok(schema: etree.XMLSchema, suivis: tuple[EvenementSuivi, ...]) -> None:
    element = corps(ecrire(Notification("integration", "OPA", suivis, 12)))
    assert schema.validate(element), schema.error_log
    assert [e.tag for e in element] == [
        *(f"{_W}plateforme", f"{_W}operateur"),
        *[f"{_W}evenement"] * len(suivis),
        f"{_W}curseur",
    ]
    assert [element.findtext(f"{_W}{nom}") for nom in ("plateforme", "operateur", "curseur")] == [
        "integration",
        "OPA",
        "12",
    ]


@pytest.mark.exigence("R3.5", "R3.7")
def test_les_changements_sont_ceux_de_lister_evenements__ok() -> None:
    notifies = corps(ecrire(Notification("production", "OPA", SUIVIS, 12))).findall(f"{_W}evenement")
    page = PageEvenements(SUIVIS, 12, 12)
    reponse = ecriture_reponse("listerEvenements", REPONSES["listerEvenements"], NS_SOAP_11)(evenements(page))
    listes = corps(reponse).findall(f"{_W}listeEvenements/{_W}evenement")
    assert [etree.tostring(un, method="c14n") for un in notifies] == [
        etree.tostring(un, method="c14n") for un in listes
    ]
    assert len(notifies) == len(SUITE)
    assert "Zoé" not in etree.tostring(notifies[3], encoding="unicode")
    assert notifies[3].findtext(f"{_W}dateHeure") == "2026-07-01T12:00:00+02:00"


@pytest.mark.exigence("R3.5")
def test_l_accuse_de_l_exemple_est_celui_du_contrat__ok(schema: etree.XMLSchema) -> None:
    assert schema.validate(corps(accuse("12"))), schema.error_log
    verifier_accuse(accuse("12"), 12)
    verifier_accuse(accuse(" 12\n"), 12)
    with pytest.raises(EchecNotification) as pris:
        verifier_accuse(accuse("12"), 13)
    assert pris.value.motif is MotifEchec.REPONSE


@pytest.mark.exigence("R3.5", "R9")
def test_ce_que_dit_le_recepteur_tient_en_une_ligne__ok() -> None:
    assert une_ligne("a\r\n b\x1b[0m\x00\u202e  c" + "d" * 1000).startswith("a b [0m c" + "d" * 10)
    assert len(une_ligne("d" * 1000)) == 200
    assert faute_lue(b"<a/>") == faute_lue(b"") == faute_lue(accuse("1")) == ""


@pytest.mark.exigence("R3.5")
def test_le_contrat_du_recepteur_n_est_pas_un_service__ok() -> None:
    assert not set(RECEPTEURS) & set(SERVICES)
    assert not {op for noms in RECEPTEURS.values() for op in noms} & set(REPONSES)
