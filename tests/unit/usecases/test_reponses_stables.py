"""Answers are compared with those of the version in force: any difference is told with its type and member (R2.2)."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from esav_soap.contract import reponses, services
from esav_soap.contract import spyne_compat as s
from esav_soap.contract.schemas import GENERE
from esav_soap.contract.services import Reponse
from esav_soap.contract.wsdl import contrat, octets
from esav_soap.names import NS_WS
from esav_soap.usecases.registre import ouvrir_pack
from esav_soap.usecases.reponses_stables import comparer_reponses
from tests.unit.usecases.candidats import AVANT, changer, pack_essai, remplacer

SUIVI = "wsdl/suivi.wsdl"


def dits(avant: dict[str, bytes], apres: dict[str, bytes]) -> list[tuple[str, str]]:
    return [(p.code, p.message.split(" Un ")[0]) for p in comparer_reponses(avant, apres)]


def suivi_de(monkeypatch: pytest.MonkeyPatch, membres: list[tuple[str, Any]]) -> bytes:
    """The WSDL of ``suivi`` when the contract's state answer has these members."""
    etat = s.type_complexe("EtatSignalisation", NS_WS, membres, "État d'avancement d'une signalisation.")
    reponse = Reponse("etatSignalisation", etat)
    monkeypatch.setattr(
        services, "REPONSES", {nom: reponse if r.nom == reponse.nom else r for nom, r in services.REPONSES.items()}
    )
    return octets(contrat("suivi").wsdl, GENERE)


def membres() -> list[tuple[str, Any]]:
    return list(reponses.EtatSignalisation._type_info.items())


@pytest.mark.exigence("R2.2")
def test_rien_ne_change_d_un_catalogue_a_l_autre__ok(monkeypatch: pytest.MonkeyPatch) -> None:
    avant, apres = ouvrir_pack(pack_essai(AVANT)), ouvrir_pack(pack_essai())
    assert dits(avant, apres) == []
    assert dits({SUIVI: avant[SUIVI]}, {SUIVI: suivi_de(monkeypatch, membres())}) == [], (
        "the test changes nothing by itself"
    )


@pytest.mark.exigence("R2.2")
@pytest.mark.parametrize(
    ("change", "attendu"),
    [
        (lambda m: m[:-2] + m[-1:], "le membre « dateHeureEtat » a disparu"),
        (lambda m: [*m, ("nouveau", m[0][1])], "le membre « nouveau » est nouveau"),
        (lambda m: [*m[:3], (m[3][0], s.DateTime.customize(min_occurs=1, nillable=False)), *m[4:]], "le membre « libelleEtat » a changé"),
        (lambda m: [*m[:3], (m[3][0], m[3][1].customize(min_occurs=0)), *m[4:]], "le membre « libelleEtat » a changé"),
        (lambda m: [m[1], m[0], *m[2:]], "l'ordre des membres a changé à partir de « numeroSignalisation »"),
    ],
    ids=["retire", "ajoute", "type", "facultatif", "ordre"],
)  # fmt: skip
def test_un_type_de_reponse_change__error(monkeypatch: pytest.MonkeyPatch, change: Any, attendu: str) -> None:
    avant = {SUIVI: ouvrir_pack(pack_essai(AVANT))[SUIVI]}
    trouves = dits(avant, {SUIVI: suivi_de(monkeypatch, change(membres()))})
    assert trouves == [("REPONSE_MODIFIEE", f"Type « EtatSignalisation » : {attendu}.")]


@pytest.mark.exigence("R2.2")
@pytest.mark.parametrize(
    ("ancien", "nouveau", "code", "dit"),
    [
        ('name="consulterEtat"', 'name="lireEtat"', "OPERATION_RETIREE", "« consulterEtat »"),
        (
            'name="fault" element="ws:ErreurEsav"',
            'name="fault" element="ws:Autre"',
            "REPONSE_MODIFIEE",
            "« ErreurEsav »",
        ),
        (
            '<xs:complexType name="Avertissement">',
            '<xs:complexType name="Avertissement" mixed="true">',
            "REPONSE_MODIFIEE",
            "Type « Avertissement » : sa composition a changé.",
        ),
        (
            'name="ErreurEsav" type="ws:ErreurEsav"',
            'name="ErreurEsav" type="ws:ErreurEsav" nillable="true"',
            "REPONSE_MODIFIEE",
            "Élément « ErreurEsav »",
        ),
        (
            'name="valeurAdmise" type="xs:string"',
            'name="valeurAdmise" type="xs:token"',
            "REPONSE_MODIFIEE",
            "Type « Erreur » : le membre « valeurAdmise » a changé.",
        ),
    ],
    ids=["operation", "element", "mixte", "nillable", "membre"],
)
def test_les_autres_promesses__error(ancien: str, nouveau: str, code: str, dit: str) -> None:
    avant = {SUIVI: ouvrir_pack(pack_essai(AVANT))[SUIVI]}
    trouves = dits(avant, changer(avant, {SUIVI: remplacer(ancien, nouveau)}))
    assert any(vu == code and dit in message for vu, message in trouves), trouves


@pytest.mark.exigence("R2.2")
def test_un_service_retire__error() -> None:
    avant = ouvrir_pack(pack_essai(AVANT))
    sans = {nom: contenu for nom, contenu in avant.items() if nom != "wsdl/catalogue.wsdl"}
    ((code, _),) = dits(avant, sans)
    assert code == "OPERATION_RETIREE"
    assert [p.fichier for p in comparer_reponses(avant, sans)] == ["wsdl/catalogue.wsdl"]
    assert dits(sans, avant) == [], "a new service is welcome"
    assert dits(avant, avant | {SUIVI: b"<pas du XML"}) == [], "told by those who load it"


@pytest.mark.exigence("R2.2")
def test_une_nouvelle_operation_et_d_autres_mots_sont_bienvenus__ok() -> None:
    avant = {SUIVI: ouvrir_pack(pack_essai(AVANT))[SUIVI]}
    racine = etree.fromstring(avant[SUIVI])
    port = racine.find("{*}portType")
    assert port is not None
    port.remove(port.findall("{*}operation")[0])
    assert dits({SUIVI: etree.tostring(racine)}, avant) == []
    assert dits(avant, changer(avant, {SUIVI: remplacer("Code stable de l'erreur", "Code de l'erreur")})) == []


@pytest.mark.exigence("R2.2")
def test_une_autre_version_des_services_repond_autrement__ok() -> None:
    avant = {SUIVI: ouvrir_pack(pack_essai(AVANT))[SUIVI]}
    apres = changer(
        avant, {SUIVI: remplacer('name="valeurAdmise" type="xs:string"', 'name="valeurAdmise" type="xs:token"')}
    )
    assert dits(avant, apres) != []
    assert dits(avant, changer(apres, {SUIVI: remplacer(NS_WS, "urn:esav:ws:2")})) == []
