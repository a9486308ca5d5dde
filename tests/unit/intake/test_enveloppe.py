"""The guard: whatever the bytes and headers, a message or a refusal, and never a word of the parser's."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.intake.enveloppe import Message, lire_enveloppe
from esav_soap.names import NS_SOAP_11, NS_SOAP_12

BON = f'<e:Envelope xmlns:e="{NS_SOAP_11}"><e:Body><o xmlns="urn:t"><a>é</a></o></e:Body></e:Envelope>'
INTERDITS = ("Traceback", "lxml", "libxml", "spyne", "site-packages", "/usr", ".py", "XMLSyntax", "Exception")


def refus(octets: bytes, content_type: str = "", content_encoding: str = "", taille: int = 10_000) -> ErreurEsav:
    with pytest.raises(ErreurEsav) as pris:
        lire_enveloppe(octets, content_type, content_encoding, taille)
    assert not [mot for mot in INTERDITS if mot in pris.value.message]
    return pris.value


def valeur(message: Message) -> str | None:
    return message.corps.findtext("{urn:t}a")


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    ("octets", "content_type"),
    [
        (BON.encode(), ""),
        (BON.encode(), "text/xml"),
        (BON.encode(), "TEXT/XML; CHARSET=utf-8"),
        (BON.encode(), "text/xml; charset='utf-8'"),
        (BON.encode(), 'text/xml;charset="UTF8"'),
        (BON.encode(), 'application/soap+xml; action="x"; charset=utf-8'),
        (BON.encode("utf-8-sig"), "text/xml; charset=utf-8"),
        (BON.encode("utf-8-sig"), "text/xml"),
        (BON.encode("utf-16"), "text/xml; charset=utf-16"),
        (BON.encode("utf-16"), "text/xml"),
        (b"\xfe\xff" + BON.encode("utf-16-be"), "text/xml; charset=UTF-16"),
        (BON.encode("utf-16-le"), "text/xml; charset=utf-16"),
        (BON.encode("utf-16-be"), "text/xml; charset=utf-16"),
        (BON.encode("utf-16-le"), "text/xml; charset=utf-16le"),
        (BON.encode("utf-16-be"), "text/xml; charset=utf-16be"),
        (BON.encode("utf-16"), "text/xml; charset=utf-16le"),
        (("\n " + BON).encode("utf-16-be"), "text/xml; charset=utf-16"),
        (("<?xml version='1.0' encoding='UTF-16'?>" + BON).encode("utf-16"), "text/xml; charset=utf-16"),
        (("<?xml version='1.0' encoding='UTF-16'?>" + BON).encode("utf-16-le"), "text/xml"),
        (BON.encode("latin-1"), "text/xml; charset=iso-8859-1"),
        (BON.encode("latin-1"), "text/xml; charset=latin1"),
        (BON.encode("iso8859-15"), "text/xml; charset=ISO-8859-15"),
        (BON.encode("cp1252"), "text/xml; charset=windows-1252"),
        (("<?xml version='1.0' encoding='ISO-8859-1'?>" + BON).encode("latin-1"), "text/xml"),
        (("<?xml version='1.0' encoding='ISO-8859-1'?>" + BON).encode(), "text/xml; charset=utf-8"),
        (BON.replace("é", "&#233;").encode("ascii"), "text/xml; charset=us-ascii"),
    ],
)
def test_tout_encodage_admis_donne_les_memes_caracteres__ok(octets: bytes, content_type: str) -> None:
    assert valeur(lire_enveloppe(octets, content_type)) == "é"


@pytest.mark.exigence("R9")
def test_version_de_soap_par_l_espace_de_noms__ok() -> None:
    assert lire_enveloppe(BON.encode()).version == "1.1"
    douze = BON.replace(NS_SOAP_11, NS_SOAP_12).encode()
    assert lire_enveloppe(douze, "text/xml").version == "1.2"
    assert lire_enveloppe(douze, "application/soap+xml", " Identity ").version == "1.2"


@pytest.mark.exigence("R9")
def test_taille__error() -> None:
    octets = BON.encode()
    assert lire_enveloppe(octets, taille_max=len(octets)).version == "1.1"
    assert refus(octets, taille=len(octets) - 1).code is CodeErreur.MESSAGE_TROP_GRAND


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "multipart/related; type=x", "x", ";", "/"],
)
@pytest.mark.parametrize("suite", ["", "; charset=utf-8"])
def test_type_de_contenu_non_admis__error(content_type: str, suite: str) -> None:
    assert refus(BON.encode(), content_type + suite).code is CodeErreur.MESSAGE_MAL_FORME


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    "charset", ["=klingon", "=rot13", "=\0", "=", "=é", "*=utf-8''x", "=utf-7", "=utf-32", "=base64"]
)
def test_encodage_non_admis__error(charset: str) -> None:
    assert refus(BON.encode(), f"text/xml; charset{charset}").code is CodeErreur.MESSAGE_MAL_FORME


@pytest.mark.exigence("R9")
@given(octets=st.binary(max_size=300), content_type=st.text(max_size=40), codage=st.text(max_size=8))
@example(octets=b"", content_type="text/xml", codage="")
@example(octets=b"<" * 300, content_type="", codage="")
def test_n_importe_quels_octets__error(octets: bytes, content_type: str, codage: str) -> None:
    assert refus(octets, content_type, codage).code is CodeErreur.MESSAGE_MAL_FORME


@pytest.mark.exigence("R9")
@given(data=st.data())
def test_un_message_abime__ok(data: st.DataObject) -> None:
    """A few bytes replaced: it is still read, or refused as malformed."""
    octets = bytearray(BON.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        rang = data.draw(st.integers(0, len(octets) - 1))
        octets[rang : rang + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    charset = data.draw(st.sampled_from(["", "; charset=utf-8", "; charset=utf-16", "; charset=iso-8859-1"]))
    try:
        message = lire_enveloppe(bytes(octets), "text/xml" + charset)
    except ErreurEsav as exc:
        erreur = exc
    else:
        assert message.version == "1.1"
        assert isinstance(message.corps.tag, str)
        return
    assert erreur.code is CodeErreur.MESSAGE_MAL_FORME
    assert not [mot for mot in INTERDITS if mot in erreur.message]
