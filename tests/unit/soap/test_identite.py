"""Where the certificate of a caller comes from, and what a proxy's header may look like."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest

from esav_soap import pki
from esav_soap.bootstrap.prises import Prise, PriseMandataire, PrisePublique
from esav_soap.certificats import CertificatRefuse, MotifRefus, Role
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.soap.identite import (
    IdentiteParCertificat,
    SourceIdentite,
    certificat_presente,
    identifier,
    lire_client_cert,
)
from esav_soap.usecases.acces import RegistreAcces
from esav_soap.usecases.droits import Identifie
from tests.faux_acces import FauxAcces
from tests.unit.pki.fabrique import MILIEU, certificat

DER = certificat("RSA-2048")
RFC = f":{b64encode(DER).decode()}:"
NGINX = quote(pki.en_pem(DER), safe="")
#: As nginx escapes it: every sign that is no letter, digit or -._~
assert "%2B" in NGINX or "%2F" in NGINX


class _Tls:
    """A server's TLS connection, of which the certificate is known."""

    def getpeercert(self, binary_form: bool = False) -> bytes | None:
        return DER if binary_form else None


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize("entete", [RFC, NGINX, NGINX.removesuffix("%0A")], ids=["RFC 9440", "nginx", "nginx sans fin"])
def test_un_certificat_dans_l_en_tete__ok(entete: str) -> None:
    assert lire_client_cert(entete) == DER


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize(
    "entete",
    [
        *("::", ":", "x", ":=:", ":A:", ":AA=:", ":AAA:", "%", "é", ": :"),
        *(f" {RFC}", f"{RFC} ", f"{RFC},", f"{RFC},{RFC}", f"{RFC}, {RFC}", f",{RFC}", f"{RFC};a=b", f'"{RFC}"'),
        *(
            RFC[:-1],
            RFC[1:],
            RFC.replace("A", "-"),
            f"{RFC[:40]} {RFC[40:]}",
            f"{RFC[:40]}\n{RFC[40:]}",
        ),
        *(
            NGINX * 2,
            f"{NGINX},{NGINX}",
            f" {NGINX}",
            NGINX[:-40],
            NGINX.replace("%0A", "%0D%0A"),
            NGINX.replace("%0A", ""),
        ),
        *(NGINX.replace("%20", " "), NGINX.replace("%0A", "%00"), NGINX.replace("CERTIFICATE", "X509%20CRL")),
        *(NGINX.replace("-----BEGIN", "-----BEGIN%20CERTIFICATE-----%0A-----BEGIN"), pki.en_pem(DER).decode()),
        ":" + "A" * 8192 + ":",
    ],
)
def test_tout_autre_en_tete__error(entete: str) -> None:
    with pytest.raises(CertificatRefuse, match="Client-Cert") as pris:
        lire_client_cert(entete)
    assert pris.value.motif is MotifRefus.ILLISIBLE


@pytest.mark.exigence("R6.1")
def test_l_en_tete_ne_vaut_que_sur_le_socket_du_mandataire__ok() -> None:
    """Whatever else the environment says: it comes from the caller."""
    entetes = {"HTTP_CLIENT_CERT": RFC, "HTTP_DE_CONFIANCE": "1", "de_confiance": True, "REMOTE_ADDR": ""}
    with PriseMandataire() as confiance, Prise() as simple, PrisePublique() as publique:
        assert certificat_presente({**entetes, "gunicorn.socket": confiance}) == DER
        assert certificat_presente({"gunicorn.socket": confiance}) is None
        assert certificat_presente({"gunicorn.socket": confiance, "HTTP_CLIENT_CERT": ""}) is None
        for prise in (simple, publique, None):
            assert certificat_presente({**entetes, "gunicorn.socket": prise}) is None
    assert certificat_presente(entetes) is None
    autre = f":{b64encode(b'autre').decode()}:"
    assert certificat_presente({"HTTP_CLIENT_CERT": autre, "gunicorn.socket": _Tls()}) == DER


@pytest.mark.exigence("R6.1")
def test_une_source_qui_demande_la_plateforme__ok() -> None:
    class Source(SourceIdentite):
        def identifier(self, environ: Mapping[str, Any], plateforme: str, instant: datetime) -> Identifie:
            return Identifie(f"{environ['x']}-{plateforme}-{instant.year}")

    assert identifier(Source(), {"x": "A"}, "production", MILIEU).code == f"A-production-{MILIEU.year}"


@pytest.mark.exigence("R6.1")
def test_la_fonction_d_un_integrateur__ok() -> None:
    assert identifier(lambda environ: str(environ["x"]), {"x": "OPA"}, "production", MILIEU) == Identifie("OPA")
    publieur = Identifie("P", Role.PUBLIEUR)
    assert identifier(lambda _: publieur, {}, "production", MILIEU) is publieur
    with pytest.raises(ErreurEsav) as pris:
        identifier(lambda _: None, {}, "production", MILIEU)
    assert pris.value.code is CodeErreur.CERTIFICAT_REFUSE


@pytest.mark.exigence("R6.1")
def test_sans_certificat_l_en_tete_local_ne_dit_rien__error() -> None:
    source = IdentiteParCertificat(RegistreAcces(FauxAcces(), pki))
    with pytest.raises(CertificatRefuse) as pris:
        identifier(source, {"HTTP_X_ESAV_OPERATEUR": "OPA"}, "production", MILIEU)
    assert pris.value.motif is MotifRefus.ABSENT
