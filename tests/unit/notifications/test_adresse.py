"""Which addresses an opérateur may name, and which machines of this world they may reach."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.notifications import AdresseRefusee, CodeAdresse, Destination, Ip, admise, lire_adresse, lire_reseaux
from esav_soap.notifications.adresse import LONGUEUR_MAX

INTERDITES_4 = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *(
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ),
)
INTERDITES_6 = (
    *(
        "::/128",
        "::1/128",
        "::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/32",
        "2001:db8::/32",
        "2002::/16",
        "fc00::/7",
    ),
    *("fe80::/10", "fec0::/10", "ff00::/8", "3fff::/20", "5f00::/16", "8000::/1"),
)


def de(reseau: str) -> st.SearchStrategy[Ip]:
    return st.ip_addresses(network=reseau)


def entieres(reseaux: tuple[str, ...]) -> st.SearchStrategy[Ip]:
    """Addresses of these networks, their first and last ones often."""
    lus = [ipaddress.ip_network(r) for r in reseaux]
    bords = st.sampled_from([ip for r in lus for ip in (r[0], r[-1])])
    return bords | st.one_of([de(r) for r in reseaux])


def deguisee(ip: Ip, genre: int) -> Ip:
    """An address of IPv4 as one of IPv6 that leads to it."""
    bases = (0x0000_FFFF << 32, int(ipaddress.ip_address("64:ff9b::")))
    return ipaddress.IPv6Address(bases[genre] | int(ip))


@pytest.mark.exigence("R3.5", "R9")
@given(entieres(INTERDITES_4))
def test_rien_d_interne_en_ipv4__error(ip: Ip) -> None:
    assert not admise(ip)
    for genre in (0, 1):
        assert not admise(deguisee(ip, genre))
    # 6to4 and the compatible form carry it as well.
    assert not admise(ipaddress.IPv6Address((0x2002 << 112) | (int(ip) << 80)))
    assert not admise(ipaddress.IPv6Address(int(ip)))


@pytest.mark.exigence("R3.5", "R9")
@given(entieres(INTERDITES_6))
def test_rien_d_interne_en_ipv6__error(ip: Ip) -> None:
    # The compatible form of a public address is no public address either; a mapped one is not in these networks.
    assert not admise(ip)


@pytest.mark.exigence("R3.5", "R9")
@given(st.ip_addresses())
def test_ce_qui_est_admis_est_public_aussi_pour_python__ok(ip: Ip) -> None:
    if admise(ip):
        cachee = isinstance(ip, ipaddress.IPv6Address) and ip in ipaddress.ip_network("64:ff9b::/96")
        reelle = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if cachee else getattr(ip, "ipv4_mapped", None) or ip
        assert reelle.is_global
        assert not any((reelle.is_multicast, reelle.is_reserved, reelle.is_loopback, reelle.is_link_local))


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize(
    "ip", ["8.8.8.8", "172.15.255.255", "172.32.0.0", "100.128.0.0", "2a01:e0a::1", "2606:4700::1111"]
)
def test_ce_qui_est_public_est_admis__ok(ip: str) -> None:
    assert admise(ipaddress.ip_address(ip))
    if "." in ip:
        assert all(admise(deguisee(ipaddress.ip_address(ip), genre)) for genre in (0, 1))


@pytest.mark.exigence("R3.5", "R9")
def test_ce_qui_nomme_une_interface_est_refuse__error() -> None:
    assert not admise(ipaddress.ip_address("fe80::1%eth0"))
    assert not admise(ipaddress.ip_address("2a01:e0a::1%eth0"))


@pytest.mark.exigence("R3.5", "R9")
@given(entieres(INTERDITES_4 + INTERDITES_6))
def test_un_reseau_regle_s_ouvre_et_lui_seul__ok(ip: Ip) -> None:
    reseaux = lire_reseaux("10.20.0.0/16, fd00:1234::/32")
    attendu = any(ip.version == r.version and ip in r for r in reseaux)
    assert admise(ip, reseaux) is attendu
    assert admise(deguisee(ipaddress.ip_address("10.20.0.7"), 0), reseaux)
    assert admise(deguisee(ipaddress.ip_address("10.20.0.7"), 1), reseaux)
    assert not admise(deguisee(ipaddress.ip_address("10.21.0.7"), 1), reseaux)


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("https://sav.opa.example/esav", Destination("sav.opa.example", 443, "/esav")),
        ("https://SAV.OPA.example.", Destination("sav.opa.example", 443, "/")),
        ("https://sav.opa.example:8443?a=1&b=%20", Destination("sav.opa.example", 8443, "/?a=1&b=%20")),
        ("https://sav.opa.example:443/", Destination("sav.opa.example", 443, "/")),
        ("https://192.0.2.1:65535/x", Destination("192.0.2.1", 65535, "/x")),
        ("https://[2001:db8::1]:1024/x", Destination("2001:db8::1", 1024, "/x")),
        ("https://xn--oprateur-d1a.example/", Destination("xn--oprateur-d1a.example", 443, "/")),
    ],
)
def test_une_adresse_lue__ok(texte: str, attendu: Destination) -> None:
    assert lire_adresse(texte) == attendu


@pytest.mark.exigence("R3.5", "R9")
@pytest.mark.parametrize(
    ("texte", "code"),
    [
        ("http://sav.opa.example/", CodeAdresse.PAS_HTTPS),
        ("ftp://sav.opa.example/", CodeAdresse.PAS_HTTPS),
        ("sav.opa.example", CodeAdresse.PAS_HTTPS),
        ("", CodeAdresse.PAS_HTTPS),
        ("https://", CodeAdresse.HOTE),
        ("https:///chemin", CodeAdresse.HOTE),
        ("https://opérateur.example/", CodeAdresse.HOTE),
        ("https://a_b.example/", CodeAdresse.HOTE),
        ("https://sav..example/", CodeAdresse.HOTE),
        ("https://[fe80::1%25eth0]/", CodeAdresse.HOTE),
        ("https://[::1/", CodeAdresse.HOTE),
        ("https://sav.example\\@10.0.0.1/", CodeAdresse.HOTE),
        ("https://sav.example/\r\nHost: x", CodeAdresse.HOTE),
        ("https://moi@sav.opa.example/", CodeAdresse.IDENTIFIANTS),
        ("https://moi:secret@sav.opa.example/", CodeAdresse.IDENTIFIANTS),
        ("https://sav.opa.example:22/", CodeAdresse.PORT),
        ("https://sav.opa.example:0/", CodeAdresse.PORT),
        ("https://sav.opa.example:1023/", CodeAdresse.PORT),
        ("https://sav.opa.example:65536/", CodeAdresse.PORT),
        ("https://sav.opa.example:https/", CodeAdresse.PORT),
        ("https://sav.opa.example/#ici", CodeAdresse.CIBLE),
        ('https://sav.opa.example/"', CodeAdresse.CIBLE),
        ("https://sav.opa.example/%2", CodeAdresse.CIBLE),
        ("https://sav.opa.example/" + "a" * LONGUEUR_MAX, CodeAdresse.TROP_LONGUE),
    ],
)
def test_une_adresse_refusee__error(texte: str, code: CodeAdresse) -> None:
    with pytest.raises(AdresseRefusee) as pris:
        lire_adresse(texte)
    assert pris.value.code is code


@pytest.mark.exigence("R3.5", "R9")
@given(st.text(max_size=60) | st.text(max_size=40).map(lambda t: f"https://{t}"))
def test_ce_qui_est_lu_va_dans_une_requete_http_telle_quelle__ok(texte: str) -> None:
    try:
        lue = lire_adresse(texte)
    except AdresseRefusee:
        return
    assert lue.hote
    assert lue.port == 443 or lue.port >= 1024
    for partie in (lue.hote, lue.cible):
        assert partie.isascii()
        assert partie.isprintable()
        assert not set(partie) & set(' \\"<>#')


@pytest.mark.exigence("R9")
def test_des_reseaux_lus__ok() -> None:
    assert lire_reseaux("") == ()
    assert [str(r) for r in lire_reseaux("10.20.0.0/16,  2001:db8::/32, 192.0.2.1")] == [
        *("10.20.0.0/16", "2001:db8::/32", "192.0.2.1/32"),
    ]
    for faux in ("10.20.0.1/16", "example", "10.0.0.0/33"):
        with pytest.raises(ValueError, match=faux):
            lire_reseaux(f"10.20.0.0/16, {faux}")
