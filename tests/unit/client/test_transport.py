"""What happens when there is no answer, or one that is not the service's."""

from __future__ import annotations

import pytest
import requests
from lxml import etree

from esav_soap.client import Contact, RefusEsav, ServiceInjoignable
from esav_soap.names import NS_WS
from tests.unit.client.service_feint import INCONNUE, Reponse, ServiceFeint, accuse, refus, soap

LEA = Contact("Léa Martin", "0299000000")
REFERENCE = f"{{{NS_WS}}}entete/{{{NS_WS}}}referenceOperateur"
HTML = Reponse(b"<!doctype html><p>oups", 500, "text/html")
XHTML = Reponse(b'<html xmlns="http://www.w3.org/1999/xhtml"/>', 200, "text/html")
OCCUPE = Reponse(b"<html>occupe</html>", 503, "text/html")


@pytest.mark.exigence("R3.3", "R9")
@pytest.mark.parametrize(
    "panne",
    [
        requests.ConnectionError("coupe"),
        requests.ConnectTimeout(),
        requests.ReadTimeout(),
        requests.exceptions.ChunkedEncodingError(),
        OCCUPE,
    ],
    ids=lambda p: type(p).__name__,
)
def test_sans_reponse__depose_de_nouveau_sous_la_meme_reference(
    service: ServiceFeint, panne: Exception | Reponse
) -> None:
    service.etapes = [panne, panne, accuse()]
    pauses: list[float] = []
    with service.client(essais=3, pause=pauses.append) as esav:
        recu = esav.deposer("P1", [("etage", "3")], LEA, offre="ACCES_FTTH")
    assert recu.numeroSignalisation == "7K3M9QX2TBX"
    references = {service.corps(rang).findtext(REFERENCE) for rang in range(3)}
    assert len(service.envois) == 3
    assert len(references) == 1
    assert len(pauses) == 2
    assert 0.25 <= pauses[0] <= 0.5 <= pauses[1] <= 1.0


@pytest.mark.exigence("R3.3", "R9")
def test_jamais_de_reponse__la_reference_est_dite(service: ServiceFeint) -> None:
    service.etapes = [requests.ReadTimeout(), requests.ReadTimeout()]
    with service.client(essais=2, delai=7) as esav, pytest.raises(ServiceInjoignable, match="7 s") as echec:
        esav.deposer("P1", [("etage", "3")], LEA, offre="ACCES_FTTH")
    assert echec.value.reference == service.corps().findtext(REFERENCE)
    assert echec.value.reference
    assert service.options[-1]["timeout"] == (5.0, 7)


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    ("panne", "mots"),
    [
        (requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED"), "TLS.*CERTIFICATE_VERIFY_FAILED"),
        (requests.exceptions.ContentDecodingError("gzip"), "gzip"),
        (HTML, "HTTP 500"),
        (XHTML, "n'est pas celle d'un service e-SAV"),
        (Reponse(b"", 404), "HTTP 404"),
        (Reponse(b"", 403), "refus"),
        (Reponse(b"", 302, entetes={"Location": "http://ailleurs.test/"}), "HTTP 302"),
        (soap("<ws:autre/>", "1.2"), "WSDL"),
        (soap(""), "service e-SAV"),
        (soap("<ws:consulterEtatResponse/>"), "WSDL"),
        (refus(""), "sans détail"),
        (refus("<autre/>"), "sans détail"),
        (
            soap("<e:Fault><faultcode>e:Server</faultcode><faultstring>relais</faultstring></e:Fault>", statut=500),
            "relais",
        ),
    ],
    ids=range(13),
)
def test_reponse_inattendue__error_sans_nouvel_essai(
    service: ServiceFeint, panne: Exception | Reponse, mots: str
) -> None:
    service.etapes = [panne]
    with service.client(essais=3) as esav, pytest.raises(ServiceInjoignable, match=mots):
        esav.etat("7K3M9QX2TBX")
    assert len(service.envois) == 1


@pytest.mark.exigence("R9", "R3.2")
def test_un_refus_n_est_jamais_renvoye(service: ServiceFeint) -> None:
    service.etapes = [INCONNUE]
    with service.client(essais=3) as esav, pytest.raises(RefusEsav):
        esav.etat("7K3M9QX2TBX")
    assert len(service.envois) == 1


@pytest.mark.exigence("R9", "R7.3")
def test_refus_sous_503__lu_et_pas_renvoye(service: ServiceFeint) -> None:
    maintenance = refus(
        "<ws:ErreurEsav><ws:code>MAINTENANCE</ws:code><ws:message>M</ws:message><ws:requete>r</ws:requete>"
        "<ws:reessayerApres>2026-11-05T04:15:00+01:00</ws:reessayerApres></ws:ErreurEsav>"
    )
    service.etapes = [Reponse(maintenance.corps, 503, maintenance.type)]
    with service.client(essais=3) as esav, pytest.raises(RefusEsav) as echec:
        esav.etat("7K3M9QX2TBX")
    assert echec.value.code == "MAINTENANCE"
    assert echec.value.reessayer_apres is not None
    assert echec.value.reessayer_apres.isoformat() == "2026-11-05T04:15:00+01:00"
    assert len(service.envois) == 1


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(("demande", "attendu"), [("2", 2.0), ("99999", 30.0)])
def test_retry_after__suivi_dans_une_limite(service: ServiceFeint, demande: str, attendu: float) -> None:
    service.etapes = [Reponse(b"", 503, entetes={"Retry-After": demande}), INCONNUE]
    pauses: list[float] = []
    with service.client(essais=2, pause=pauses.append) as esav, pytest.raises(RefusEsav):
        esav.etat("7K3M9QX2TBX")
    assert pauses == [attendu]


@pytest.mark.exigence("R9")
def test_essais__un_seul_quand_on_le_demande(service: ServiceFeint) -> None:
    service.etapes = [requests.ConnectionError()]
    with service.client(essais=1) as esav, pytest.raises(ServiceInjoignable):
        esav.etat("7K3M9QX2TBX")
    assert len(service.envois) == 1


@pytest.mark.exigence("R6.1")
def test_tls__certificat_et_autorite_a_chaque_requete(
    service: ServiceFeint, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = tmp_path_factory.mktemp("tls")
    for nom in ("cert.pem", "cle.pem", "ca.pem", "autre.pem"):
        (dossier / nom).touch()
    # What the environment says must not win over what the caller says.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(dossier / "autre.pem"))
    paire = (str(dossier / "cert.pem"), str(dossier / "cle.pem"))
    service.etapes = [INCONNUE]
    with service.client(certificat=paire, ca=str(dossier / "ca.pem")) as esav, pytest.raises(RefusEsav):
        esav.etat("7K3M9QX2TBX")
    assert {(o["cert"], o["verify"]) for o in service.options} == {(paire, str(dossier / "ca.pem"))}


@pytest.mark.exigence("R9")
def test_temoin__voit_ce_qui_est_recu(service: ServiceFeint) -> None:
    vus: list[tuple[str, bytes]] = []
    service.etapes = [INCONNUE]
    with service.client(temoin=lambda m, _u, c: vus.append((m, c))) as esav, pytest.raises(RefusEsav):
        esav.etat("7K3M9QX2TBX")
    assert [m for m, _ in vus] == ["GET", "POST"]
    assert etree.fromstring(vus[1][1]).tag.endswith("}Envelope")


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(("hote", "relaye"), [("esav.test", True), ("127.0.0.1:8080", False), ("localhost", False)])
def test_relais_de_l_environnement__jamais_pour_cette_machine(
    service: ServiceFeint, monkeypatch: pytest.MonkeyPatch, hote: str, relaye: bool
) -> None:
    for nom in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(nom, "http://relais.test:3128")
    for nom in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(nom, raising=False)
    session = requests.Session()
    session.mount("http://", service)
    service.etapes = [INCONNUE]
    with (
        service.client(base_url=f"http://{hote}", session=session, adresse_directe=True) as esav,
        pytest.raises(RefusEsav),
    ):
        esav.etat("7K3M9QX2TBX")
    assert [bool(o["proxies"]) for o in service.options] == [relaye, relaye]
