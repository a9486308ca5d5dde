"""The capacity file: what is read, what is refused and how; and in view of what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.model import TypeRendezVous
from esav_soap.names import PLATEFORMES
from esav_soap.rendez_vous import Capacite, Creneau, Plage, ProblemeCapacite, confronter, lire_capacites
from esav_soap.rendez_vous.capacites import COLONNES, JOURS_MAX, PLACES_MAX
from tests.unit.rendez_vous.agenda import EXPERTISE, JEUDI, SAV, SAV_PLUS, capacite, creneau

AUJOURD_HUI = date(2026, 12, 1)
ENTETE = tuple(COLONNES)
BONNE = ("production", "75", "SAV", "2026-12-03", "MATIN", "4")
LUE = capacite(4, creneau())


def changee(**valeurs: str) -> tuple[str, ...]:
    return tuple(valeurs.get(nom, valeur) for nom, valeur in zip(ENTETE, BONNE, strict=True))


def lire(*lignes: Sequence[str], entete: Sequence[str] = ENTETE) -> list[tuple[int, Capacite | ProblemeCapacite]]:
    return list(lire_capacites(entete, enumerate(lignes, 2), AUJOURD_HUI))


def problemes(lues: Iterable[tuple[int, Capacite | ProblemeCapacite]]) -> list[tuple[int, str, str]]:
    return [(p.ligne, p.colonne, p.code.name) for _, p in lues if isinstance(p, ProblemeCapacite)]


@pytest.mark.exigence("R4.1")
def test_une_ligne_est_une_plage() -> None:
    assert lire(BONNE) == [(2, LUE)]
    assert Capacite("production", "75", SAV, JEUDI, Plage.MATIN, 4) == LUE
    assert LUE.creneau == Creneau("production", "75", SAV, JEUDI, Plage.MATIN)


@pytest.mark.exigence("R4.1")
@pytest.mark.parametrize(
    ("valeurs", "attendue"),
    [
        ({"jour": "03/12/2026"}, LUE),
        ({"jour": "2026-12-01"}, replace(LUE, jour=AUJOURD_HUI)),
        ({"plage": "matin"}, LUE),
        ({"plage": "08-12"}, LUE),
        ({"plage": "après-midi"}, replace(LUE, plage=Plage.APRES_MIDI)),
        ({"plage": "Apres midi"}, replace(LUE, plage=Plage.APRES_MIDI)),
        ({"plage": "APRES_MIDI"}, replace(LUE, plage=Plage.APRES_MIDI)),
        ({"plage": "13-14"}, replace(LUE, plage=Plage.H13)),
        ({"plage": "h17"}, replace(LUE, plage=Plage.H17)),
        ({"genre": "sav+"}, replace(LUE, genre=SAV_PLUS)),
        ({"genre": "expertise_contradictoire"}, replace(LUE, genre=EXPERTISE)),
        ({"places": "0"}, replace(LUE, places=0)),
        ({"places": "999"}, replace(LUE, places=999)),
        ({"zone": "IDF-NORD_2"}, replace(LUE, zone="IDF-NORD_2")),
        ({"plateforme": "integration"}, replace(LUE, plateforme="integration")),
    ],
)
def test_ecritures_admises(valeurs: dict[str, str], attendue: Capacite) -> None:
    assert lire(changee(**valeurs)) == [(2, attendue)]


@pytest.mark.exigence("R4.1")
def test_colonnes_dans_un_autre_ordre_et_lignes_vides() -> None:
    assert lire(("",) * 6, BONNE[::-1], entete=[nom.upper() for nom in ENTETE[::-1]]) == [(3, LUE)]


@pytest.mark.exigence("R4.1")
@pytest.mark.parametrize(
    ("entete", "attendus"),
    [
        (ENTETE[:-1], [(1, "places", "COLONNE_MANQUANTE")]),
        (
            ("plateforme", "zone", "zone", "type", "jour", "plage", "places"),
            [(1, "zone", "COLONNE_EN_DOUBLE"), (1, "type", "COLONNE_INCONNUE"), (1, "genre", "COLONNE_MANQUANTE")],
        ),
    ],
)
def test_entetes_refuses(entete: tuple[str, ...], attendus: list[tuple[int, str, str]]) -> None:
    """Nothing is said of the lines, which could not be understood."""
    assert problemes(lire(BONNE, ("court",), entete=entete)) == attendus


@pytest.mark.exigence("R3.2", "R4.1")
@pytest.mark.parametrize(
    ("ligne", "attendus"),
    [
        (changee(plateforme="Production"), [("plateforme", "PLATEFORME_INCONNUE")]),
        (changee(zone="idf"), [("zone", "ZONE_INVALIDE")]),
        (changee(zone="75\x1b"), [("zone", "ZONE_INVALIDE")]),
        (changee(zone="Z" * 17), [("zone", "VALEUR_TROP_LONGUE")]),
        (changee(genre="DEPANNAGE"), [("genre", "GENRE_INCONNU")]),
        (changee(jour="2026-02-29"), [("jour", "JOUR_INVALIDE")]),
        (changee(jour="3/12/2026"), [("jour", "JOUR_INVALIDE")]),
        (changee(jour="2026-12-٣٣"), [("jour", "JOUR_INVALIDE")]),
        (changee(jour="0000-01-01"), [("jour", "JOUR_INVALIDE")]),
        (changee(jour="30/11/2026"), [("jour", "JOUR_PASSE")]),
        (changee(jour="2062-12-03"), [("jour", "JOUR_TROP_LOIN")]),
        (changee(plage="12-13"), [("plage", "PLAGE_INCONNUE")]),
        (changee(plage="soir"), [("plage", "PLAGE_INCONNUE")]),
        (changee(places="-1"), [("places", "PLACES_INVALIDES")]),
        (changee(places="1000"), [("places", "PLACES_INVALIDES")]),
        (changee(places="2,5"), [("places", "PLACES_INVALIDES")]),
        (changee(places="²"), [("places", "PLACES_INVALIDES")]),
        (changee(places="٣"), [("places", "PLACES_INVALIDES")]),
        (changee(places=""), [("places", "VALEUR_MANQUANTE")]),
        (BONNE[:-1], [("", "NOMBRE_DE_VALEURS")]),
        ((*BONNE, ""), [("", "NOMBRE_DE_VALEURS")]),
        (
            ("prod", "", "DEPANNAGE", "demain", "n'importe quelle heure", "beaucoup"),
            [
                ("plateforme", "PLATEFORME_INCONNUE"),
                ("zone", "VALEUR_MANQUANTE"),
                ("genre", "GENRE_INCONNU"),
                ("jour", "JOUR_INVALIDE"),
                ("plage", "VALEUR_TROP_LONGUE"),
                ("places", "VALEUR_TROP_LONGUE"),
            ],
        ),
    ],
)
def test_lignes_refusees(ligne: tuple[str, ...], attendus: list[tuple[str, str]]) -> None:
    """All that is wrong with the line is said; the lines around it are read."""
    autre = changee(plage="APRES_MIDI")
    lues = lire(BONNE, ligne, autre)
    assert [lues[0], lues[-1]] == [(2, LUE), (4, replace(LUE, plage=Plage.APRES_MIDI))]
    assert problemes(lues) == [(3, *attendu) for attendu in attendus]
    assert len(lues) == 2 + len(attendus)


@pytest.mark.exigence("R4.1")
def test_les_jours_de_la_fin() -> None:
    dernier = AUJOURD_HUI + timedelta(days=JOURS_MAX)
    assert problemes(lire(changee(jour=dernier.isoformat()))) == []
    assert problemes(lire(changee(jour=(dernier + timedelta(days=1)).isoformat()))) == [(2, "jour", "JOUR_TROP_LOIN")]


@pytest.mark.exigence("R3.2", "R4.1")
def test_probleme_dit_ou_quoi_et_ce_qui_est_admis() -> None:
    (_, probleme), *_ = lire(changee(zone="9\x1b9"))
    assert str(probleme) == (
        "ligne 2, zone : ZONE_INVALIDE : Ce n'est pas un code de zone. Valeur : « 9\ufffd9 ». "
        "Admis : capitales et chiffres, - ou _ entre eux."
    )
    (_, probleme), *_ = lire(changee(zone="Z" * 300))
    assert isinstance(probleme, ProblemeCapacite)
    assert len(probleme.valeur) == 60


@pytest.mark.exigence("R4.2")
def test_les_memes_techniciens_ne_comptent_pas_deux_fois() -> None:
    lues = lire(
        BONNE,
        changee(places="7"),
        changee(plage="H09"),
        changee(plage="H13"),
        changee(plage="APRES_MIDI"),
        changee(plage="H09", zone="2A"),
        changee(plage="H09", genre="SAV_PLUS"),
        changee(plage="H09", jour="2026-12-04"),
        changee(plage="H09", plateforme="integration"),
        changee(plage="H10"),
    )
    assert problemes(lues) == [
        (3, "", "LIGNE_EN_DOUBLE"),
        (4, "plage", "PLAGES_MELEES"),
        (6, "plage", "PLAGES_MELEES"),
        (11, "plage", "PLAGES_MELEES"),
    ]
    dits = [str(p) for _, p in lues if isinstance(p, ProblemeCapacite)]
    assert "déjà à la ligne 2" in dits[0]
    assert "la ligne 2 donne MATIN" in dits[1]


@pytest.mark.exigence("R4.2")
def test_passer_de_la_demi_journee_aux_heures_se_dit_avec_zero() -> None:
    assert problemes(lire(changee(places="0"), changee(plage="H08"), changee(plage="H09"))) == []
    assert problemes(lire(changee(plage="H08"), changee(plage="H09"), changee(places="0"))) == []


@pytest.mark.exigence("R4.2")
def test_pas_moins_de_places_que_de_rendez_vous() -> None:
    lues = [(2, LUE), (3, replace(LUE, zone="2A"))]
    assert list(confronter(lues, {}, {creneau(): 4, creneau(zone="2A"): 3})) == []
    (probleme,) = confronter(lues, {creneau(): 9}, {creneau(): 5})
    assert (probleme.ligne, probleme.colonne, probleme.code.name) == (2, "places", "PLACES_ENGAGEES")
    assert (probleme.valeur, probleme.admis) == ("4", "5 places au moins")


@pytest.mark.exigence("R4.2")
def test_pas_d_heures_a_cote_d_une_demi_journee_deja_connue() -> None:
    neuf = creneau(plage=Plage.H09)
    lues = [(2, capacite(1, neuf)), (3, capacite(1, creneau(plage=Plage.H13)))]
    (probleme,) = confronter(lues, {creneau(): 4}, {})
    assert (probleme.ligne, probleme.colonne, probleme.code.name) == (2, "plage", "PLAGES_MELEES")
    assert "MATIN" in probleme.admis
    assert list(confronter(lues, {creneau(): 0}, {})) == []
    assert list(confronter([*lues, (4, capacite(0, creneau()))], {creneau(): 4}, {})) == []
    assert list(confronter([(2, capacite(0, neuf))], {creneau(): 4}, {})) == []
    assert list(confronter([(2, capacite(5, creneau()))], {creneau(): 4}, {})) == []


capacites = st.builds(
    Capacite,
    st.sampled_from(PLATEFORMES),
    st.from_regex(r"[A-Z0-9]{1,4}(-[A-Z0-9]{1,4})?", fullmatch=True),
    st.sampled_from(TypeRendezVous),
    st.integers(0, JOURS_MAX).map(lambda n: AUJOURD_HUI + timedelta(days=n)),
    st.sampled_from([Plage.MATIN, Plage.H13, Plage.H17]),
    st.integers(0, PLACES_MAX),
)


@pytest.mark.exigence("R4.1")
@given(st.lists(capacites, unique_by=lambda c: c.creneau), st.permutations(ENTETE), st.booleans())
def test_ce_qui_est_ecrit_est_relu(ecrites: list[Capacite], ordre: list[str], francais: bool) -> None:
    def ligne(c: Capacite) -> list[str]:
        jour = f"{c.jour:%d/%m/%Y}" if francais else c.jour.isoformat()
        dites = (c.plateforme, c.zone, c.genre.name, jour, c.plage.name, str(c.places))
        par_nom = dict(zip(ENTETE, dites, strict=True))
        return [par_nom[nom] for nom in ordre]

    assert [lue for _, lue in lire(*map(ligne, ecrites), entete=ordre)] == ecrites


@pytest.mark.exigence("R4.1")
@given(st.lists(st.lists(st.one_of(st.text(max_size=40), st.sampled_from(BONNE)), max_size=7), max_size=6))
def test_aucune_ligne_ne_fait_tomber_la_lecture(lignes: list[list[str]]) -> None:
    """A line gives a capacity, or at least one problem that bears its number, or is empty."""
    lues = lire(*lignes)
    for numero, valeurs in enumerate(lignes, 2):
        de_la_ligne = [lue for n, lue in lues if n == numero]
        assert bool(de_la_ligne) == any(valeurs)
        assert len(de_la_ligne) == 1 or all(
            isinstance(lue, ProblemeCapacite) and lue.ligne == numero for lue in de_la_ligne
        )
