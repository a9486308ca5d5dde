"""The library's calls: what is sent for them, and what they give back."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree
from zeep.cache import InMemoryCache

from esav_soap.client import (
    ClientEsav,
    Contact,
    ErreurRecue,
    RefusEsav,
    SaisieInvalide,
    ServiceInjoignable,
    VersionIntrouvable,
    en_dict,
    reference_neuve,
)
from esav_soap.names import NS_WS
from tests.unit.client.service_feint import BASE, INCONNUE, Reponse, ServiceFeint, accuse, aplat, corps_de, refus, soap

LEA = Contact("Léa Martin", "02 99 00 00 00", "lea@example.fr")
FTTH = "urn:esav:catalogue:2026.2:ACCES_FTTH"
ETAT = soap(
    "<ws:consulterEtatResponse><ws:etatSignalisation><ws:numeroSignalisation>N1</ws:numeroSignalisation>"
    "<ws:referenceOperateur>R1</ws:referenceOperateur><ws:etat>GELE</ws:etat><ws:libelleEtat>gelé</ws:libelleEtat>"
    "<ws:dateHeureDepot>2026-11-05T09:15:00+01:00</ws:dateHeureDepot>"
    "<ws:dateHeureEtat>2026-11-05T10:15:00+01:00</ws:dateHeureEtat>"
    "</ws:etatSignalisation></ws:consulterEtatResponse>"
)


@pytest.mark.exigence("R9", "R3.1")
@pytest.mark.parametrize(("soap_", "type_"), [("1.1", "text/xml; charset=utf-8"), ("1.2", "application/soap+xml")])
def test_deposer__le_message_du_contrat(service: ServiceFeint, soap_: str, type_: str) -> None:
    service.etapes = [accuse(version=soap_)]
    with service.client(soap=soap_) as esav:
        recu = esav.deposer("P1", {"puissancePto": "-27,5"}, LEA, offre="ACCES_FTTH", reference="T-1")
    envoi = service.envois[0]
    assert envoi.url == f"{BASE}/production/ws/1/depot/2026.2"
    assert str(envoi.headers["Content-Type"]).startswith(type_)
    assert envoi.headers["X-Esav-Operateur"] == "OPA"
    corps = service.corps()
    assert corps.tag == f"{{{NS_WS}}}deposerSignalisation"
    assert [etree.QName(n).localname for n in corps] == ["entete", "formulaire"]
    assert aplat(corps) == [
        ("identifiantPrestation", "P1"),
        ("referenceOperateur", "T-1"),
        ("nom", "Léa Martin"),
        ("telephone", "0299000000"),
        ("courriel", "lea@example.fr"),
        ("puissancePto", "-27.5"),
    ]
    (forme,) = corps[1]
    assert forme.tag == "{urn:esav:catalogue:2026.2}accesFtth"
    assert (recu.numeroSignalisation, recu.dejaDeposee, recu.avertissement) == ("7K3M9QX2TBX", False, [])
    assert recu.dateHeureDepot.isoformat() == "2026-11-05T09:15:00+01:00"


@pytest.mark.exigence("R9", "R3.1")
@pytest.mark.parametrize("genre", ["fichier", "octets", "element"])
def test_valider__un_formulaire_en_xml(service: ServiceFeint, tmp_path: Path, genre: str) -> None:
    octets = f'<accesFtth xmlns="{FTTH}"><etage>3</etage><inconnu/></accesFtth>'.encode()
    fichier = tmp_path / "formulaire.xml"
    fichier.write_bytes(octets)
    formulaire: Any = {"fichier": fichier, "octets": octets, "element": etree.fromstring(octets)}[genre]
    service.etapes = [
        soap(
            "<ws:validerSignalisationResponse><ws:resultatValidation><ws:offre>ACCES_FTTH</ws:offre>"
            "<ws:versionCatalogue>2026.2</ws:versionCatalogue><ws:avertissement><ws:code>CODE_DEPRECIE</ws:code>"
            "<ws:message>m</ws:message></ws:avertissement></ws:resultatValidation></ws:validerSignalisationResponse>"
        )
    ]
    with service.client() as esav:
        recu = esav.valider("P1", formulaire, LEA)
    assert service.corps().tag == f"{{{NS_WS}}}validerSignalisation"
    assert [n.tag for n in service.corps()[1][0]] == [f"{{{FTTH}}}etage", f"{{{FTTH}}}inconnu"]
    assert en_dict(recu) == {
        "offre": "ACCES_FTTH",
        "versionCatalogue": "2026.2",
        "avertissement": [{"code": "CODE_DEPRECIE", "message": "m"}],
    }


@pytest.mark.exigence("R9", "R3.1")
def test_generique__et_paires_brutes(service: ServiceFeint) -> None:
    paires = [("inconnu", "x"), ("mesuresOtdr[3]/distanse", " 1,5 ")]
    reponse = accuse().corps.replace(b"deposerSignalisationResponse", b"deposerSignalisationGeneriqueResponse")
    service.etapes = [Reponse(reponse), Reponse(reponse)]
    with service.client() as esav:
        esav.deposer_generique("P1", "ACCES_FTTH", paires, LEA, reference="T-1")
        esav.deposer("P1", paires, LEA, offre="ACCES_FTTH", reference="T-1", brut=True)
    for rang in (0, 1):
        corps = service.corps(rang)
        assert corps.tag == f"{{{NS_WS}}}deposerSignalisationGenerique"
        assert aplat(corps)[-5:] == [
            ("offre", "ACCES_FTTH"),
            ("chemin", "inconnu"),
            ("valeur", "x"),
            ("chemin", "mesuresOtdr[3]/distanse"),
            ("valeur", " 1,5 "),
        ]


@pytest.mark.exigence("R9", "R3.2")
def test_ce_qui_manque_est_laisse_au_service(service: ServiceFeint) -> None:
    service.etapes = [INCONNUE]
    with service.client() as esav, pytest.raises(RefusEsav) as echec:
        esav.deposer("", {}, Contact("", ""), offre="ACCES_FTTH", reference="T-1")
    assert echec.value.reference == "T-1"
    assert aplat(service.corps()) == [("referenceOperateur", "T-1"), ("contact", ""), ("accesFtth", "")]


@pytest.mark.exigence("R9")
def test_rien_n_est_envoye_quand_la_saisie_est_fausse(service: ServiceFeint) -> None:
    with service.client() as esav:
        for formulaire, offre in (
            ({"etagee": 1}, "ACCES_FTTH"),
            ([("etagee", "1")], "ACCES_FTTH"),
            ({"etage": 1}, None),
            ([("etage", "1")], None),
            (b"<a/>", None),
            (f'<accesFtth xmlns="{FTTH}"/>'.encode(), "FIBRE_NOIRE"),
            ({}, "INCONNUE"),
        ):
            with pytest.raises(SaisieInvalide):
                esav.deposer("P1", formulaire, LEA, offre=offre)
        with pytest.raises(SaisieInvalide):
            esav.deposer("P1", [("etage", "1")], LEA, brut=True)
    assert service.envois == []


@pytest.mark.exigence("R9")
def test_dict_sous_le_nom_de_l_offre(service: ServiceFeint) -> None:
    service.etapes = [accuse()]
    with service.client() as esav:
        esav.deposer("P1", {"fibreNoire": {}}, LEA)
    assert service.corps()[1][0].tag == "{urn:esav:catalogue:2026.2}fibreNoire"


@pytest.mark.exigence("R3.2", "R2.6", "R9")
@pytest.mark.parametrize("soap_", ["1.1", "1.2"])
@pytest.mark.parametrize("nombre", [0, 1, 2])
def test_refus__lu_par_les_types_du_wsdl(service: ServiceFeint, soap_: str, nombre: int) -> None:
    erreur = (
        "<ws:erreur><ws:champ>puissance</ws:champ><ws:libelle>Puissance</ws:libelle>"
        "<ws:chemin>formulaire/accesFtth/mesures[2]/puissance</ws:chemin><ws:code>TROP_GRAND</ws:code>"
        "<ws:message>trop grand</ws:message><ws:valeur>99</ws:valeur>"
        + "<ws:valeurAdmise>maximum 10</ws:valeurAdmise>" * nombre
        + "</ws:erreur>"
    )
    version = (
        "<ws:version><ws:version>2026.2</ws:version><ws:wsdl>https://w/?wsdl</ws:wsdl>"
        "<ws:dateHeureRetrait>2026-12-05T00:00:00+01:00</ws:dateHeureRetrait></ws:version>"
    )
    declare = (
        "<ws:ErreurEsav><ws:code>FORMULAIRE_INVALIDE</ws:code><ws:message>des erreurs</ws:message>"
        f"<ws:requete>abc</ws:requete>{erreur * nombre}{version * nombre}</ws:ErreurEsav>"
    )
    service.etapes = [refus(declare, soap_)]
    with service.client(soap=soap_) as esav, pytest.raises(RefusEsav) as echec:
        esav.deposer("P1", {}, LEA, offre="ACCES_FTTH")
    attendue = ErreurRecue(
        "puissance",
        "Puissance",
        "formulaire/accesFtth/mesures[2]/puissance",
        "TROP_GRAND",
        "trop grand",
        "99",
        ("maximum 10",) * nombre,
    )
    lu = echec.value
    assert (lu.code, lu.message, lu.requete) == ("FORMULAIRE_INVALIDE", "des erreurs", "abc")
    assert lu.erreurs == (attendue,) * nombre
    fin = datetime.fromisoformat("2026-12-05T00:00:00+01:00")
    assert [(v.version, v.wsdl, v.fin) for v in lu.versions] == [("2026.2", "https://w/?wsdl", fin)] * nombre
    assert lu.reessayer_apres is None


@pytest.mark.exigence("R3.5", "R9")
@pytest.mark.parametrize(
    ("cle", "attendu"),
    [({"numero": "N1"}, [("numeroSignalisation", "N1")]), ({"reference": "R1"}, [("referenceOperateur", "R1")])],
)
def test_etat__ok(service: ServiceFeint, cle: dict[str, str], attendu: list[tuple[str, str]]) -> None:
    service.etapes = [ETAT]
    with service.client(plateforme="integration") as esav:
        recu = esav.etat(**cle)
    assert service.envois[0].url == f"{BASE}/integration/ws/1/suivi"
    assert aplat(service.corps()) == attendu
    assert (recu.etat, recu.libelleEtat) == ("GELE", "gelé")


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize("cle", [{}, {"numero": "N1", "reference": "R1"}])
def test_etat__numero_ou_reference(service: ServiceFeint, cle: dict[str, str]) -> None:
    with service.client() as esav:
        for appel in (esav.etat, esav.detail):
            with pytest.raises(ValueError, match="soit"):
                appel(**cle)


VERSION = (
    "<ws:version><ws:version>{0}</ws:version><ws:etat>EN_VIGUEUR</ws:etat>"
    "<ws:dateHeureAnnonce>2026-01-01T00:00:00+01:00</ws:dateHeureAnnonce>"
    "<ws:dateHeureOuverture>2026-03-01T00:00:00+01:00</ws:dateHeureOuverture>"
    "<ws:wsdl>https://esav.test/{0}</ws:wsdl></ws:version>"
)


def versions(*noms: str, fermees: tuple[str, ...] = ()) -> Reponse:
    """``fermees``: versions that cannot be used on the platform, and so have no WSDL."""
    lignes = "".join(VERSION.format(n) for n in noms)
    lignes += "".join(re.sub("<ws:wsdl>.*?</ws:wsdl>", "", VERSION.format(n)) for n in fermees)
    return soap(f"<ws:listerVersionsResponse><ws:listeVersions>{lignes}</ws:listeVersions></ws:listerVersionsResponse>")


@pytest.mark.exigence("R2.6", "R9")
@pytest.mark.parametrize("noms", [(), ("2026.1",), ("2026.1", "2026.2")])
def test_versions__liste_quel_que_soit_le_nombre(service: ServiceFeint, noms: tuple[str, ...]) -> None:
    service.etapes = [versions(*noms)]
    with service.client() as esav:
        assert [v.version for v in esav.versions()] == list(noms)


@pytest.mark.exigence("R2.6", "R9")
@pytest.mark.parametrize(
    ("etape", "attendues"),
    [(versions("2026.1", "2026.2", fermees=("2026.3",)), ("2026.1", "2026.2")), (INCONNUE, ())],
)
def test_version_sans_wsdl__error(service: ServiceFeint, etape: Reponse, attendues: tuple[str, ...]) -> None:
    service.etapes = [etape]
    with service.client(version="2025.1") as esav, pytest.raises(VersionIntrouvable, match=r"2025\.1") as echec:
        esav.deposer("P1", {}, LEA, offre="ACCES_FTTH")
    assert echec.value.versions == attendues


@pytest.mark.exigence("R2.6", "R9")
def test_service_sans_aucune_version__le_dit(service: ServiceFeint) -> None:
    service.documents = {c: r for c, r in service.documents.items() if "/depot" not in c}
    service.etapes = [versions()]
    with service.client() as esav, pytest.raises(VersionIntrouvable) as echec:
        esav.contrat()
    assert str(echec.value) == "Aucune version du catalogue n'est ouverte sur cette plate-forme."
    service.documents = {}
    with service.client() as ailleurs, pytest.raises(ServiceInjoignable, match="HTTP 404"):
        ailleurs.contrat()


@pytest.mark.exigence("R2.4", "R9")
def test_version__demandee_ou_la_plus_recente_des_vives(service: ServiceFeint) -> None:
    with service.client(version="2026.1") as ancienne, service.client() as recente:
        assert (ancienne.contrat().version, recente.contrat().version) == ("2026.1", "2026.2")
    assert service.lectures == [
        "/production/ws/1/depot/2026.1?wsdl",
        "/production/ws/1/depot?wsdl",
        "/production/ws/1/depot/2026.2?wsdl",
    ]


@pytest.mark.exigence("R9")
def test_wsdl__lus_une_fois_et_gardes_dans_le_cache(service: ServiceFeint) -> None:
    cache = InMemoryCache()  # type: ignore[no-untyped-call]
    cache._cache.clear()
    service.etapes = [ETAT, ETAT, ETAT]
    with service.client(cache=cache) as premier, service.client(cache=cache) as second:
        premier.etat("N1")
        premier.etat("N1")
        second.etat("N1")
        first, autre = premier.contrat(), second.contrat()
    assert first.version == autre.version == "2026.2"
    assert sorted(service.lectures) == [
        "/production/ws/1/depot/2026.2?wsdl",
        # Never kept: where it leads changes when a version goes live.
        "/production/ws/1/depot?wsdl",
        "/production/ws/1/depot?wsdl",
        "/production/ws/1/suivi?wsdl",
    ]


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("document", [Reponse(b"<html/>"), Reponse(b"bonjour"), Reponse(b"", 500), Reponse(b"")])
def test_pas_de_wsdl__error(service: ServiceFeint, document: Reponse) -> None:
    service.documents |= {
        "/production/ws/1/suivi?wsdl": document,
        "/production/ws/1/depot/2026.2?wsdl": document,
        "/integration/ws/1/depot?wsdl": Reponse(b"", 302, entetes={"Location": "/ailleurs"}),
        "/integration/ws/1/suivi?wsdl": service.documents["/production/ws/1/catalogue?wsdl"],
    }
    with service.client() as esav:
        for appel in (lambda: esav.etat("N1"), esav.contrat):
            with pytest.raises(ServiceInjoignable):
                appel()
    with service.client(plateforme="integration") as esav:
        with pytest.raises(ServiceInjoignable, match="redirection"):
            esav.contrat()
        with pytest.raises(ServiceInjoignable, match="consulterEtat"):
            esav.etat("N1")


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("directe", [False, True])
def test_adresse__du_wsdl_ou_directe(service: ServiceFeint, directe: bool) -> None:
    service.documents["/production/ws/1/suivi?wsdl"] = Reponse(
        service.documents["/production/ws/1/suivi?wsdl"].corps.replace(BASE.encode(), b"http://esav.public.test")
    )
    session = requests.Session()
    session.mount("http://", service)
    service.etapes = [ETAT]
    with service.client(session=session, adresse_directe=directe) as esav:
        esav.etat("N1")
    hote = BASE if directe else "http://esav.public.test"
    assert service.envois[0].url == f"{hote}/production/ws/1/suivi"


def pack(contenu: bytes, empreinte: str) -> Reponse:
    return soap(
        "<ws:telechargerPackResponse><ws:pack><ws:version>2026.2</ws:version><ws:nomFichier>p.zip</ws:nomFichier>"
        f"<ws:sha256>{empreinte}</ws:sha256><ws:contenu>{b64encode(contenu).decode()}</ws:contenu>"
        "</ws:pack></ws:telechargerPackResponse>"
    )


@pytest.mark.exigence("R1.4", "R9")
def test_pack__empreinte_verifiee(service: ServiceFeint) -> None:
    # Longer than the 10 MB that libxml2 takes for one text by default.
    contenu = bytes(range(256)) * 40_000
    service.etapes = [pack(contenu, hashlib.sha256(contenu).hexdigest()), pack(b"autre", "0" * 64)]
    with service.client() as esav:
        assert esav.pack("2026.2").contenu == contenu
        with pytest.raises(ServiceInjoignable, match="altéré"):
            esav.pack("2026.2")


@pytest.mark.exigence("R9")
def test_fils__chacun_son_formulaire(service: ServiceFeint) -> None:
    def echo(requete: requests.PreparedRequest) -> Reponse:
        return accuse(numero=next(n.text or "" for n in corps_de(requete).iter("{*}etage")))

    service.etapes = [echo] * 60
    with service.client() as esav, ThreadPoolExecutor(6) as fils:
        recus = list(fils.map(lambda n: esav.deposer("P1", {"etage": str(n)}, LEA, offre="ACCES_FTTH"), range(60)))
    assert [r.numeroSignalisation for r in recus] == [str(n) for n in range(60)]


@pytest.mark.exigence("R3.3")
def test_reference_neuve__toujours_autre() -> None:
    faites = {reference_neuve() for _ in range(1000)}
    assert len(faites) == 1000
    assert all(len(r) <= 64 and r.isascii() for r in faites)


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    ("arguments", "mots"),
    [
        ({"base_url": "esav.test"}, "http"),
        ({"base_url": "ftp://esav.test"}, "http"),
        ({"base_url": "http://"}, "http"),
        ({"plateforme": "recette"}, "integration"),
        ({"soap": "2.0"}, "1.2"),
        ({"version": "../etc"}, "version"),
        ({"certificat": "/absent.pem"}, "/absent.pem"),
        ({"certificat": (__file__, "/absente.key")}, "/absente.key"),
        ({"ca": "/absente.pem"}, "/absente.pem"),
    ],
)
def test_arguments__error(arguments: dict[str, Any], mots: str) -> None:
    with pytest.raises(ValueError, match=mots):
        ClientEsav(**({"base_url": BASE} | arguments))
