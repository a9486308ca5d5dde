"""The gate refuses a candidate that is not what it should be, with a code for each reason; nothing else stops it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from bench.synthese import VERSION
from esav_soap.contract.pack import zipper
from esav_soap.errors import Probleme
from esav_soap.intake import Controle
from esav_soap.model import Catalogue, Champ, Formulaire, GenreRegle, Groupe, Regle, Section, Texte
from esav_soap.reader import Lecture
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.usecases import temoins, verification
from esav_soap.usecases.catalogue import empaqueter
from esav_soap.usecases.codes_verification import CodeVerification
from esav_soap.usecases.mutations import Exemple
from esav_soap.usecases.registre import ouvrir_pack
from esav_soap.usecases.temoins import verifier_motifs
from esav_soap.usecases.verification import charger_wsdl, memes_schemas, verifier
from tests.faux import RACINE, URL, pack
from tests.unit.usecases.candidats import (
    AVANT,
    Changements,
    catalogue_essai,
    changer,
    pack_change,
    pack_essai,
    remplacer,
    sources_essai,
)

XSD = "xsd/OFFRE_S0001.xsd"
WSDLS = ("wsdl/depot.wsdl", "wsdl/depot-soap12.wsdl")


def codes(problemes: tuple[Probleme, ...] | list[Probleme]) -> set[str]:
    return {p.code for p in problemes}


def partout(ancien: str, nouveau: str) -> Changements:
    """The same change in the XSD and in the WSDLs, which then agree."""
    return {chemin: remplacer(ancien, nouveau) for chemin in (XSD, *WSDLS)}


@pytest.mark.exigence("R2.1", "R1.4")
def test_un_bon_pack_passe__ok() -> None:
    etapes: list[tuple[str, int, int]] = []
    rendus = verifier(sources_essai(), pack_essai(), pack_essai(AVANT), lambda *etape: etapes.append(etape))
    assert rendus == ()
    assert all(0 <= fait <= total for _, fait, total in etapes)
    finies = {etape for etape, fait, total in etapes if fait == total}
    assert finies == {etape for etape, _, _ in etapes}, "every step that began is told to be done"
    assert len(finies) == 4


@pytest.mark.exigence("R2.1", "R2.2")
def test_les_catalogues_livres_passent__ok() -> None:
    assert verifier(depuis_dossiers(RACINE, "2026.2"), pack("2026.2"), pack("2026.1")) == ()


@pytest.mark.exigence("R2.1")
def test_des_sources_fausses_sont_dites_par_le_lecteur__error() -> None:
    casse = changer(sources_essai(), {"catalogue.xml": remplacer("</catalogue>", "")})
    assert codes(verifier(casse, pack_essai(), None)) == {"XML_MAL_FORME"}


@pytest.mark.exigence("R2.1")
@pytest.mark.parametrize("octets", [b"", b"PK\x03\x04", pack_essai()[:-30]], ids=["vide", "en-tete", "coupe"])
def test_pack_illisible__error(octets: bytes) -> None:
    assert codes(verifier(sources_essai(), octets, None)) == {"PACK_ILLISIBLE"}


@pytest.mark.exigence("R2.1")
@pytest.mark.parametrize(
    ("changements", "attendus"),
    [
        (
            partout('name="intermittent" type="xs:boolean"', 'name="intermittent" type="offreS0001:Absent"'),
            {"XSD_REFUSE_LIBXML2", "XSD_REFUSE_XMLSCHEMA", "WSDL_REFUSE_ZEEP"},
        ),
        # libxml2 reads this pattern, xmlschema does not.
        (partout("REF-[0-9]{3}", "REF-[0-9]{3,2}"), {"XSD_REFUSE_XMLSCHEMA"}),
        (partout('<xs:maxInclusive value="60"/>', '<xs:maxInclusive value="61"/>'), {"VERDICTS_DIFFERENTS"}),
        (partout('<xs:maxInclusive value="60"/>', '<xs:maxInclusive value="59"/>'), {"VERDICTS_DIFFERENTS"}),
        ({"xsd/types.xsd": None}, {"XSD_REFUSE_LIBXML2", "XSD_REFUSE_XMLSCHEMA", "WSDL_AUTRE_SCHEMA"}),
        (
            {WSDLS[0]: remplacer('<xs:maxInclusive value="60"/>', '<xs:maxInclusive value="61"/>')},
            {"WSDL_AUTRE_SCHEMA"},
        ),
        ({WSDLS[1]: remplacer('message="ws:deposerSignalisation"', 'message="ws:absent"')}, {"WSDL_REFUSE_ZEEP"}),
        ({WSDLS[0]: None}, {"WSDL_AUTRE_SCHEMA"}),
    ],
    ids=["type-absent", "motif", "elargi", "resserre", "sans-types", "wsdl-elargi", "sans-message", "sans-wsdl"],
)
def test_artefacts_faux__error(changements: Changements, attendus: set[str]) -> None:
    assert codes(verifier(sources_essai(), pack_change(changements), None)) == attendus


@pytest.mark.exigence("R2.1")
def test_une_annee_que_xmlschema_ne_sait_pas_lire_est_refusee__error() -> None:
    """It stops on a year of eleven digits, with an error that is none of its own kinds."""
    message = "jeu-de-test/messages/OFFRE_S0001/MINIMAL.xml"
    loin = pack_change({message: remplacer("2026-03-04T", "20260000000-03-04T")})
    assert codes(verifier(sources_essai(), loin, None)) == {"EXEMPLE_REFUSE", "JEU_DE_TEST_INEXACT"}


@pytest.mark.exigence("R2.1")
def test_un_commentaire_dans_un_champ_du_jeu_ne_change_rien__ok() -> None:
    """As in a deposit, where it is taken away; xmlschema would take it for a child."""
    message = "jeu-de-test/messages/OFFRE_S0001/MINIMAL.xml"
    assert (
        verifier(
            sources_essai(), pack_change({message: remplacer("2026-03-04T", "2026<!-- an --><?a b?>-03-04T")}), None
        )
        == ()
    )


@pytest.mark.exigence("R2.1")
def test_un_wsdl_ne_va_rien_chercher_ailleurs__error(monkeypatch: pytest.MonkeyPatch) -> None:
    def interdit(*_: object) -> None:
        raise AssertionError("the gate went to the network")

    monkeypatch.setattr("socket.socket.connect", interdit)
    wsdl = ouvrir_pack(pack_essai())["wsdl/suivi.wsdl"]
    assert list(charger_wsdl("wsdl/suivi.wsdl", wsdl)) == []
    ailleurs = remplacer(
        "<wsdl:types>", '<wsdl:import namespace="urn:x" location="http://127.0.0.1:9/x.wsdl"/><wsdl:types>'
    )(wsdl)
    (probleme,) = charger_wsdl("wsdl/suivi.wsdl", ailleurs)
    assert (probleme.code, "127.0.0.1" in probleme.message) == ("WSDL_REFUSE_ZEEP", True)


@pytest.mark.exigence("R2.1")
def test_un_wsdl_sans_operation_n_est_pas_charge__error() -> None:
    racine = etree.fromstring(ouvrir_pack(pack_essai())["wsdl/suivi.wsdl"])
    liaison = racine.find("{*}binding")
    assert liaison is not None
    liaison.remove(liaison.findall("{*}operation")[0])
    assert codes(list(charger_wsdl("wsdl/suivi.wsdl", etree.tostring(racine)))) == {"WSDL_REFUSE_ZEEP"}


@pytest.mark.exigence("R1.1", "R2.1")
def test_la_documentation_peut_differer_le_sens_non__error() -> None:
    fichiers = ouvrir_pack(pack_essai())
    assert list(memes_schemas(fichiers)) == []
    assert list(memes_schemas(changer(fichiers, {XSD: remplacer("Champ bilan", "Bilan optique")}))) == []
    en_trop = changer(fichiers, {WSDLS[0]: remplacer('name="bilan"', 'name="autre"')})
    (probleme,) = memes_schemas(en_trop)
    assert (probleme.fichier, probleme.code) == (WSDLS[0], "WSDL_AUTRE_SCHEMA")
    assert "« OffreS0001 »" in probleme.message


def avec_catalogue(monkeypatch: pytest.MonkeyPatch, change: Callable[[Formulaire], Formulaire]) -> Catalogue:
    """Let the reader let a formulaire through that it would refuse."""
    catalogue = catalogue_essai()
    formulaires = {code: change(formulaire) for code, formulaire in catalogue.formulaires.items()}
    change_ = replace(catalogue, formulaires=formulaires)
    monkeypatch.setattr(verification, "lire", lambda _: Lecture(change_, ()))
    return change_


def avec_regle(condition: str) -> Callable[[Formulaire], Formulaire]:
    regle = Regle("FAUSSE", GenreRegle.REGLE, condition, "Impossible.", "reference")
    return lambda formulaire: replace(formulaire, regles=(*formulaire.regles, regle))


@pytest.mark.exigence("R1.3", "R2.1")
@pytest.mark.parametrize(
    ("condition", "attendu"),
    [("string-length(reference", "REGLES_NON_COMPILEES"), ("loues > 3 and loues < 2", "EXEMPLE_IMPOSSIBLE")],
)
def test_regles_fausses__error(monkeypatch: pytest.MonkeyPatch, condition: str, attendu: str) -> None:
    avec_catalogue(monkeypatch, avec_regle(condition))
    assert codes(verifier(sources_essai(), pack_essai(), None)) == {attendu}


@pytest.mark.exigence("R3.2", "R2.1")
def test_une_explication_qui_ne_voit_rien_est_dementie__error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temoins, "expliquer", lambda *_: [])
    trouves = verifier(sources_essai(), pack_essai(), None)
    assert codes(trouves) == {"VERDICTS_DIFFERENTS"}
    assert all("libxml2 refuse, xmlschema refuse, l'explication accepte" in p.message for p in trouves)


@pytest.mark.exigence("R2.1")
def test_un_processeur_complaisant_est_dementi__error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xmlschema.XMLSchema.is_valid", lambda *_: True)
    trouves = verifier(sources_essai(), pack_essai(), None)
    assert codes(trouves) == {"VERDICTS_DIFFERENTS"}
    assert all("libxml2 refuse, xmlschema accepte, l'explication refuse" in p.message for p in trouves)


@pytest.mark.exigence("R2.1")
def test_des_exemples_a_l_envers__error(monkeypatch: pytest.MonkeyPatch) -> None:
    """All witnesses agree, on what the example was not made for."""
    monkeypatch.setattr(temoins, "mutations", lambda forme, *_: [Exemple("intact", forme, False)])
    assert codes(verifier(sources_essai(), pack_essai(), None)) == {"EXEMPLE_ACCEPTE"}

    def vide(*_: object) -> etree._Element:
        return etree.Element(f"{{urn:esav:catalogue:{VERSION}}}offreS0001")

    monkeypatch.setattr(temoins, "exemple", vide)
    monkeypatch.setattr(temoins, "mutations", lambda *_: [])
    trouves = verifier(sources_essai(), pack_essai(), None)
    assert codes(trouves) == {"EXEMPLE_REFUSE"}
    assert len(trouves) == 3, "minimal, complete, partial: each is told of once"


@pytest.mark.exigence("R3.2", "R2.1")
def test_les_regles_jugent_aussi_les_exemples__error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The schema accepts, the deposit would not: a rule that examples do not know of."""
    catalogue = catalogue_essai()
    stricte = replace(
        catalogue, formulaires={c: avec_regle("loues = 1000")(f) for c, f in catalogue.formulaires.items()}
    )
    monkeypatch.setattr(verification, "Controle", lambda _, schema: Controle(stricte, schema))
    trouves = codes(verifier(sources_essai(), pack_essai(), None))
    assert trouves == {"EXEMPLE_REFUSE", "JEU_DE_TEST_INEXACT"}


def champ_a_motif(motif: str, longueur_max: int, *exemples: str) -> Callable[[Formulaire], Formulaire]:
    champ = Champ("essai", "Essai", Texte(longueur_max=longueur_max, motif=motif), exemples=exemples)
    section = Section("essai", "Essai", (Groupe("dedans", "Dedans", (champ,)),))
    return lambda formulaire: replace(formulaire, sections=(*formulaire.sections, section))


@pytest.mark.exigence("R1.3", "R2.1")
@pytest.mark.parametrize(
    ("motif", "longueur_max", "exemples", "accepte"),
    [
        ("[0-9]{3}", 3, (), True),
        ("[0-9]{3}", 2, (), False),
        ("[0-9]{3}", 2, ("123", "12"), False),
        (r"\p{Lu}{2}", 5, (), False),
        (r"\p{Lu}{2}", 5, ("AB",), True),
        (r"\p{Lu}{2}", 5, ("ab",), False),
        ("[0-9", 5, ("1",), False),
    ],
)
def test_un_motif_sans_exemple__error(
    monkeypatch: pytest.MonkeyPatch, motif: str, longueur_max: int, exemples: tuple[str, ...], accepte: bool
) -> None:
    catalogue = avec_catalogue(monkeypatch, champ_a_motif(motif, longueur_max, *exemples))
    trouves = list(verifier_motifs(catalogue))
    assert [(p.fichier, p.code) for p in trouves] == (
        [] if accepte else [("formulaires/formulaire-s0001.xml", "MOTIF_SANS_EXEMPLE")]
    )
    assert all("dedans/essai" in p.message for p in trouves)
    # The artefacts do not know of the field: the gate says other things besides.
    assert ("MOTIF_SANS_EXEMPLE" in codes(verifier(sources_essai(), pack_essai(), None))) is not accepte


MANIFESTE = "jeu-de-test/manifeste.xml"


def _jeu(message: str) -> Any:
    return f"jeu-de-test/messages/OFFRE_S0001/{message}.xml"


@pytest.mark.exigence("R8", "R2.1")
@pytest.mark.parametrize(
    ("changements", "dit"),
    [
        ({_jeu("COMPLET"): None}, "COMPLET.xml"),
        ({_jeu("COMPLET"): lambda _: b"<autre/>"}, "SOAP"),
        ({_jeu("COMPLET"): lambda _: b"<autre"}, "JEU_DE_TEST_INEXACT"),
        ({MANIFESTE: remplacer('code="CHAMP_MANQUANT"', 'code="TROP_LONG"')}, "CHAMP_MANQUANT"),
        ({MANIFESTE: remplacer('verdict="FORMULAIRE_INVALIDE"', 'verdict="ACCEPTE"')}, "OFFRE_S0001-CHAMP_MANQUANT"),
        ({_jeu("MINIMAL"): remplacer("<ws:deposerSignalisation", "<ws:autre")}, "JEU_DE_TEST_INEXACT"),
        ({_jeu("COMPLET"): remplacer("</ws:formulaire>", "<x/></ws:formulaire>")}, "OFFRE_S0001-COMPLET"),
    ],
    ids=["absent", "pas-soap", "mal-forme", "code", "verdict", "operation", "message"],
)
def test_un_jeu_de_test_inexact__error(changements: Changements, dit: str) -> None:
    trouves = verifier(sources_essai(), pack_change(changements), None)
    assert "JEU_DE_TEST_INEXACT" in codes(trouves)
    assert codes(trouves) <= {"JEU_DE_TEST_INEXACT", "EXEMPLE_REFUSE"}
    assert any(dit in str(p) for p in trouves)


@pytest.mark.exigence("R2.1")
def test_tout_est_dit_a_la_fois__error() -> None:
    changements: Changements = {
        XSD: remplacer('type="xs:boolean"', 'type="offreS0001:Absent"'),
        "wsdl/suivi.wsdl": lambda _: b"<vide",
        "wsdl/catalogue.wsdl": None,
        "maquettes/index.html": remplacer(VERSION, "2031.1"),
        "jeu-de-test/parc.csv": None,
    }
    trouves = verifier(sources_essai(), pack_change(changements), pack_essai(AVANT))
    assert codes(trouves) == {
        "XSD_REFUSE_LIBXML2",
        "XSD_REFUSE_XMLSCHEMA",
        "WSDL_AUTRE_SCHEMA",
        "WSDL_REFUSE_ZEEP",
        "OPERATION_RETIREE",
        "VERSION_DISCORDANTE",
    }
    assert list(trouves) == sorted(trouves)


@pytest.mark.exigence("R2.1")
def test_chaque_code_est_connu_et_dit_que_faire__ok() -> None:
    assert all(code.value.endswith(".") and ":" in code.value for code in CodeVerification)
    (probleme,) = verifier(sources_essai(), b"", None)
    assert probleme.message.endswith(CodeVerification.PACK_ILLISIBLE.value)


@pytest.mark.exigence("R1.4", "R2.1")
def test_un_manifeste_perime__error() -> None:
    altere = changer(ouvrir_pack(pack_essai()), {"maquettes/index.html": lambda contenu: contenu + b"\n"})
    assert codes(verifier(sources_essai(), zipper(altere), None)) == {"MANIFESTE_INEXACT"}


@pytest.mark.exigence("R1.4", "R2.1")
def test_le_pack_d_autres_sources__error() -> None:
    autres = changer(sources_essai(), {"catalogue.xml": remplacer("Offre synthétique 1", "Autre libellé")})
    assert codes(verifier(autres, pack_essai(), None)) == {"SOURCES_DIFFERENTES"}
    assert verifier(autres, empaqueter(autres, URL)[1], None) == ()
