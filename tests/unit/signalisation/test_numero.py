"""The number: its form, what its check character finds, what people may write instead."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.signalisation.numero import ALPHABET, LONGUEUR, OCTETS, normaliser, tirer

octets = st.binary(min_size=OCTETS, max_size=16)


@pytest.mark.exigence("R3.1")
@pytest.mark.parametrize(
    ("source", "numero"),
    [(bytes(7), "00000000000"), (b"\xff" * 7, "ZZZZZZZZZZA"), (bytes([0, 0, 0, 0, 0, 0, 1]), "0000000001Y")],
)
def test_valeurs_connues(source: bytes, numero: str) -> None:
    assert tirer(source) == numero


@pytest.mark.exigence("R3.1")
@given(octets)
def test_forme_canonique(source: bytes) -> None:
    numero = tirer(source)
    assert len(numero) == LONGUEUR == 11
    assert set(numero) <= set(ALPHABET)
    assert not set("ILOU") & set(numero)
    assert normaliser(numero) == numero


@pytest.mark.exigence("R3.1")
@given(st.integers(0, 2**50 - 1), st.integers(0, 2**50 - 1))
def test_cinquante_bits_font_des_numeros_differents(un: int, autre: int) -> None:
    numeros = [tirer(valeur.to_bytes(7, "big")) for valeur in (un, autre)]
    assert (numeros[0] == numeros[1]) == (un == autre)


@pytest.mark.exigence("R3.1")
def test_trop_peu_de_hasard_est_refuse() -> None:
    with pytest.raises(ValueError, match="7 octets"):
        tirer(bytes(OCTETS - 1))


@pytest.mark.exigence("R3.1")
def test_tirages_repartis() -> None:
    """Every character stands at every place: no part of a number tells the next."""
    numeros = [tirer(secrets.token_bytes(OCTETS)) for _ in range(4000)]
    assert len(set(numeros)) == 4000
    assert [len({numero[rang] for numero in numeros}) for rang in range(LONGUEUR)] == [32] * LONGUEUR


@pytest.mark.exigence("R3.1")
@given(octets)
def test_toute_substitution_est_vue(source: bytes) -> None:
    numero = tirer(source)
    faux = [
        numero[:rang] + caractere + numero[rang + 1 :]
        for rang in range(LONGUEUR)
        for caractere in ALPHABET
        if caractere != numero[rang]
    ]
    assert [normaliser(n) for n in faux] == [None] * (31 * LONGUEUR)


@pytest.mark.exigence("R3.1")
@given(octets)
def test_tout_echange_de_voisins_est_vu_sauf_0_et_z(source: bytes) -> None:
    numero = tirer(source)
    for rang in range(LONGUEUR - 1):
        un, autre = numero[rang], numero[rang + 1]
        echange = numero[:rang] + autre + un + numero[rang + 2 :]
        if un != autre:
            assert (normaliser(echange) is None) == ({un, autre} != {"0", "Z"})


@pytest.mark.exigence("R3.1")
@given(octets, st.data())
def test_ce_que_l_on_ecrit_a_la_main_est_compris(source: bytes, data: st.DataObject) -> None:
    numero = tirer(source)
    variantes = {"0": "0Oo", "1": "1IiLl"}
    ecrit = "".join(
        data.draw(st.sampled_from(["", " ", "-", "\u00a0"]))
        + data.draw(st.sampled_from(variantes.get(c, c + c.lower())))
        for c in numero
    )
    assert normaliser(ecrit) == numero


@pytest.mark.exigence("R3.1")
@pytest.mark.parametrize(
    "texte",
    [
        "",
        "   ",
        "0" * 10,
        "0" * 12,
        "U0000000000",
        "0000000000\u0660",
        "ı000000000Y",
        "ſ0000000000",
        "0" * 10**6,
        "-" * 50,
        "0000000001Y\n",
        "0000000001Y\x00",
    ],
)
def test_ce_qui_n_est_pas_un_numero(texte: str) -> None:
    assert normaliser(texte) is None


@pytest.mark.exigence("R3.1")
@given(st.text(max_size=60))
def test_tout_texte_recoit_une_reponse(texte: str) -> None:
    numero = normaliser(texte)
    assert numero is None or normaliser(numero) == numero
