"""Where libxml2, the standard and our readers differ on blanks; each difference has its test (see ``normalisation``)."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import xmlschema
from lxml import etree

from esav_soap.contract.schemas import fichiers_schemas
from esav_soap.contract.wsdl import contrat
from esav_soap.errors import CodeChamp
from esav_soap.intake.normalisation import normaliser, sans_commentaires
from esav_soap.model.requetes import REQUETES_CATALOGUE, requetes_depot
from esav_soap.model.requetes_suivi import REQUETES_RENDEZ_VOUS, REQUETES_SUIVI
from esav_soap.names import NS_SOAP_12, NS_WS, NS_XSD, NS_XSI
from tests.unit.intake.catalogue_essai import CATALOGUE, champs, controle, depot, schema


def _juge(type_: str, valeur: str) -> bool:
    xsd = f'<x:schema xmlns:x="{NS_XSD}"><x:element name="v">{type_}</x:element></x:schema>'
    return etree.XMLSchema(etree.fromstring(xsd)).validate(etree.fromstring(f"<v>{valeur}</v>"))


@pytest.mark.exigence("R3.1")
def test_libxml2_refuses_blanks_around_a_plain_date_but_not_beside_a_pattern() -> None:
    # If this changes, the schemas are judged in another way than we think: look at normalisation again.
    simple = '<x:simpleType><x:restriction base="x:date"/></x:simpleType>'
    motif = '<x:simpleType><x:restriction base="x:date"><x:pattern value="2.*"/></x:restriction></x:simpleType>'
    assert (_juge(simple, "2026-03-02"), _juge(simple, " 2026-03-02")) == (True, False)
    assert (_juge(motif, "2026-03-02"), _juge(motif, " 2026-03-02")) == (True, True)


@pytest.mark.exigence("R3.1")
@pytest.mark.parametrize(
    ("champ", "valeur"), [("famille", " OPTIQUE"), ("telephone", "0123456789 "), ("courriel", " a@b.fr\n")]
)
def test_blanks_around_codes_and_addresses_are_refused_by_the_xsd_and_accepted_by_intake(
    champ: str, valeur: str
) -> None:
    requete = depot(champs(**{champ: valeur}))
    assert not schema().validate(requete)
    verdict = controle().controler(requete)
    assert verdict.formulaire is not None
    assert verdict.formulaire.findtext(f"{{*}}{champ}") == valeur.strip()


@pytest.mark.exigence("R3.1")
def test_blanks_in_texts_stay_and_count() -> None:
    verdict = controle().controler(depot(champs(description="  neuf car ")))
    assert verdict.formulaire is not None
    assert verdict.formulaire[-1].text == "  neuf car "
    assert not controle().controler(depot(champs(reference=" AB-1"))).valide


@pytest.mark.exigence("R3.1")
def test_blanks_of_unicode_are_not_blanks_of_xml() -> None:
    assert not controle().controler(depot(champs(coupures="\u00a05"))).valide
    assert not controle().controler(depot(champs(famille="OPTIQUE\u2003"))).valide


@pytest.mark.exigence("R3.2")
def test_a_no_break_space_between_fields_is_text_but_xmlschema_lets_it_pass() -> None:
    # A known difference of the third witness: xmlschema strips what Python calls blank.
    requete = depot("\u00a0" + champs())
    assert not schema().validate(requete)
    with TemporaryDirectory() as dossier:
        for nom, octets in fichiers_schemas(contrat("depot", CATALOGUE), CATALOGUE).items():
            (Path(dossier) / nom).write_bytes(octets)
        temoin = xmlschema.XMLSchema(str(Path(dossier) / "depot.xsd"))
    assert temoin.is_valid(etree.tostring(requete).decode())
    assert [e.code for e in controle().controler(requete).erreurs] == [CodeChamp.TEXTE_INATTENDU]


@pytest.mark.exigence("R3.2")
@pytest.mark.parametrize(
    ("champ", "valeur"), [("coupures", "1\u00a0"), ("coupures", "1_5"), ("coupures", "٣"), ("puissance", "1 5")]
)
def test_numbers_that_only_xmlschema_reads_are_refused(champ: str, valeur: str) -> None:
    # Known differences of the third witness, which reads numbers as Python does; libxml2 and the walk follow the standard.
    type_ = "int" if champ == "coupures" else "decimal"
    xsd = f'<x:schema xmlns:x="{NS_XSD}"><x:element name="v" type="x:{type_}"/></x:schema>'
    assert xmlschema.XMLSchema(xsd).is_valid(f"<v>{valeur}</v>")
    requete = depot(champs(**{champ: valeur}))
    assert not schema().validate(requete)
    assert [e.code for e in controle().controler(requete).erreurs] == [CodeChamp.TYPE_INVALIDE]


@pytest.mark.exigence("R9")
def test_an_empty_request_may_be_written_with_a_line_break() -> None:
    requete = etree.fromstring(f'<listerVersions xmlns="{NS_WS}">\n <!-- rien -->\n</listerVersions>')
    sans_commentaires(requete)
    normaliser(requete, REQUETES_CATALOGUE["listerVersions"])
    assert etree.tostring(requete) == f'<listerVersions xmlns="{NS_WS}"/>'.encode()


@pytest.mark.exigence("R9")
def test_soap_attributes_go_others_stay() -> None:
    requete = depot()
    requete[0].set(f"{{{NS_SOAP_12}}}encodingStyle", "urn:x")
    requete[0].set("id", "1")
    normaliser(requete, requetes_depot(CATALOGUE)["deposerSignalisation"])
    assert requete[0].attrib.keys() == ["id"]


@pytest.mark.exigence("R3.1")
def test_what_is_wrong_is_not_repaired() -> None:
    for contenu in (champs(coupures="+-1"), champs(coupures="++1"), champs(intermittent="10"), champs(coupures="1 2")):
        assert len(controle().controler(depot(contenu)).erreurs) == 1


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("zone", ["", "Z", "+01:00", "-05:00"])
@pytest.mark.parametrize("type_", ["", ' xsi:type="x:date"'])
def test_la_zone_et_le_type_d_une_date_directe_s_en_vont__ok(zone: str, type_: str) -> None:
    """What strong-soap and Axis 1.4 cannot help sending."""
    requete = etree.fromstring(
        f'<reserverRendezVous xmlns="{NS_WS}" xmlns:x="{NS_XSD}" xmlns:xsi="{NS_XSI}">'
        f"<jour{type_}> 2026-12-03{zone}</jour></reserverRendezVous>"
    )
    normaliser(requete, REQUETES_RENDEZ_VOUS["reserverRendezVous"])
    assert (requete[0].text, len(requete[0].attrib)) == ("2026-12-03", 0)


@pytest.mark.exigence("R9", "R3.2")
def test_le_reste_demeure_et_sera_refuse__error() -> None:
    requete = etree.fromstring(
        f'<listerSignalisations xmlns="{NS_WS}" xmlns:x="{NS_XSD}" xmlns:xsi="{NS_XSI}">'
        '<offre xsi:type="x:string">FIBRE_NOIRE</offre><dateHeureDebut xsi:type="autre">2026-12-03Z</dateHeureDebut>'
        "</listerSignalisations>"
    )
    normaliser(requete, REQUETES_SUIVI["listerSignalisations"])
    assert [dict(membre.attrib) for membre in requete] == [
        {f"{{{NS_XSI}}}type": "x:string"},
        {f"{{{NS_XSI}}}type": "autre"},
    ]
    assert requete[1].text == "2026-12-03Z"
