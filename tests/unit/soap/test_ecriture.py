"""Written answers are what Spyne itself would write for their types."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from lxml import etree

from esav_soap.contract import reponses as r
from esav_soap.contract import spyne_compat as s
from esav_soap.contract.ecriture import ecriture_reponse
from esav_soap.contract.services import REPONSES, SERVICES, Reponse
from esav_soap.names import NS_SOAP_11, NS_SOAP_12, NS_WS
from esav_soap.soap.protocole import Protocole11, Protocole12, Service

INSTANT = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
TEXTES = (f"été <&>\"' \r\n n° {rang}" for rang in count())


def remplie(type_: Any, *, complet: bool) -> Any:
    """A value of a Spyne type: with all of its members, lists of two, or with the mandatory ones only."""
    if not issubclass(type_, s.ComplexModel):
        for connu, valeur in (
            (s.Unicode, next(TEXTES)),
            (s.Date, INSTANT.date()),  # before DateTime, which it is one of
            (s.DateTime, INSTANT),
            (s.Boolean, complet),
            (s.Integer32, 12),
        ):
            if issubclass(type_, connu):
                return valeur
        return [b"PK\x03", b"\x04\xff"]
    membres = {}
    for nom, membre in type_._type_info.items():
        if complet or membre.Attributes.min_occurs:
            plusieurs = membre.Attributes.max_occurs > 1
            valeurs = [remplie(membre, complet=complet) for _ in range(2 if plusieurs else 1)]
            membres[nom] = valeurs if plusieurs else valeurs[0]
        elif membre.Attributes.max_occurs > 1:
            membres[nom] = []
    return type_(**membres)


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("complet", [True, False], ids=["complet", "minimal"])
@pytest.mark.parametrize("operation", REPONSES)
@pytest.mark.parametrize(
    ("protocole", "espace"), [(Protocole11, NS_SOAP_11), (Protocole12, NS_SOAP_12)], ids=["1.1", "1.2"]
)
def test_reponse_ecrite_comme_par_spyne__ok(protocole: Any, espace: str, operation: str, complet: bool) -> None:
    service = next(nom for nom in SERVICES if operation in _operations(nom))
    valeur = remplie(REPONSES[operation].type, complet=complet)
    en_service = Service(service, lambda corps, appel: valeur, protocole)
    ecrit, refus = en_service.appeler(etree.Element(f"{{{NS_WS}}}{operation}"), None)
    assert not refus
    assert not service_differe(en_service, operation, valeur, ecrit)
    assert ecrit == ecriture_reponse(operation, REPONSES[operation], espace)(valeur)


def _operations(service: str) -> frozenset[str]:
    return frozenset(SERVICES[service])


def service_differe(service: Service, operation: str, valeur: Any, ecrit: bytes) -> bool:
    """Whether Spyne's own serialisation of ``valeur`` is another document, prefixes aside."""
    ctx = s.MethodContext(service, s.MethodContext.SERVER)
    ctx.method_request_string = f"{{{NS_WS}}}{operation}"
    ctx.in_body_doc = etree.Element(ctx.method_request_string)
    (ctx,) = service.app.in_protocol.generate_method_contexts(ctx)
    ctx.out_object = [valeur]
    service.app.out_protocol.serialize(ctx, s.Soap11.RESPONSE)
    return _lu(ctx.out_document) != _lu(etree.fromstring(ecrit))


def _lu(element: etree._Element) -> tuple[Any, ...]:
    return (element.tag, dict(element.attrib), element.text, [_lu(enfant) for enfant in element])


@pytest.mark.exigence("R9")
def test_reponse_sans_un_membre_obligatoire__error() -> None:
    """The contract has no xsi:nil: an answer with a hole is a defect of ours, not something to send."""
    ecrire = ecriture_reponse("deposerSignalisation", REPONSES["deposerSignalisation"], NS_SOAP_11)
    with pytest.raises(ValueError, match="numeroSignalisation"):
        ecrire(r.AccuseReception(etat="EN_DEPOT", avertissement=[]))


@pytest.mark.exigence("R9")
def test_type_que_l_ecriture_ne_connait_pas__error() -> None:
    type_ = s.type_complexe("Inconnu", NS_WS, [("x", s.Decimal)], "")
    with pytest.raises(TypeError, match="Decimal"):
        ecriture_reponse("essai", Reponse("essai", type_), NS_SOAP_11)
