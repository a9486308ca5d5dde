"""The reference client against real servers, on both stores, in both versions of SOAP: the WSDLs suffice (R9)."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import ClassVar
from uuid import uuid4

import pytest
from lxml import etree

from esav_soap.client import ClientEsav, Contact, RefusEsav, ServiceInjoignable, VersionIntrouvable
from esav_soap.contract.exemples import exemple
from esav_soap.model import structure_offre
from tests.e2e.conftest import OFFRES
from tests.e2e.serveur import ServeurReel, port_libre
from tests.e2e.soap import Reponse, catalogue, envoyer

LEA = Contact("Léa Martin", "02 99 00 00 00", "lea@example.fr")
PASSIVES = OFFRES[:7]

#: A fault on a line, as a person would type it.
PANNE = (
    ("referencePto", "OO-35AB-0C42"),
    ("referencePm", "FI-35238-0A1B"),
    ("typeRaccordement", "AERIEN"),
    ("codeInsee", "35238"),
    ("dateHeureConstat", "05/11/2026 9h15"),
    ("familleDefaut", "ABSENCE_CONTINUITE"),
    ("natureDefaut", "SIGNAL_ABSENT_PTO"),
    ("localisationPresumee", "BRANCHEMENT"),
    ("defautIntermittent", "non"),
    ("responsabilitePresumee", "FOURNISSEUR"),
    ("descriptionDefaut", "Perte totale du lien depuis 9 h 15."),
    ("verifications", "REDEMARRAGE_ONT"),
    ("verifications", "MESURE_PUISSANCE_PTO"),
    ("moyenMesure", "PHOTOMETRE"),
    ("puissancePto", "-40,5"),
    ("contactSite[1]/nomContact", "Claire Martin"),
    ("contactSite[1]/roleContact", "CLIENT_FINAL"),
    ("contactSite[1]/telephoneContact", "06 12 34 56 78"),
)


@pytest.fixture(scope="session")
def clients() -> Iterator[dict[tuple[str, str], ClientEsav]]:
    """One client for each server and version of SOAP, kept: reading the WSDL takes longer than most tests."""
    ouverts: dict[tuple[str, str], ClientEsav] = {}
    yield ouverts
    for client in ouverts.values():
        client.fermer()


@pytest.fixture(params=["1.1", "1.2"])
def esav(
    serveur: ServeurReel, clients: dict[tuple[str, str], ClientEsav], request: pytest.FixtureRequest
) -> ClientEsav:
    cle = serveur.url, request.param
    if cle not in clients:
        clients[cle] = ClientEsav(serveur.url, operateur="OPA", soap=request.param)
    return clients[cle]


def formulaire(offre: str, version: str = "2026.2") -> etree._Element:
    """As a maquette makes it: the Offre's own root element."""
    lu = catalogue(version)
    forme = exemple(structure_offre(lu, lu.offre(offre)), lu, Random(5), complet=True)
    return etree.fromstring(
        etree.tostring(forme).replace(
            f'xmlns:cat="urn:esav:catalogue:{version}"'.encode(),
            f'xmlns:cat="urn:esav:catalogue:{version}:{offre}"'.encode(),
        )
    )


def reference() -> str:
    return f"C-{uuid4().hex[:12]}"


@pytest.mark.exigence("R9", "R3.1", "R1.2")
@pytest.mark.parametrize("offre", OFFRES)
def test_fichier_de_chaque_offre__ok(esav: ClientEsav, offre: str) -> None:
    valide = esav.valider(f"OPA-{offre}-1", formulaire(offre), LEA)
    assert (valide.offre, valide.versionCatalogue) == (offre, "2026.2")
    ref = reference()
    accuse = esav.deposer(f"OPA-{offre}-1", formulaire(offre), LEA, reference=ref)
    assert (accuse.etat, accuse.dejaDeposee) == ("EN_DEPOT", False)
    assert esav.etat(reference=ref).numeroSignalisation == accuse.numeroSignalisation


@pytest.mark.exigence("R9", "R2.3")
@pytest.mark.parametrize("offre", PASSIVES)
def test_version_precedente__ok(serveur: ServeurReel, offre: str) -> None:
    with ClientEsav(serveur.url, version="2026.1", operateur="OPA") as esav:
        accuse = esav.deposer(f"OPA-{offre}-1", formulaire(offre, "2026.1"), LEA)
    assert accuse.versionCatalogue == "2026.1"
    assert [a.code for a in accuse.avertissement]


@pytest.mark.exigence("R9", "R3.1", "R3.3", "R3.5")
def test_depot_et_suivi__ok(esav: ClientEsav) -> None:
    ref, avant = reference(), datetime.now(UTC).replace(microsecond=0)
    accuse = esav.deposer("OPA-ACCES_FTTH-1", PANNE, LEA, offre="ACCES_FTTH", reference=ref)
    assert avant <= accuse.dateHeureDepot <= datetime.now(UTC)
    encore = esav.deposer("OPA-ACCES_FTTH-1", PANNE, LEA, offre="ACCES_FTTH", reference=ref)
    assert (encore.numeroSignalisation, encore.dejaDeposee) == (accuse.numeroSignalisation, True)
    with pytest.raises(RefusEsav) as refus:
        esav.deposer("OPA-ACCES_FTTH-1", [*PANNE, ("etage", "4")], LEA, offre="ACCES_FTTH", reference=ref)
    assert (refus.value.code, refus.value.reference) == ("REFERENCE_DEJA_UTILISEE", ref)

    detail = esav.detail(accuse.numeroSignalisation)
    assert (detail.referenceOperateur, detail.etat) == (ref, "EN_DEPOT")
    assert (detail.contact.nom, detail.contact.telephone) == ("Léa Martin", "0299000000")
    deposes = [(c.chemin, c.valeur) for c in detail.champ]
    assert ("dateHeureConstat", "2026-11-05T09:15:00+01:00") in deposes
    assert ("puissancePto", "-40.5") in deposes
    assert ("contactSite[1]/telephoneContact", "0612345678") in deposes
    assert [v for c, v in deposes if c.startswith("verifications")] == ["REDEMARRAGE_ONT", "MESURE_PUISSANCE_PTO"]
    assert [(e.etat, e.auteur) for e in detail.evenement] == [("EN_DEPOT", "OPERATEUR")]


@pytest.mark.exigence("R9", "R3.1")
def test_generique__meme_formulaire_que_le_depot_type(esav: ClientEsav) -> None:
    ref = reference()
    crus = {"puissancePto": "-40.5", "dateHeureConstat": "2026-11-05T09:15:00+01:00", "defautIntermittent": "false"}
    crus["contactSite[1]/telephoneContact"] = "0612345678"
    paires = [(chemin, crus.get(chemin, valeur)) for chemin, valeur in PANNE]
    assert esav.valider_generique("OPA-ACCES_FTTH-1", "ACCES_FTTH", paires, LEA).offre == "ACCES_FTTH"
    generique = esav.deposer_generique("OPA-ACCES_FTTH-1", "ACCES_FTTH", paires, LEA, reference=ref)
    type_ = esav.deposer("OPA-ACCES_FTTH-1", PANNE, LEA, offre="ACCES_FTTH")
    par_numero = [esav.detail(n.numeroSignalisation) for n in (generique, type_)]
    assert [[(c.chemin, c.valeur) for c in d.champ] for d in par_numero[:1]] == [
        [(c.chemin, c.valeur) for c in d.champ] for d in par_numero[1:]
    ]


@pytest.mark.exigence("R3.2", "R9")
def test_refus__toutes_les_erreurs(esav: ClientEsav) -> None:
    fautifs = [(c, v) for c, v in PANNE if c != "codeInsee"]
    fautifs = [(c, "INCONNU" if c == "natureDefaut" else "40" if c == "puissancePto" else v) for c, v in fautifs]
    with pytest.raises(RefusEsav) as refus:
        esav.deposer("OPA-ACCES_FTTH-1", fautifs, LEA, offre="ACCES_FTTH")
    assert refus.value.code == "FORMULAIRE_INVALIDE"
    assert {(e.champ, e.code) for e in refus.value.erreurs} >= {
        ("codeInsee", "CHAMP_MANQUANT"),
        ("natureDefaut", "VALEUR_HORS_LISTE"),
        ("puissancePto", "TROP_GRAND"),
    }
    (nature,) = [e for e in refus.value.erreurs if e.champ == "natureDefaut"]
    assert (nature.libelle, nature.valeur) == ("Nature du défaut", "INCONNU")
    assert "SIGNAL_ABSENT_PTO" in nature.valeurs_admises
    assert refus.value.requete


@pytest.mark.exigence("R3.2", "R9")
def test_brut__le_service_juge(esav: ClientEsav) -> None:
    with pytest.raises(RefusEsav) as paires:
        esav.deposer("OPA-ACCES_FTTH-1", [*PANNE, ("etagee", "4")], LEA, offre="ACCES_FTTH", brut=True)
    assert "etagee" in {e.champ for e in paires.value.erreurs}
    with pytest.raises(RefusEsav) as xml:
        esav.deposer("OPA-ACCES_FTTH-1", b"<autre/>", LEA, brut=True)
    assert xml.value.code == "FORMULAIRE_INVALIDE"
    with pytest.raises(RefusEsav) as vide:
        esav.deposer("", {}, Contact("", ""), offre="ACCES_FTTH")
    assert {"identifiantPrestation", "nom", "telephone", "referencePto"} <= {e.champ for e in vide.value.erreurs}


@pytest.mark.exigence("R3.7", "R9")
def test_celles_d_un_autre__comme_inconnues(serveur: ServeurReel, esav: ClientEsav) -> None:
    ref = reference()
    numero = esav.deposer("OPA-ACCES_FTTH-1", PANNE, LEA, offre="ACCES_FTTH", reference=ref).numeroSignalisation
    with ClientEsav(serveur.url, operateur="OPB") as autre:
        refus = []
        for cle in ({"numero": numero}, {"numero": "2222222222222"}, {"reference": ref}):
            with pytest.raises(RefusEsav) as echec:
                autre.etat(**cle)
            refus.append((echec.value.code, echec.value.message))
    assert refus[0][0] == "SIGNALISATION_INCONNUE"
    assert len(set(refus)) == 1
    with ClientEsav(serveur.url) as personne, pytest.raises(RefusEsav) as inconnu:
        personne.etat(numero)
    assert inconnu.value.code == "CERTIFICAT_REFUSE"


@pytest.mark.exigence("R2.6", "R1.4", "R9")
def test_versions_et_pack__ok(serveur: ServeurReel, esav: ClientEsav) -> None:
    lues = {v.version: v for v in esav.versions()}
    assert {n: (v.etat, v.remplacante) for n, v in lues.items()} == {
        "2026.1": ("EN_VIGUEUR", "2026.2"),
        "2026.2": ("EN_VIGUEUR", None),
    }
    assert lues["2026.2"].wsdl == f"{serveur.url}/production/ws/1/depot/2026.2?wsdl"
    pack = esav.pack("2026.2")
    assert hashlib.sha256(pack.contenu).hexdigest() == pack.sha256
    with zipfile.ZipFile(io.BytesIO(pack.contenu)) as archive:
        assert "wsdl/depot.wsdl" in archive.namelist()
    with pytest.raises(RefusEsav) as refus:
        esav.pack("2019.1")
    assert refus.value.code == "VERSION_INCONNUE"
    assert [v.version for v in refus.value.versions] == ["2026.1", "2026.2"]


@pytest.mark.exigence("R2.6", "R9")
def test_version_inconnue__dit_les_vives(serveur: ServeurReel) -> None:
    with ClientEsav(serveur.url, version="2019.1", operateur="OPA") as esav, pytest.raises(VersionIntrouvable) as echec:
        esav.contrat()
    assert echec.value.versions == ("2026.1", "2026.2")


@pytest.mark.exigence("R9", "R3.1")
def test_un_client_pour_plusieurs_fils__ok(serveur: ServeurReel) -> None:
    with ClientEsav(serveur.url, operateur="OPA") as esav, ThreadPoolExecutor(6) as fils:

        def deposer(rang: int) -> tuple[str, str]:
            accuse = esav.deposer("OPA-ACCES_FTTH-1", [*PANNE, ("etage", str(rang))], LEA, offre="ACCES_FTTH")
            detail = esav.detail(accuse.numeroSignalisation)
            return str(rang), next(c.valeur for c in detail.champ if c.chemin == "etage")

        recus = list(fils.map(deposer, range(30)))
    assert all(envoye == garde for envoye, garde in recus)


@pytest.mark.exigence("R9")
def test_personne_n_ecoute__error() -> None:
    url = f"http://127.0.0.1:{port_libre()}"
    pauses: list[float] = []
    with ClientEsav(url, operateur="OPA", pause=pauses.append) as esav, pytest.raises(ServiceInjoignable, match=url):
        esav.etat("7K3M9QX2TBX")
    assert len(pauses) == 2


class _Relais(BaseHTTPRequestHandler):
    """Passes requests on; the answer to the first POST is lost on the way back."""

    service = ""
    perdues: ClassVar[list[bytes]] = []

    def do_GET(self) -> None:
        self._rendre(envoyer("GET", f"{self.service}{self.path}"))

    def do_POST(self) -> None:
        octets = self.rfile.read(int(self.headers["Content-Length"]))
        entetes = {nom: self.headers[nom] for nom in ("Content-Type", "X-Esav-Operateur")}
        reponse = envoyer("POST", f"{self.service}{self.path}", octets, entetes)
        if not self.perdues:
            self.perdues.append(reponse.octets)
            self.close_connection = True
            return
        self._rendre(reponse)

    def _rendre(self, reponse: Reponse) -> None:
        self.send_response(reponse.statut)
        for nom in ("Content-Type", "Content-Length", "Location"):
            if nom in reponse.entetes:
                self.send_header(nom, reponse.entetes[nom])
        self.end_headers()
        self.wfile.write(reponse.octets)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as in the standard library
        """Silent."""


@contextmanager
def relais(service: str, perdues: list[bytes] | None = None) -> Iterator[str]:
    """Address of a relay that loses the answer to the first POST, and keeps it in ``perdues``."""
    celui_ci = type("Relais", (_Relais,), {"service": service, "perdues": [] if perdues is None else perdues})
    with ThreadingHTTPServer(("127.0.0.1", 0), celui_ci) as http, ThreadPoolExecutor(1) as fil:
        tourne = fil.submit(http.serve_forever, 0.01)
        try:
            yield f"http://127.0.0.1:{http.server_port}"
        finally:
            http.shutdown()
            tourne.result(60)


@pytest.mark.exigence("R3.3", "R9")
def test_reponse_perdue__une_seule_signalisation(serveur: ServeurReel) -> None:
    perdues: list[bytes] = []
    with (
        relais(serveur.url, perdues) as url,
        ClientEsav(url, operateur="OPA", adresse_directe=True, pause=lambda _: None) as esav,
    ):
        accuse = esav.deposer("OPA-ACCES_FTTH-1", PANNE, LEA, offre="ACCES_FTTH")
    (perdue,) = perdues
    assert accuse.dejaDeposee is True
    assert f">{accuse.numeroSignalisation}<".encode() in perdue


@pytest.mark.exigence("R6.1", "R9")
def test_tls_vers_un_service_sans_tls__error(serveur: ServeurReel) -> None:
    url = serveur.url.replace("http://", "https://")
    with ClientEsav(url, operateur="OPA") as esav, pytest.raises(ServiceInjoignable, match="TLS"):
        esav.etat("7K3M9QX2TBX")
