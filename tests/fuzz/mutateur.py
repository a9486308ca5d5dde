"""Changes requests the way that breaks XML servers: its own tags, values, namespaces, encodings; and plain bytes.

All chance comes from the ``Random`` that is given, so that a seed gives the same changes again.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Sequence
from random import Random

from esav_soap.names import NS_SOAP_11, NS_SOAP_12, NS_WS, NS_XSI

_BALISE = re.compile(rb"<[^<>]*>")
_OUVRANTE = re.compile(rb"<([A-Za-z_][^\s/<>]*)[^<>]*?(/?)>")
_TEXTE = re.compile(rb">([^<>]+)<")
_ATTRIBUT = re.compile(rb"""\s[\w:.-]+\s*=\s*("[^"]*"|'[^']*')""")

#: Values that types, stores and calendars trip over.
VALEURS: tuple[bytes, ...] = (
    *(b"", b" ", b"0", b"-0", b"+1", b"-1", b"1e400", b"NaN", b"INF", b"-INF", b"0x1F", b"1" * 400, b"9" * 19, b"1."),
    *(b"9223372036854775807", b"9223372036854775808", b"-9223372036854775809", b"2147483648", b"4294967296", b".5"),
    *(b"0." + b"3" * 400, b"00000000000000000001", b"\xd9\xa1\xd9\xa2", b"\xef\xbc\x91", b"1_000", b"true", b"TRUE"),
    *(b"2026-06-30T24:00:00+02:00", b"2026-06-30T23:59:60Z", b"0000-01-01T00:00:00Z", b"-0001-01-01T00:00:00Z"),
    *(b"99999-12-31T00:00:00Z", b"9999-12-31T23:59:59.999999999-14:00", b"0001-01-01T00:00:00+14:00", b"2026-02-30"),
    *(b"2026-06-30T10:00:00", b"2026-06-30T10:00:00+15:00", b"2026-06-30", b"2026-06-30Z", b"2016-12-31T23:59:60Z"),
    *(b"9999-12-31", b"0001-01-01", b"2026-06-30T10:00:00.1234567890123Z", b"2026-10-25T02:30:00+02:00"),
    *(b"&#0;", b"&#x1F;", b"&#xD800;", b"&#x10FFFF;", b"&#xFFFE;", b"&amp;#0;", b"&x;", b"&lt;", b"&#13;", b"&#9;"),
    *(
        b"\xf0\x9f\x98\x80",
        b"e\xcc\x81",
        b"\xe2\x80\xae",
        b"\xc2\xa0",
        b"\xe2\x80\xa8",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
    ),
    *(b"<![CDATA[x]]>", b"<!-- x -->", b"<?x y?>", b"<x/>", b"' OR 1=1 --", b"%s%n", b"../../etc/passwd", b"${x}"),
    *(
        b"OPA-ACCES_FTTH-1",
        b"OPB-ACCES_FTTH-1",
        b"H-1",
        b"F-0",
        b"ACCES_FTTH",
        b"EN_COURS",
        b"A" * 300,
        b"\xc3\xa9" * 300,
    ),
)
_ATTRIBUTS: tuple[bytes, ...] = (
    *(b' id="1"', b' href="#1"', b' xml:lang="fr"', b' xml:space="preserve"', b' xml:base="http://x/"', b' xmlns=""'),
    *(b' xmlns:e="u:x"', b' xmlns="u:x"', b' a="&#10;"', b' mustUnderstand="1"', b' encodingStyle="x"'),
    *(
        b' xmlns:xsi="%s" xsi:%s' % (NS_XSI.encode(), suite)
        for suite in (b'nil="true"', b'type="x:y"', b'type="string"')
    ),
    b' xmlns="%s"' % NS_WS.encode(),
    b' xmlns:s="%s" s:mustUnderstand="1"' % NS_SOAP_11.encode(),
)
_CHEMINS: tuple[bytes, ...] = (
    *(b"/", b"/sante", b"/production/ws/1/suivi", b"/integration/ws/1/suivi", b"/production/ws/1/depot/2026.1"),
    *(b"/production/ws/1/depot/2026.2", b"/integration/ws/1/depot/2026.2", b"/production/ws/1/depot", b"/x/ws/1/suivi"),
    *(b"/production/ws/1/rendez-vous", b"/production/ws/1/information", b"/production/ws/1/catalogue", b"/%00", b"//"),
    *(
        b"/production/ws/1/publication",
        b"/production/ws/1/sav",
        b"/production/ws/1/notification",
        b"/production/ws/2/sav",
    ),
    *(b"/production/ws/1/depot/..", b"/production/ws/1/depot/2026.1/", b"/production/ws/1/depot/%ff\xff"),
)
_TYPES: tuple[bytes, ...] = (
    *(
        b"text/xml; charset=utf-8",
        b"application/soap+xml; charset=utf-8",
        b"text/xml",
        b"application/xml",
        b"",
        b"text/html",
    ),
    *(b"text/xml; charset=utf-16", b"text/xml; charset=iso-8859-1", b'text/xml; charset="', b"text/xml; charset=utf-7"),
    *(
        b"application/soap+xml; action=x",
        b"multipart/related; boundary=b",
        b"text/xml; charset*=utf-8''x",
        b"*/*",
        b"; =",
    ),
    *(
        b"text/xml; charset=idna",
        b"text/xml; charset=undefined",
        b"text/xml; charset=\x00",
        b"text/xml;charset=utf_8_sig",
    ),
)
_TETES: tuple[bytes, ...] = (
    *(b"Content-Encoding: gzip", b"Content-Encoding: identity", b"X-Esav-Role: FOURNISSEUR", b"X-Esav-Role: PUBLIEUR"),
    *(b"X-Esav-Operateur: OPB", b"X-Esav-Operateur: \xff", b"X-Esav-Operateur:", b"X-Esav-Role: x", b"Soapaction: x"),
    *(
        b"Content-Length: 5",
        b"Content-Length: x",
        b"Content-Length: \xb2",
        b"Content-Length: 99999999999",
        b"Client-Cert: :x:",
    ),
)
_ENCODAGES = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp500", "utf-7", "utf-8-sig", "cp1252")


def muter(octets: bytes, rng: Random, autre: bytes = b"") -> bytes:
    """A few changes, mostly to the body. ``autre``: a request to take pieces from."""
    tete, _, corps = octets.partition(b"\n\n")
    for _ in range(rng.choice((1, 1, 1, 2, 3, 5))):
        if rng.random() < 0.15:
            tete = _muter_tete(tete, rng)
        else:
            corps = muter_xml(corps, rng, autre.partition(b"\n\n")[2])
    return tete + b"\n\n" + corps


def muter_xml(octets: bytes, rng: Random, autre: bytes = b"") -> bytes:
    """One change to an XML document, or to what is none (any more)."""
    hasard = rng.random()
    if hasard < 0.4 and (lieux := [m.span(1) for m in _TEXTE.finditer(octets)]):
        return _remplacer(octets, rng.choice(lieux), rng.choice(VALEURS))
    if hasard < 0.8:
        return rng.choice(_STRUCTURE)(octets, rng, autre)
    if hasard < 0.97:
        return rng.choice(_BRUTES)(octets, rng, autre)
    return rng.choice(_ENTIERES)(octets, rng, autre)


def _muter_tete(tete: bytes, rng: Random) -> bytes:
    chemin, *lignes = tete.split(b"\n")
    hasard = rng.random()
    if hasard < 0.3:
        chemin = rng.choice(_CHEMINS)
    elif hasard < 0.7:
        lignes = [x for x in lignes if not x.lower().startswith(b"content-type")]
        lignes.append(b"Content-Type: " + rng.choice(_TYPES))
    elif hasard < 0.9:
        lignes.append(rng.choice(_TETES))
    elif lignes:
        del lignes[rng.randrange(len(lignes))]
    return b"\n".join([chemin, *lignes])


def _remplacer(octets: bytes, lieu: tuple[int, int], par: bytes) -> bytes:
    return octets[: lieu[0]] + par + octets[lieu[1] :]


def _element(octets: bytes, rng: Random) -> tuple[int, int] | None:
    """Where an element is: from its start tag to the first end tag of that name."""
    ouvrantes = list(_OUVRANTE.finditer(octets))
    if not ouvrantes:
        return None
    choisie = rng.choice(ouvrantes)
    if choisie[2]:
        return choisie.span()
    fin = octets.find(b"</" + choisie[1] + b">", choisie.end())
    return (choisie.start(), fin + len(choisie[1]) + 3) if fin >= 0 else choisie.span()


# Changes to the structure: what is left is mostly still well-formed.


def _oter(octets: bytes, rng: Random, _: bytes) -> bytes:
    lieu = _element(octets, rng)
    return _remplacer(octets, lieu, b"") if lieu else octets


def _doubler(octets: bytes, rng: Random, _: bytes) -> bytes:
    lieu = _element(octets, rng)
    fois = rng.choice((2, 2, 3, 20))
    return _remplacer(octets, lieu, octets[slice(*lieu)] * fois) if lieu else octets


def _greffer(octets: bytes, rng: Random, autre: bytes) -> bytes:
    lieu, source = _element(octets, rng), _element(autre, rng)
    return _remplacer(octets, lieu, autre[slice(*source)]) if lieu and source else octets


def _envelopper(octets: bytes, rng: Random, _: bytes) -> bytes:
    lieu = _element(octets, rng)
    fois = rng.choice((1, 1, 2, 250, 300))
    return _remplacer(octets, lieu, b"<x>" * fois + octets[slice(*lieu)] + b"</x>" * fois) if lieu else octets


def _vider(octets: bytes, rng: Random, _: bytes) -> bytes:
    ouvrantes = [m for m in _OUVRANTE.finditer(octets) if not m[2]]
    if not ouvrantes:
        return octets
    choisie = rng.choice(ouvrantes)
    fin = octets.find(b"</" + choisie[1] + b">", choisie.end())
    return _remplacer(octets, (choisie.end(), fin), rng.choice(VALEURS)) if fin >= 0 else octets


def _attribuer(octets: bytes, rng: Random, _: bytes) -> bytes:
    ouvrantes = list(_OUVRANTE.finditer(octets))
    if not ouvrantes:
        return octets
    choisie = rng.choice(ouvrantes)
    fin = choisie.start() + 1 + len(choisie[1])
    return _remplacer(octets, (fin, fin), rng.choice(_ATTRIBUTS))


def _changer_attribut(octets: bytes, rng: Random, _: bytes) -> bytes:
    lieux = [m.span(1) for m in _ATTRIBUT.finditer(octets)]
    if not lieux:
        return octets
    debut, fin = rng.choice(lieux)
    par = rng.choice((*VALEURS, NS_WS.encode(), NS_SOAP_11.encode(), NS_SOAP_12.encode(), b"urn:esav:catalogue:2026.2"))
    return _remplacer(octets, (debut + 1, fin - 1), par)


def _renommer(octets: bytes, rng: Random, _: bytes) -> bytes:
    noms = {m[1] for m in _OUVRANTE.finditer(octets)}
    if not noms:
        return octets
    nom = rng.choice(sorted(noms))
    par = rng.choice((b"x", nom.rpartition(b":")[2], nom + b"x", b"w:" + nom, nom.upper(), rng.choice(sorted(noms))))
    return re.sub(rb"(</?)" + re.escape(nom) + rb"(?=[\s/>])", lambda trouve: trouve[1] + par, octets)


def _inserer(octets: bytes, rng: Random, _: bytes) -> bytes:
    fins = [m.end() for m in _BALISE.finditer(octets)] or [0]
    ici = rng.choice(fins)
    return _remplacer(octets, (ici, ici), rng.choice(VALEURS))


_Changement = Callable[[bytes, Random, bytes], bytes]
_STRUCTURE: Sequence[_Changement] = (
    *(_oter, _doubler, _greffer, _envelopper, _vider, _attribuer, _changer_attribut, _renommer, _inserer),
)


# Changes to the bytes, whatever they are.


def _basculer(octets: bytes, rng: Random, _: bytes) -> bytes:
    if not octets:
        return b"\0"
    ici = rng.randrange(len(octets))
    return _remplacer(octets, (ici, ici + 1), bytes([octets[ici] ^ (1 << rng.randrange(8))]))


def _couper(octets: bytes, rng: Random, _: bytes) -> bytes:
    debut = rng.randrange(len(octets) + 1)
    return _remplacer(octets, (debut, debut + rng.choice((1, 4, 50, 10**6))), b"")


def _semer(octets: bytes, rng: Random, _: bytes) -> bytes:
    ici = rng.randrange(len(octets) + 1)
    return _remplacer(octets, (ici, ici), rng.choice((*VALEURS, rng.randbytes(rng.choice((1, 2, 8))))))


def _repeter(octets: bytes, rng: Random, _: bytes) -> bytes:
    debut = rng.randrange(len(octets) + 1)
    morceau = octets[debut : debut + rng.choice((1, 10, 100))]
    return _remplacer(octets, (debut, debut), morceau * rng.choice((1, 2, 50)))


def _croiser(octets: bytes, rng: Random, autre: bytes) -> bytes:
    return octets[: rng.randrange(len(octets) + 1)] + autre[rng.randrange(len(autre) + 1) :]


_BRUTES: Sequence[_Changement] = (_basculer, _couper, _semer, _repeter, _croiser)


def _recoder(octets: bytes, rng: Random, _: bytes) -> bytes:
    return octets.decode("utf-8", "replace").encode(rng.choice(_ENCODAGES), "replace")


def _comprimer(octets: bytes, rng: Random, _: bytes) -> bytes:
    return gzip.compress(octets, 1) if rng.random() < 0.5 else zlib.compress(octets, 1)


def _prologue(octets: bytes, rng: Random, _: bytes) -> bytes:
    dtd = b"<!DOCTYPE x [<!ENTITY x '%s'>]>" % (b"&x;" * rng.choice((0, 1, 9)))
    return (
        rng.choice((b"\xef\xbb\xbf", b"\xff\xfe", b" ", b"<?xml version='1.1'?>", b"<?x?>", dtd, b"--b\r\n\r\n"))
        + octets
    )


_ENTIERES: Sequence[_Changement] = (_recoder, _comprimer, _prologue, _prologue)
