"""A catalogue written as files and read back is the same catalogue (R1.1, R1.3)."""

from __future__ import annotations

import string
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esav_soap.model import (
    Canal,
    Catalogue,
    Champ,
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Entier,
    Formulaire,
    GenreRegle,
    Groupe,
    Nombre,
    Nomenclature,
    Offre,
    OuiNon,
    Regle,
    Section,
    Statut,
    Telephone,
    TestPrealable,
    Texte,
    TexteLong,
    Type,
    TypeRendezVous,
    Usage,
    Valeur,
)
from esav_soap.reader import lire
from tests.unit.reader.serialisation import serialiser

textes = (
    st.text(alphabet=string.ascii_letters + "éÀœ«»’ \u00a0<>&\"'-0123456789\U0001f4a1", min_size=1, max_size=30)
    .map(lambda texte: " ".join(texte.split(" ")).strip(" "))
    .filter(bool)
    .map(lambda texte: " ".join(mot for mot in texte.split(" ") if mot))
)
aides = st.just("") | textes
usages = st.sampled_from(Usage)
usages_presents = st.sampled_from([Usage.OBLIGATOIRE, Usage.FACULTATIF])


@st.composite
def types_simples(draw: st.DrawFn) -> tuple[Type, str]:
    """A type without references, and a value that it admits."""
    unite = draw(st.none() | st.sampled_from(["dBm", "km", "%"]))
    match draw(st.integers(0, 8)):
        case 0:
            mini = draw(st.integers(1, 5))
            return Texte(mini, draw(st.integers(5, 20_000))), "x" * 5
        case 1:
            return Texte(1, 20, draw(st.sampled_from(["[A-Z]{2}[0-9]+", r"[A-Z0-9\-]+|[0-9]{2}"]))), "AB12"
        case 2:
            return TexteLong(1, draw(st.integers(20, 20_000))), "deux\nlignes"
        case 3:
            bornes = sorted(draw(st.tuples(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1))))
            return Entier(bornes[0], bornes[1], unite), str(bornes[0])
        case 4:
            decimales = draw(st.integers(1, 6))
            nombres = st.none() | st.decimals(-1000, 1000, places=decimales)
            bas, haut = draw(nombres), draw(nombres)
            if bas is not None and haut is not None and bas > haut:
                bas, haut = haut, bas
            temoin = next((borne for borne in (bas, haut) if borne is not None), Decimal("1.5"))
            return Nombre(bas, haut, decimales, unite), f"{temoin:f}"
        case 5:
            jours = sorted(d.isoformat() for d in draw(st.lists(st.dates(), min_size=2, max_size=2)) if d.year > 999)
            jours = [jour for jour in jours if jour < "3000"]
            return (Date(jours[0], jours[-1]), jours[0]) if jours else (Date(), "2026-01-01")
        case 6:
            return DateHeure(), "2026-01-01T10:00:00+01:00"
        case 7:
            return OuiNon(), "true"
        case _:
            return (Telephone(), "0123456789") if draw(st.booleans()) else (Courriel(), "sav@exemple.fr")


@st.composite
def champs(draw: st.DrawFn, code: str) -> Champ:
    type_, temoin = draw(types_simples())
    exemples = (temoin,) if draw(st.booleans()) else ()
    defaut = temoin if "\n" not in temoin and draw(st.booleans()) else None
    return Champ(code, draw(textes), type_, draw(usages_presents), draw(aides), defaut, exemples)


@st.composite
def nomenclatures(draw: st.DrawFn, code: str, parente: Nomenclature | None) -> Nomenclature:
    valeurs = []
    for rang in range(draw(st.integers(1, 4))):
        statut = draw(st.sampled_from(Statut)) if rang else Statut.ACTIF
        parents: tuple[str, ...] = ()
        if parente is not None:
            parents = (
                ("V0", *draw(st.lists(st.sampled_from([v.code for v in parente.valeurs[1:]]), unique=True)))
                if len(parente.valeurs) > 1
                else ("V0",)
            )
        remplacement = "V0" if statut is not Statut.ACTIF and draw(st.booleans()) else None
        valeurs.append(Valeur(f"V{rang}", draw(textes), statut, parents, remplacement, draw(aides)))
    return Nomenclature(code, draw(textes), tuple(valeurs), parente.code if parente else None, draw(aides))


@st.composite
def formulaires(draw: st.DrawFn, code: str, listes: list[Nomenclature]) -> Formulaire:
    noeuds: list[Champ | Groupe] = [Champ("t0", draw(textes), Texte()), Champ("t1", draw(textes), Texte())]
    for rang, liste in enumerate(listes):
        depend = f"n{rang - 1}" if liste.parent else None
        maximum = 1 if rang + 1 < len(listes) else draw(st.integers(1, 50))
        noeuds.append(
            Champ(f"n{rang}", draw(textes), Choisi(liste.code, maximum, depend), Usage.FACULTATIF, draw(aides))
        )
    noeuds += [draw(champs(f"c{rang}")) for rang in range(draw(st.integers(0, 4)))]
    for rang in range(draw(st.integers(0, 2))):
        enfants = (Champ("t0", draw(textes), Texte()), draw(champs("a")))
        regles = (
            (Regle("RG-1" + str(rang), GenreRegle.REGLE, "t0 or ../t0", draw(textes)),) if draw(st.booleans()) else ()
        )
        mini = draw(st.integers(1, 3))
        usage = draw(usages_presents)
        noeuds.append(
            Groupe(f"g{rang}", draw(textes), enfants, mini, draw(st.integers(mini, 100)), usage, draw(aides), regles)
        )
    coupe = draw(st.integers(1, len(noeuds)))
    parties = [partie for partie in (noeuds[:coupe], noeuds[coupe:]) if partie]
    sections = tuple(
        Section(f"s{rang}", draw(textes), tuple(partie), draw(aides)) for rang, partie in enumerate(parties)
    )
    regles_du_formulaire = draw(
        st.lists(
            st.sampled_from(
                [
                    Regle("RG-01", GenreRegle.OBLIGATOIRE_SI, "t0", "À remplir.", "t1"),
                    Regle("RG-02", GenreRegle.INTERDIT_SI, "t0 = 'A' and string-length(t1) < 4", "À retirer.", "t1"),
                    Regle("RG-03", GenreRegle.REGLE, "not(t0) or t1", "À corriger."),
                ]
            ),
            unique=True,
        )
    )
    declare = draw(st.sampled_from([None, "t0"]))
    return Formulaire(code, draw(textes), sections, draw(aides), tuple(regles_du_formulaire), declare)


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    listes: list[Nomenclature] = []
    for rang in range(draw(st.integers(0, 3))):
        rattachee: bool = draw(st.booleans())
        parente = listes[-1] if listes and rattachee else None
        listes.append(draw(nomenclatures(f"LISTE_{rang}", parente)))
    formes = {f"forme-{rang}": draw(formulaires(f"forme-{rang}", listes)) for rang in range(draw(st.integers(1, 2)))}
    offres = []
    for code in formes:
        for rang in range(draw(st.integers(1, 2))):
            activee = draw(st.booleans())
            choix: dict[str, Usage] = {}
            if rang:  # the first Offre keeps every field, so that none is absent everywhere
                noms = [n.code for n in formes[code].noeuds() if n.code[0] == "c"]
                choix = {nom: draw(usages) for nom in draw(st.permutations(noms))}
            offres.append(
                Offre(
                    f"OFFRE_{code[-1]}_{'AB'[rang]}",
                    draw(textes),
                    code,
                    activee,
                    tuple(draw(st.lists(st.sampled_from(Canal), unique=True, min_size=1))),
                    tuple(draw(st.lists(st.sampled_from(TypeRendezVous), unique=True))),
                    draw(st.sampled_from(TestPrealable)) if activee else TestPrealable.AUCUN,
                    choix,
                    draw(aides),
                )
            )
    notes = tuple(draw(st.lists(textes, max_size=3)))
    version = f"20{draw(st.integers(10, 99))}.{draw(st.integers(1, 99))}"
    return Catalogue(version, draw(textes), tuple(offres), formes, {liste.code: liste for liste in listes}, notes)


@pytest.mark.exigence("R1.1", "R1.2", "R1.3")
@settings(max_examples=150, deadline=None)
@given(catalogues())
def test_what_is_written_is_read_back(catalogue: Catalogue) -> None:
    lecture = lire(serialiser(catalogue), version_attendue=catalogue.version)
    assert lecture.problemes == ()
    assert lecture.catalogue == catalogue
    assert lecture.catalogue is not None
    assert list(lecture.catalogue.formulaires) == sorted(catalogue.formulaires)
    for lue, ecrite in zip(lecture.catalogue.offres, catalogue.offres, strict=True):
        assert list(lue.usages) == list(ecrite.usages)
