"""Verdicts: what is accepted and in which form, and the exact errors of each kind of fault."""

from __future__ import annotations

import logging
import threading

import pytest
from lxml import etree

from esav_soap.errors import CodeChamp, ErreurChamp
from esav_soap.intake import VALEUR_DEPRECIEE, Controle
from esav_soap.names import NS_SOAP_11, NS_XSI
from tests.unit.intake.catalogue_essai import CAT, CATALOGUE, CHAMPS, UN, champs, controle, depot, schema

C = CodeChamp
F = "formulaire/essaiUn"


def erreurs(requete: etree._Element) -> list[tuple[CodeChamp, str]]:
    verdict = controle().controler(requete)
    assert verdict.valide == (not verdict.erreurs)
    assert verdict.valide == (verdict.formulaire is not None) == (verdict.entete is not None)
    return [(e.code, e.chemin) for e in verdict.erreurs]


def seule(requete: etree._Element) -> ErreurChamp:
    (erreur,) = controle().controler(requete).erreurs
    return erreur


@pytest.mark.exigence("R3.1")
def test_an_accepted_deposit_gives_offre_form_and_header() -> None:
    verdict = controle().controler(depot())
    assert verdict.valide
    assert verdict.offre == "ESSAI_UN"
    assert verdict.formulaire is not None
    assert [e.text for e in verdict.formulaire] == list(CHAMPS.values())
    assert verdict.entete is not None
    assert (verdict.entete.identifiant_prestation, verdict.entete.reference_operateur) == ("P-1", "R-1")
    assert (verdict.entete.contact_nom, verdict.entete.contact_telephone) == ("Claire Martin", "0123456789")
    assert verdict.entete.contact_courriel is None
    assert verdict.avertissements == ()


@pytest.mark.exigence("R3.1")
def test_blanks_signs_and_ones_are_brought_into_normal_form() -> None:
    contenu = champs(
        famille=" OPTIQUE\n",
        jour=" 2026-03-02 ",
        constat="\n2026-03-02T10:00:00Z ",
        coupures=" +7 ",
        intermittent=" 1 ",
    )
    verdict = controle().controler(depot(contenu))
    assert verdict.valide, verdict.erreurs
    assert verdict.formulaire is not None
    lues = {etree.QName(e).localname: e.text for e in verdict.formulaire}
    assert (lues["famille"], lues["jour"], lues["constat"]) == ("OPTIQUE", "2026-03-02", "2026-03-02T10:00:00Z")
    assert (lues["coupures"], lues["intermittent"]) == ("7", "true")


@pytest.mark.exigence("R3.1")
def test_a_sign_that_xpath_cannot_read_does_not_hide_from_a_rule() -> None:
    assert erreurs(depot(champs(coupures="+51"))) == [(C.REGLE_NON_RESPECTEE, f"{F}/courriel")]
    assert erreurs(depot(champs(coupures="+50"))) == []


@pytest.mark.exigence("R3.1")
def test_a_comment_cannot_hide_a_part_of_a_value() -> None:
    verdict = controle().controler(depot(champs(description="Coupure <!-- x -->franche <?p q?>ce matin")))
    assert verdict.formulaire is not None
    assert verdict.formulaire[-1].text == "Coupure franche ce matin"
    assert erreurs(depot(champs(famille="OPT<!-- -->IQUE"))) == []
    assert erreurs(depot("<!-- a --><?p?>" + champs() + "<!-- b -->")) == []


@pytest.mark.exigence("R3.1", "R9")
def test_what_soap_toolkits_add_beside_the_content_is_accepted() -> None:
    requete = depot()
    requete.set(f"{{{NS_SOAP_11}}}encodingStyle", "http://schemas.xmlsoap.org/soap/encoding/")
    requete.set(f"{{{NS_XSI}}}schemaLocation", "urn:x http://exemple.invalid/x.xsd")
    assert erreurs(requete) == []
    fautive = depot(champs(coupures="0"))
    fautive.set(f"{{{NS_XSI}}}schemaLocation", "urn:x http://exemple.invalid/x.xsd")
    assert erreurs(fautive) == [(C.TROP_PETIT, f"{F}/coupures")]


CAS: list[tuple[str, str, CodeChamp, str, str]] = [
    ("manquant", champs(famille=None, nature=None).replace("<constat>", "<famille>OPTIQUE</famille><constat>"),
     C.CHAMP_MANQUANT, "nature", "obligatoire manque"),
    ("vide", champs(reference=""), C.CHAMP_MANQUANT, "reference", "est vide"),
    ("vide blanc", champs(constat="  "), C.CHAMP_MANQUANT, "constat", "est vide"),
    ("facultatif vide", champs(coupures=""), C.CHAMP_VIDE, "coupures", "ne pas l'envoyer"),
    ("inconnu", champs() + "<Reference>x</Reference>", C.CHAMP_INCONNU, "Reference", "vouliez-vous « reference »"),
    ("absent", champs() + "<absent>x</absent>", C.CHAMP_ABSENT_OFFRE, "absent", "« Champ absent »"),
    ("type entier", champs(coupures="douze"), C.TYPE_INVALIDE, "coupures", "n'est pas un entier"),
    ("virgule", champs(puissance="-1,5"), C.TYPE_INVALIDE, "puissance", "séparateur décimal est le point"),
    ("jour inexistant", champs(jour="2026-02-30"), C.TYPE_INVALIDE, "jour", "n'existe pas dans le calendrier"),
    ("jour avec fuseau", champs(jour="2026-02-03Z"), C.TYPE_INVALIDE, "jour", "sans fuseau"),
    ("jour trop tôt", champs(jour="2025-12-31"), C.TROP_PETIT, "jour", "avant le 2026-01-01"),
    ("jour trop tard", champs(jour="2027-01-01"), C.TROP_GRAND, "jour", "après le 2026-12-31"),
    ("sans décalage", champs(constat="2026-03-02T10:00:00"), C.FUSEAU_MANQUANT, "constat", "décalage horaire"),
    ("heure fausse", champs(constat="2026-02-30T10:00:00Z"), C.TYPE_INVALIDE, "constat", "calendrier"),
    ("petit", champs(coupures="0"), C.TROP_PETIT, "coupures", "inférieur à 1"),
    ("grand", champs(coupures="101"), C.TROP_GRAND, "coupures", "supérieur à 100"),
    ("décimales", champs(puissance="-1.555"), C.TROP_DE_DECIMALES, "puissance", "a plus de 2 décimales"),
    ("nombre petit", champs(puissance="-40.01"), C.TROP_PETIT, "puissance", "inférieur à -40"),
    ("oui", champs(intermittent="oui"), C.TYPE_INVALIDE, "intermittent", "attendu : true ou false"),
    ("téléphone", champs(telephone="01 23"), C.MOTIF_NON_RESPECTE, "telephone", "téléphone"),
    ("courriel", champs(courriel="a@b"), C.MOTIF_NON_RESPECTE, "courriel", "courriel"),
    ("court", champs(description="court"), C.TROP_COURT, "description", "10 au moins"),
    ("long", champs(description="x" * 201), C.TROP_LONG, "description", "200 au plus"),
    ("motif", champs(reference="AB_1"), C.MOTIF_NON_RESPECTE, "reference", "[A-Z]{2}-[0-9]{1,6}"),
    ("hors liste", champs(famille="OPTIQ"), C.VALEUR_HORS_LISTE, "famille", "vouliez-vous « OPTIQUE »"),
    ("retiré", champs(nature="DISPARUE"), C.VALEUR_RETIREE, "nature", "employer « COUPURE »"),
    ("sous-élément", champs(reference="<b/>AB-1"), C.ELEMENT_INATTENDU, "reference", "<b>"),
    ("groupe", champs(mesures="<distance>1</distance><perte>x</perte>"), C.TYPE_INVALIDE, "mesures[1]/perte", "« Perte »"),
    ("dans un groupe", champs(mesures="<perte>1</perte>"), C.CHAMP_MANQUANT, "mesures[1]/distance", "« Distance »"),
]  # fmt: skip


@pytest.mark.exigence("R3.2")
@pytest.mark.parametrize(("contenu", "code", "chemin", "dit"), [c[1:] for c in CAS], ids=[c[0] for c in CAS])
def test_one_fault_one_error(contenu: str, code: CodeChamp, chemin: str, dit: str) -> None:
    erreur = seule(depot(contenu))
    assert (erreur.code, erreur.chemin) == (code, f"{F}/{chemin}")
    assert dit in erreur.message
    assert erreur.champ == chemin.rpartition("/")[2]


@pytest.mark.exigence("R3.2")
def test_an_error_carries_label_value_and_what_is_allowed() -> None:
    hors = seule(depot(champs(famille="OPTIQ")))
    assert (hors.libelle, hors.valeur, hors.valeurs_admises) == ("Famille", "OPTIQ", ("OPTIQUE", "ENERGIE"))
    grand = seule(depot(champs(coupures="101")))
    assert grand.valeurs_admises == ("minimum 1", "maximum 100")
    longue = seule(depot(champs(description="x" * 1000)))
    assert len(longue.valeur) == 200
    retire = seule(depot(champs(nature="DISPARUE")))
    assert "DISPARUE" not in retire.valeurs_admises
    assert "ANCIENNE" in retire.valeurs_admises


@pytest.mark.exigence("R3.2")
def test_all_errors_come_at_once_in_document_order_header_first() -> None:
    entete = (
        "<entete><referenceOperateur/><contact><nom>X</nom><telephone>12</telephone><fax>1</fax></contact></entete>"
    )
    contenu = champs(famille="AUCUNE", coupures="0", mesures="<distance>x</distance>") + "perdu" + "<zut/>"
    contenu = contenu.replace("<description>", '<autre xmlns="">a</autre><description a="1">')
    requete = depot(contenu, entete=entete)
    assert erreurs(requete) == [
        (C.CHAMP_MANQUANT, "entete/identifiantPrestation"),
        (C.CHAMP_MANQUANT, "entete/referenceOperateur"),
        (C.MOTIF_NON_RESPECTE, "entete/contact/telephone"),
        (C.CHAMP_INCONNU, "entete/contact/fax"),
        (C.VALEUR_HORS_LISTE, f"{F}/famille"),
        (C.TROP_PETIT, f"{F}/coupures"),
        (C.CHAMP_INCONNU, f"{F}/autre"),
        (C.ATTRIBUT_INTERDIT, f"{F}/description/@a"),
        (C.TYPE_INVALIDE, f"{F}/mesures[1]/distance"),
        (C.TEXTE_INATTENDU, f"{F}/text()"),
        (C.CHAMP_INCONNU, f"{F}/zut"),
    ]


@pytest.mark.exigence("R3.2")
def test_a_missing_field_is_told_where_it_should_stand() -> None:
    contenu = champs(reference="?", nature=None, coupures="0")
    assert erreurs(depot(contenu)) == [
        (C.MOTIF_NON_RESPECTE, f"{F}/reference"),
        (C.CHAMP_MANQUANT, f"{F}/nature"),
        (C.TROP_PETIT, f"{F}/coupures"),
    ]


@pytest.mark.exigence("R3.2")
def test_one_moved_field_is_one_error_that_says_where_it_belongs() -> None:
    contenu = champs(reference=None) + "<reference>AB-1</reference>"
    erreur = seule(depot(contenu))
    assert (erreur.code, erreur.chemin) == (C.CHAMP_MAL_PLACE, f"{F}/reference")
    assert "avant « Famille »" in erreur.message
    contenu = "<description>Une description assez longue</description>" + champs(description=None)
    assert "après « Heure du constat »" in seule(depot(contenu)).message


@pytest.mark.exigence("R3.2")
def test_too_many_occurrences() -> None:
    double = champs().replace("<famille>", "<famille>ENERGIE</famille><famille>")
    assert erreurs(depot(double)) == [(C.CHAMP_EN_TROP, f"{F}/famille[2]")]
    mesure = "<mesures><distance>1</distance></mesures>"
    assert erreurs(depot(champs() + mesure * 4)) == [(C.CHAMP_EN_TROP, f"{F}/mesures[4]")]
    codes = "".join(f"<natures>{c}</natures>" for c in ("COUPURE", "PERTE_48V", "AFFAIBLISSEMENT", "ANCIENNE"))
    erreur = seule(depot(champs().replace("<constat>", codes + "<constat>")))
    assert (erreur.code, erreur.chemin, erreur.valeurs_admises) == (C.CHAMP_EN_TROP, f"{F}/natures[4]", ("maximum 3",))


@pytest.mark.exigence("R3.2")
def test_wrong_namespace_is_told_once_for_a_group_and_its_fields() -> None:
    contenu = champs() + '<mesures xmlns=""><distance>1</distance><perte>99</perte></mesures>'
    assert erreurs(depot(contenu)) == [(C.ESPACE_DE_NOMS, f"{F}/mesures[1]"), (C.TROP_GRAND, f"{F}/mesures[1]/perte")]
    formulaire = f'<formulaire><essaiUn xmlns="{UN}">{champs()}</essaiUn></formulaire>'
    erreur = seule(depot(formulaire=formulaire))
    assert (erreur.code, erreur.chemin, erreur.valeurs_admises) == (C.ESPACE_DE_NOMS, F, (CAT,))


@pytest.mark.exigence("R3.2")
def test_nil_and_types_of_xsi() -> None:
    nil = f'<courriel xmlns:xsi="{NS_XSI}" xsi:nil="true"/>'
    erreur = seule(depot(champs().replace("<description>", nil + "<description>")))
    assert (erreur.code, erreur.chemin) == (C.NIL_INTERDIT, f"{F}/courriel/@xsi:nil")
    requete = depot()
    requete[0][0].set(f"{{{NS_XSI}}}type", "chose")
    assert erreurs(requete) == [(C.ATTRIBUT_INTERDIT, "entete/identifiantPrestation/@xsi:type")]
    requete = depot()
    requete[0].set(f"{{{NS_XSI}}}nil", "1")
    del requete[0][:]
    assert erreurs(requete) == [(C.NIL_INTERDIT, "entete/@xsi:nil")]


@pytest.mark.exigence("R3.2")
def test_a_right_xsi_type_is_no_error_also_beside_another_fault() -> None:
    requete = depot(champs(coupures="0"))
    requete[0].set(f"{{{NS_XSI}}}type", "Entete")
    assert erreurs(requete) == [(C.TROP_PETIT, f"{F}/coupures")]
    requete = depot()
    requete[0].set(f"{{{NS_XSI}}}type", "Entete")
    assert erreurs(requete) == []


@pytest.mark.exigence("R1.2", "R3.2")
def test_no_form_several_forms_unknown_form() -> None:
    un = f'<c:essaiUn xmlns:c="{CAT}" xmlns="{UN}">{champs()}</c:essaiUn>'
    deux = f'<c:essaiDeux xmlns:c="{CAT}"/>'
    # The XSD lets the choice be empty (clients could not read it otherwise): intake asks for exactly one.
    assert schema().validate(depot(formulaire="<formulaire/>"))
    assert erreurs(depot(formulaire="<formulaire/>")) == [(C.OFFRE_MANQUANTE, "formulaire")]
    ensemble = depot(formulaire=f"<formulaire>{un}{deux}<zut/>perdu</formulaire>")
    assert erreurs(ensemble) == [(C.PLUSIEURS_OFFRES, "formulaire")]
    ensemble[0][0].text = None
    assert erreurs(ensemble) == [(C.CHAMP_MANQUANT, "entete/identifiantPrestation"), (C.PLUSIEURS_OFFRES, "formulaire")]
    ailleurs = f'<formulaire>{un.replace(champs(), champs(intermittent="true"))}<essaiDeux xmlns=""/></formulaire>'
    assert erreurs(depot(formulaire=ailleurs)) == [(C.PLUSIEURS_OFFRES, "formulaire")]
    assert erreurs(depot(formulaire=f"<formulaire>{un}{un}</formulaire>")) == [(C.CHAMP_EN_TROP, f"{F}[2]")]
    inconnue = seule(depot(formulaire=f'<formulaire><essaiUnn xmlns="{CAT}"/></formulaire>'))
    assert (inconnue.code, inconnue.chemin) == (C.OFFRE_INCONNUE, "formulaire/essaiUnn")
    assert "« essaiUn »" in inconnue.message
    assert inconnue.valeurs_admises == ("essaiUn", "essaiDeux")
    assert erreurs(depot(formulaire="")) == [(C.CHAMP_MANQUANT, "formulaire")]


@pytest.mark.exigence("R1.2")
def test_usages_of_the_offre_decide() -> None:
    contenu = f'<formulaire><c:essaiDeux xmlns:c="{CAT}" xmlns="{UN.replace("UN", "DEUX")}">'
    contenu += champs(telephone="0123456789") + "</c:essaiDeux></formulaire>"
    verdict = controle().controler(depot(formulaire=contenu))
    assert [(e.code, e.champ) for e in verdict.erreurs] == [
        (C.CHAMP_ABSENT_OFFRE, "telephone"),
        (C.CHAMP_MANQUANT, "mesures"),
        (C.CHAMP_MANQUANT, "absent"),
    ]
    assert verdict.offre == "ESSAI_DEUX"


@pytest.mark.exigence("R3.2")
def test_a_hostile_message_gives_a_bounded_answer() -> None:
    trouvees = controle().controler(depot(champs() + "<zut/>" * 50_000)).erreurs
    assert len(trouvees) == 1000
    assert trouvees[-1].code is C.NON_CONFORME
    assert {e.code for e in trouvees[:-1]} == {C.CHAMP_INCONNU}


@pytest.mark.exigence("R3.2")
def test_a_refusal_that_nobody_can_explain_stays_a_refusal_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    refuse_tout = etree.XMLSchema(
        etree.fromstring('<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema"><x:element name="a"/></x:schema>')
    )
    with caplog.at_level(logging.ERROR, "esav.intake"):
        verdict = Controle(CATALOGUE, refuse_tout).controler(depot())
    assert [e.code for e in verdict.erreurs] == [C.NON_CONFORME]
    assert verdict.formulaire is None
    assert "refusal without explanation" in caplog.text


@pytest.mark.exigence("R3.1")
def test_an_element_that_is_no_deposit_is_not_judged() -> None:
    with pytest.raises(KeyError):
        controle().controler(etree.fromstring("<deposerSignalisation/>"))


@pytest.mark.exigence("R1.3", "R3.1")
def test_a_deprecated_code_is_accepted_with_a_warning_that_names_the_replacement() -> None:
    natures = "<natures>COUPURE</natures><natures>ANCIENNE</natures>"
    contenu = champs(nature="ANCIENNE").replace("<constat>", natures + "<constat>")
    verdict = controle().controler(depot(contenu))
    assert verdict.valide
    assert [a.code for a in verdict.avertissements] == [VALEUR_DEPRECIEE] * 2
    assert "(nature)" in verdict.avertissements[0].message
    assert "(natures[2])" in verdict.avertissements[1].message
    assert "employer « COUPURE »" in verdict.avertissements[0].message


@pytest.mark.exigence("R3.1")
def test_four_threads_get_the_right_verdicts() -> None:
    faux: list[object] = []

    def travailler(valide: bool) -> None:
        for _ in range(300):
            verdict = controle().controler(depot(champs(coupures="3" if valide else "0")))
            if verdict.valide is not valide:
                faux.append(verdict)

    fils = [threading.Thread(target=travailler, args=(i % 2 == 0,)) for i in range(4)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert faux == []
