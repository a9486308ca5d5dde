"""What the server writes is what its published XSD says: every answer, every fault, in both versions of SOAP."""

from __future__ import annotations

import ast
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from esav_soap.contract.schemas import compiler_schema
from esav_soap.contract.services import REPONSES, SERVICES
from esav_soap.errors import CodeChamp, CodeErreur, ErreurChamp, ErreurEsav, FormulaireInvalide, VersionVive
from esav_soap.names import NS_SOAP_11, NS_SOAP_12, NS_WS, NS_WSDL, NS_XSD
from esav_soap.signalisation import Prestation
from esav_soap.soap import presentation
from esav_soap.soap.operations import Appel
from esav_soap.soap.protocole import Protocole11, Protocole12, Service
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.registre import ouvrir_pack
from tests.e2e.soap import WS, Reponse, depot, enveloppe, requete
from tests.faux import INSTANT, RACINE, URL, FauxNoeud, noeud, pack
from tests.noeud_sql import capacites, noeud_sql

SOAP = pytest.mark.parametrize("soap", ["1.1", "1.2"])
TYPES = {"1.1": "text/xml", "1.2": "application/soap+xml"}
PROTOCOLES = {"1.1": Protocole11, "1.2": Protocole12}


@cache
def schema(service: str) -> etree.XMLSchema:
    """The service's own schema, as its WSDL publishes it."""
    fichiers = ouvrir_pack(pack("2026.2"))
    if service == "depot":
        return compiler_schema({n.removeprefix("xsd/"): o for n, o in fichiers.items() if n[:4] == "xsd/"}, "depot.xsd")
    types = etree.fromstring(fichiers[f"wsdl/{service}.wsdl"]).find(f"{{{NS_WSDL}}}types")
    assert types is not None
    (seul,) = types.findall(f"{{{NS_XSD}}}schema")
    return etree.XMLSchema(etree.fromstring(etree.tostring(seul)))


def conforme(service: str, element: etree._Element) -> None:
    compile_ = schema(service)
    assert compile_.validate(etree.fromstring(etree.tostring(element))), compile_.error_log


@pytest.fixture(scope="module")
def plein() -> FauxNoeud:
    return noeud()


def appeler(de: FauxNoeud, service: str, demande: etree._Element, soap: str, **options: object) -> Reponse:
    octets = enveloppe(demande, soap)
    return de.appeler(f"/production/ws/1/{service}", octets, type_contenu=TYPES[soap], **options)  # type: ignore[arg-type]


#: What each service is for; the others are for opérateurs.
ROLES = {"publication": "PUBLIEUR", "sav": "FOURNISSEUR"}


def _saisie(reference: str) -> etree._Element:
    """A late entry: what the fallback procedure took down, by code/value pairs."""
    generique = depot("2026.1", "ACCES_FTTH", reference, operation="deposerSignalisationGenerique")
    saisie = requete(
        "saisirSignalisation",
        operateur="OPA",
        dateHeureDepot="2026-07-01T09:00:00+02:00",
        technicien="C. Le Goff",
        versionCatalogue="2026.1",
    )
    saisie.extend(list(generique))
    return saisie


def _vie(soap: str) -> list[tuple[str, str, dict[str, str]]]:
    """Every operation on a signalisation that stands, in an order in which each is possible."""
    cle, rdv = {"referenceOperateur": f"X-{soap}"}, {"numeroRendezVous": "{rdv}"}
    numero = {"numeroSignalisation": "{numero}"}
    slot = {"genre": "SAV", "jour": "2026-07-02", "plage": "MATIN"}
    geste = {"technicien": "C. Le Goff", "commentaire": "L'accès est fermé."}
    bilan = {"cause": "CABLE", "responsabilite": "TIERS", "dateHeureRetablissement": "2026-07-01T12:00:00+02:00"}
    return [
        ("suivi", "consulterEtat", cle),
        ("suivi", "consulterDetail", cle),
        ("sav", "listerFile", {}),
        ("sav", "consulterFiche", numero),
        ("sav", "traiterSignalisation", numero | {"action": "GELER"} | geste | {"attendu": "ACCES_SITE"}),
        ("suivi", "completerSignalisation", cle | {"commentaire": "Il est ouvert."}),
        ("suivi", "demanderCloture", cle),
        ("rendez-vous", "rechercherPlages", cle | {"genre": "SAV"}),
        ("rendez-vous", "reserverRendezVous", cle | {"referenceRendezVous": f"A-{soap}"} | slot),
        ("rendez-vous", "confirmerRendezVous", rdv),
        ("rendez-vous", "consulterRendezVous", rdv),
        ("rendez-vous", "modifierRendezVous", rdv | {"referenceRendezVous": f"B-{soap}", "jour": "2026-07-03", "plage": "MATIN"}),
        ("sav", "reporterRendezVous", rdv | {"referenceRendezVous": f"C-{soap}", "jour": "2026-07-03", "plage": "APRES_MIDI"} | geste),
        ("rendez-vous", "annulerRendezVous", rdv),
        ("sav", "decommanderRendezVous", rdv | geste),
        ("sav", "traiterSignalisation", numero | {"action": "QUALIFIER"}),
        ("sav", "traiterSignalisation", numero | {"action": "CLORE"} | bilan),
        ("suivi", "consulterHistorique", {}),
        ("suivi", "contesterCloture", cle | {"commentaire": "Le client n'a toujours rien."}),
        ("suivi", "listerSignalisations", {}),
        ("suivi", "listerEvenements", {}),
    ]  # fmt: skip


@pytest.mark.exigence("R1.2", "R3.1", "R3.5", "R3.6", "R4.1", "R7.4", "R9")
@SOAP
def test_chaque_reponse_est_conforme_a_son_schema__ok(tmp_path: Path, soap: str) -> None:
    demandes: list[tuple[str, etree._Element]] = [
        ("depot/2026.1", depot("2026.1", "ACCES_FTTH", f"X-{soap}", operation=operation))
        for operation in SERVICES["depot"]
    ]
    demandes += [("sav", _saisie("SAISIE")), ("information", requete("diagnostiquerConnexion"))]
    demandes += [
        ("catalogue", requete("listerVersions")),
        ("catalogue", requete("telechargerPack", version="2026.1")),
        ("publication", requete("simulerPublication", pack="UEs=")),
        ("publication", requete("annoncerVersion", pack="UEs=")),
        ("publication", requete("retirerAnnonce", version="2027.1")),
    ]
    reponses: dict[str, Reponse] = {}
    with noeud_sql(tmp_path, capacites()) as (de, _):

        def demander(service: str, demande: etree._Element) -> Reponse:
            operation, court = etree.QName(demande).localname, service.partition("/")[0]
            role = ROLES.get(service, "OPERATEUR")
            reponse = reponses[operation] = appeler(de, service, demande, soap, entetes={"HTTP_X_ESAV_ROLE": role})
            assert (reponse.statut, reponse.refus) == (200, None), reponse.octets
            assert reponse.corps.tag == f"{WS}{operation}Response"
            assert [etree.QName(e).localname for e in reponse.corps] == [REPONSES[operation].nom]
            conforme(court, reponse.corps)
            assert reponse.entetes["Content-Type"].startswith(TYPES[soap])
            assert int(reponse.entetes["Content-Length"]) == len(reponse.octets)
            return reponse

        for service, demande in demandes:
            demander(service, demande)
        connus = {"numero": reponses["deposerSignalisation"].texte("numeroSignalisation") or ""}
        for service, operation, champs in _vie(soap):
            dits = {nom: valeur.format(**connus) for nom, valeur in champs.items()}
            reponse = demander(service, requete(operation, **dits))
            assert len(reponse.corps[0]), f"{operation} answers something"
            rendu = reponse.texte("numeroRendezVous")
            connus |= {"rdv": rendu} if rendu else {}
    assert set(reponses) == set(REPONSES), "every operation is tried"
    telecharge = reponses["telechargerPack"]
    assert b64decode(telecharge.texte("contenu") or "") == pack("2026.1")
    assert telecharge.texte("nomFichier") == "catalogue-esav-2026.1.zip"


@pytest.mark.exigence("R3.5")
def test_un_detail_presque_vide_est_conforme__ok(plein: FauxNoeud) -> None:
    """A prestation with nothing but its identifier, a contact without e-mail: members are left out, not sent empty."""
    plein.base.ajouter(Prestation("production", "OPA", "OPA-FIBRE_NOIRE-1", "FIBRE_NOIRE"))
    demande = depot("2026.2", "FIBRE_NOIRE", "VIDE")
    for courriel in list(demande.iter(f"{WS}courriel")):
        parent = courriel.getparent()
        assert parent is not None
        parent.remove(courriel)
    assert appeler(plein, "depot/2026.2", demande, "1.1").refus is None
    detail = appeler(plein, "suivi", requete("consulterDetail", referenceOperateur="VIDE"), "1.1")
    conforme("suivi", detail.corps)
    for absent in ("extremiteA", "extremiteB", "complement", "garantie", "courriel", "commentaire"):
        assert detail.texte(absent) is None
        assert not list(detail.corps.iter(f"{WS}{absent}"))


@pytest.mark.exigence("R3.5")
def test_les_instants_portent_l_heure_de_paris__ok(plein: FauxNoeud) -> None:
    accuse = appeler(plein, "depot/2026.2", depot("2026.2", "GENIE_CIVIL", "HEURE"), "1.1")
    assert accuse.texte("dateHeureDepot") == "2026-07-01T12:00:00+02:00"


def complete(code: CodeErreur) -> ErreurEsav:
    """A refusal with every member filled."""
    erreurs = [
        ErreurChamp("etage", "Étage", "formulaire/accesFtth/etage", c, c.value, "<&>é", ("A", "B")) for c in CodeChamp
    ]
    erreurs.append(ErreurChamp("vide", "", "", CodeChamp.CHAMP_MANQUANT, "x"))
    versions = [VersionVive("2026.1", f"{URL}/?a&b", INSTANT), VersionVive("2026.2", URL)]
    return ErreurEsav(code, erreurs=erreurs, versions=versions, reessayer_apres=INSTANT + timedelta(days=180))


@pytest.mark.exigence("R2.6", "R3.2", "R9")
@SOAP
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("code", CodeErreur)
def test_chaque_fault_est_conforme_a_son_schema__ok(code: CodeErreur, service: str, soap: str) -> None:
    def refuser(*_: object) -> object:
        raise presentation.fault(complete(code), "0123456789abcdef")

    lance = Service(service, refuser, PROTOCOLES[soap])  # type: ignore[arg-type]
    (premiere, *_) = sorted(lance.operations)
    octets, refuse = lance.appeler(etree.Element(premiere), None)
    assert refuse
    assert b"0123456789abcdef" in octets
    for ecrit in (octets, lance.refuser(presentation.fault(complete(code), "0123456789abcdef"))):
        reponse = Reponse(500, {}, ecrit)
        assert reponse.refus == code.name
        (declare,) = reponse.corps.iter(f"{WS}ErreurEsav")
        conforme(service, declare)
        assert [e.findtext(f"{WS}code") for e in declare.iter(f"{WS}erreur")][:-1] == [c.name for c in CodeChamp]
        assert declare.findtext(f"{WS}erreur/{WS}valeur") == "<&>é"
        assert declare.findtext(f"{WS}reessayerApres") == "2026-12-28T11:00:00+01:00"
        assert len(list(declare.iter(f"{WS}version"))) == 4, "two versions, each with its number"
        _forme(reponse.corps, soap, code)


def _forme(fault: etree._Element, soap: str, code: CodeErreur) -> None:
    """Where each version of SOAP wants the members of a fault, and nothing beside them."""
    serveur = code in {CodeErreur.ERREUR_INTERNE, CodeErreur.MAINTENANCE, CodeErreur.LIMITATION_DEBIT}
    if soap == "1.1":
        assert [e.tag for e in fault] == ["faultcode", "faultstring", "detail"]
        valeur, texte, attendu = (
            fault.findtext("faultcode"),
            fault.findtext("faultstring"),
            ("Client", "Server")[serveur],
        )
    else:
        e = f"{{{NS_SOAP_12}}}"
        assert [x.tag for x in fault] == [f"{e}Code", f"{e}Reason", f"{e}Detail"]
        valeur, texte = fault.findtext(f"{e}Code/{e}Value"), fault.findtext(f"{e}Reason/{e}Text")
        attendu = ("Sender", "Receiver")[serveur]
    prefixe, _, nom = (valeur or "").partition(":")
    assert (fault.nsmap[prefixe], nom) == ({"1.1": NS_SOAP_11, "1.2": NS_SOAP_12}[soap], attendu)
    assert (texte or "").startswith(f"{code.name} : ")


@pytest.mark.exigence("R2.6")
@SOAP
def test_fault_de_version_par_la_grande_porte__error(plein: FauxNoeud, soap: str) -> None:
    for version, instant, code, vives in (
        ("2026.1", INSTANT + timedelta(days=30), "VERSION_RETIREE", ["2026.2"]),
        ("2026.2", INSTANT - timedelta(days=20), "VERSION_PAS_ENCORE_OUVERTE", ["2026.1"]),
        ("2040.1", INSTANT, "VERSION_INCONNUE", ["2026.1", "2026.2"]),
    ):
        plein.horloge[0] = instant
        try:
            reponse = appeler(plein, f"depot/{version}", depot("2026.1", "ACCES_FTTH", "V"), soap)
        finally:
            plein.horloge[0] = INSTANT
        assert reponse.refus == code
        assert [v.findtext(f"{WS}version") for v in reponse.corps.iter(f"{WS}version") if len(v)] == vives
        (declare,) = reponse.corps.iter(f"{WS}ErreurEsav")
        conforme("depot", declare)
        assert reponse.statut == (500 if soap == "1.1" else 400)


def _annote(argument: ast.arg) -> str:
    return getattr(argument.annotation, "id", "")


@pytest.mark.exigence("R3.2")
def test_tout_ce_qui_est_leve_est_une_fault_declaree__ok() -> None:
    """Every ``ErreurEsav(CodeErreur.X)`` in the program names a code that exists, and no other kind is meant for callers."""
    leves: dict[str, str] = {}
    for fichier in sorted((RACINE / "esav_soap").rglob("*.py")):
        arbre = ast.parse(fichier.read_text(encoding="utf-8"))
        codes = {a.arg for a in ast.walk(arbre) if isinstance(a, ast.arg) and _annote(a) == "CodeErreur"}
        for noeud_ in ast.walk(arbre):
            if isinstance(noeud_, ast.Call) and getattr(noeud_.func, "id", "") == "ErreurEsav":
                code = noeud_.args[0] if noeud_.args else None
                if isinstance(code, ast.Name) and code.id in codes:
                    continue  # the type checker sees to what comes in there
                assert isinstance(code, ast.Attribute), f"{fichier}:{noeud_.lineno}: a code in words"
                assert getattr(code.value, "id", "") == "CodeErreur"
                leves[code.attr] = f"{fichier}:{noeud_.lineno}"
    assert set(leves) <= {c.name for c in CodeErreur}
    assert {"PRESTATION_INCONNUE", "VERSION_RETIREE", "ERREUR_INTERNE"} <= set(leves)
    assert FormulaireInvalide([]).code is CodeErreur.FORMULAIRE_INVALIDE


@pytest.mark.exigence("R8", "R3.2")
def test_chaque_code_est_documente__ok() -> None:
    guide = (Path(RACINE) / "docs" / "guide-operateur.md").read_text(encoding="utf-8")
    for nom, code in (("codes-fault", CodeErreur), ("codes-champ", CodeChamp)):
        bloc = guide.split(f"<!-- genere:{nom}")[1].split(f"<!-- fin:{nom}")[0]
        for membre in code:
            assert f"| `{membre.name}` | " in bloc
            assert f"{membre.value} |" in bloc


@pytest.mark.exigence("R3.2")
def test_les_codes_ne_se_confondent_pas__ok() -> None:
    """Two codes with one text would silently be one member of the enumeration."""
    for code in (CodeErreur, CodeChamp):
        assert len(code.__members__) == len(list(code))
        assert all(c.name.isascii() and c.name.isupper() for c in code)


@pytest.mark.exigence("R3.1")
@SOAP
def test_une_reponse_impossible_a_ecrire_est_une_erreur_interne__error(plein: FauxNoeud, soap: str) -> None:
    """Better no acknowledgement than half of one: the answer is the prebuilt fault."""
    demande = depot("2026.2", "ACCES_FTTH", f"ECRIT-{soap}")
    vrai = plein.base.deposer
    plein.base.deposer = lambda nouvelle: replace(vrai(nouvelle), numero="a\x00b")  # type: ignore[method-assign]
    try:
        reponse = appeler(plein, "depot/2026.2", demande, soap)
    finally:
        del plein.base.deposer
    assert (reponse.refus, reponse.statut) == ("ERREUR_INTERNE", 500)
    assert reponse.texte("requete") == reponse.entetes["X-Request-Id"]
    (declare,) = reponse.corps.iter(f"{WS}ErreurEsav")
    conforme("depot", declare)


@pytest.mark.exigence("R3.1")
def test_appel_est_neuf_a_chaque_requete__ok() -> None:
    appel = Appel("r", Appelant("production", "OPA"), INSTANT)
    assert (appel.erreur, appel.version, appel.publiee) == (None, None, None)
    assert NS_WS == "urn:esav:ws:1"
