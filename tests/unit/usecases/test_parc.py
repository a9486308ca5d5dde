"""The parc's CSV: what is read, what is refused and how, without a store."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.publication import VersionPubliee
from esav_soap.signalisation import Prestation
from esav_soap.usecases.parc import (
    COLONNES,
    LIGNE_MAX,
    PROBLEMES_MAX,
    CodeLigne,
    ProblemeLigne,
    Rapport,
    importer_parc,
    lire_parc,
    offres_connues,
)
from esav_soap.usecases.ports.parc import BilanImport, Doublon

RACINE = Path(__file__).parents[3]
OFFRES = frozenset({"ACCES_FTTH", "FIBRE_NOIRE"})
ENTETE = "plateforme;operateur;identifiant;offre;extremiteA;extremiteB;complement;garantie\n"
BONNE = "production;OPA;P1;ACCES_FTTH;PTO 1;PM 2;Bât. A;GTR_4H\n"
PRESTATION = Prestation("production", "OPA", "P1", "ACCES_FTTH", "PTO 1", "PM 2", "Bât. A", "GTR_4H")


def lire(contenu: str | bytes, offres: Iterable[str] = OFFRES) -> list[tuple[int, Prestation | ProblemeLigne]]:
    octets = contenu.encode() if isinstance(contenu, str) else contenu
    return list(lire_parc(io.BytesIO(octets), frozenset(offres)))


def problemes(contenu: str | bytes, offres: Iterable[str] = OFFRES) -> list[tuple[int, str, str]]:
    lus = lire(contenu, offres)
    return [(p.ligne, p.colonne, p.code.name) for _, p in lus if isinstance(p, ProblemeLigne)]


class ParcEnMemoire:
    """Keeps what is laid aside; ``ecrites`` only what was applied."""

    def __init__(self) -> None:
        self.recues: list[tuple[int, Prestation]] = []
        self.ecrites: list[Prestation] = []

    @contextmanager
    def importation(self) -> Iterator[ParcEnMemoire]:
        yield self

    def importer(self, prestations: Iterable[Prestation]) -> int:
        raise AssertionError

    def ajouter(self, lignes: Iterable[tuple[int, Prestation]]) -> None:
        self.recues += lignes

    def doublons(self, maximum: int) -> tuple[int, list[Doublon]]:
        premieres: dict[str, int] = {}
        trouves = [
            Doublon(ligne, premieres[p.identifiant])
            for ligne, p in self.recues
            if premieres.setdefault(p.identifiant, ligne) != ligne
        ]
        return len(trouves), trouves[:maximum]

    def appliquer(self) -> BilanImport:
        self.ecrites = [prestation for _, prestation in self.recues]
        return BilanImport(len(self.ecrites), 0, 0)


# -- reading -----------------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R3.7")
@pytest.mark.parametrize(
    "contenu",
    [
        ENTETE + BONNE,
        "\ufeff" + ENTETE + BONNE,
        (ENTETE + BONNE).replace(";", ","),
        (ENTETE + BONNE).replace("\n", "\r\n"),
        (ENTETE + BONNE).removesuffix("\n"),
        (ENTETE + BONNE).replace(";", " ; "),
        ENTETE.upper() + '"production";"OPA";"P1";"ACCES_FTTH";"PTO 1";"PM 2";"Bât. A";"GTR_4H"\n',
        ENTETE + "\n;;;;;;;\n" + BONNE,
    ],
    ids=["point-virgule", "BOM", "virgule", "CRLF", "sans fin de ligne", "blancs", "guillemets", "lignes vides"],
)
def test_formes_admises(contenu: str) -> None:
    assert [lu for _, lu in lire(contenu)] == [PRESTATION]


@pytest.mark.exigence("R3.7")
def test_colonnes_dans_un_autre_ordre_et_facultatives_absentes() -> None:
    contenu = "offre,garantie,identifiant,operateur,plateforme\nFIBRE_NOIRE,GTR_8H,P9,OPB,integration\n"
    assert lire(contenu) == [(2, Prestation("integration", "OPB", "P9", "FIBRE_NOIRE", garantie="GTR_8H"))]


@pytest.mark.exigence("R3.7")
def test_guillemets_gardent_separateur_et_guillemets() -> None:
    (_, lue), *_ = lire(ENTETE + 'production;OPA;P1;ACCES_FTTH;"a;b";"dit ""PM""";;\n')
    assert isinstance(lue, Prestation)
    assert (lue.extremite_a, lue.extremite_b, lue.complement) == ("a;b", 'dit "PM"', "")


@pytest.mark.exigence("R3.7")
@pytest.mark.parametrize(
    ("entete", "attendus"),
    [
        ("", [(1, "", "FICHIER_VIDE")]),
        ("\ufeff\n", [(1, "", "FICHIER_VIDE")]),
        ("plateforme;operateur;identifiant\n", [(1, "offre", "COLONNE_MANQUANTE")]),
        (
            "plateforme;operateur;identifiant;offre;offre;debit\n",
            [(1, "offre", "COLONNE_EN_DOUBLE"), (1, "debit", "COLONNE_INCONNUE")],
        ),
        ("x" * (LIGNE_MAX + 5), [(1, "", "LIGNE_TROP_LONGUE")]),
    ],
)
def test_entetes_refuses(entete: str, attendus: list[tuple[int, str, str]]) -> None:
    assert problemes(entete + BONNE if entete.endswith("\n") and ";" in entete else entete) == attendus


@pytest.mark.exigence("R3.2", "R3.7")
@pytest.mark.parametrize(
    ("ligne", "attendus"),
    [
        ("Production;OPA;P1;ACCES_FTTH;;;;", [("plateforme", "PLATEFORME_INCONNUE")]),
        ("production;;P1;ACCES_FTTH;;;;", [("operateur", "VALEUR_MANQUANTE")]),
        ("production;OPA;   ;ACCES_FTTH;;;;", [("identifiant", "VALEUR_MANQUANTE")]),
        (f"production;OPA;{'P' * 41};ACCES_FTTH;;;;", [("identifiant", "VALEUR_TROP_LONGUE")]),
        ("production;OPA;P1;FTTH;;;;", [("offre", "OFFRE_INCONNUE")]),
        (f"production;OPA;P1;ACCES_FTTH;{'é' * 256};;;", [("extremiteA", "VALEUR_TROP_LONGUE")]),
        ("production;OPA;P\x001;ACCES_FTTH;;;;", [("identifiant", "CARACTERE_INTERDIT")]),
        ("production;OPA;P1;ACCES_FTTH;;;a\x1bb;", [("complement", "CARACTERE_INTERDIT")]),
        ("production;OPA;P1;ACCES_FTTH;;;\uffff;", [("complement", "CARACTERE_INTERDIT")]),
        ("production;OPA;P1;ACCES_FTTH", [("", "NOMBRE_DE_VALEURS")]),
        ("production;OPA;P1;ACCES_FTTH;;;;;", [("", "NOMBRE_DE_VALEURS")]),
        ('production;OPA;P1;ACCES_FTTH;"ouvert;;;', [("", "GUILLEMETS")]),
        ('production;OPA;P1;ACCES_FTTH;"a"b;;;', [("", "GUILLEMETS")]),
        ("x" * (3 * LIGNE_MAX), [("", "LIGNE_TROP_LONGUE")]),
        (
            f"prod;;{'P' * 41};FTTH;\x07;;;",
            [
                ("plateforme", "PLATEFORME_INCONNUE"),
                ("operateur", "VALEUR_MANQUANTE"),
                ("identifiant", "VALEUR_TROP_LONGUE"),
                ("offre", "OFFRE_INCONNUE"),
                ("extremiteA", "CARACTERE_INTERDIT"),
            ],
        ),
    ],
)
def test_lignes_refusees(ligne: str, attendus: list[tuple[str, str]]) -> None:
    """All that is wrong with the line is said; the lines around it are read."""
    autre = BONNE.replace("P1", "P2")
    lus = lire(f"{ENTETE}{BONNE}{ligne}\n{autre}")
    assert lus[0] == (2, PRESTATION)
    assert [(n, p.colonne, p.code.name) for n, p in lus[1:-1] if isinstance(p, ProblemeLigne)] == [
        (3, *attendu) for attendu in attendus
    ]
    assert lus[-1][0] == 4
    assert isinstance(lus[-1][1], Prestation)


@pytest.mark.exigence("R3.7")
@pytest.mark.parametrize("mauvais", [b"\xe9", b"\xff\xfe", b"\xed\xa0\x80", b"\xc3"])
def test_ligne_qui_n_est_pas_en_utf_8(mauvais: bytes) -> None:
    contenu = ENTETE.encode() + b"production;OPA;P1;ACCES_FTTH;" + mauvais + b";;;\n" + BONNE.encode()
    lus = lire(contenu)
    assert [(p.ligne, p.code, p.valeur) for _, p in lus if isinstance(p, ProblemeLigne)] == [
        (2, CodeLigne.ENCODAGE, f"octet 0x{mauvais[0]:02X} au rang 30")
    ]
    assert lus[-1] == (3, PRESTATION)


@pytest.mark.exigence("R3.2")
def test_probleme_dit_ou_quoi_et_ce_qui_est_admis() -> None:
    (_, probleme), *_ = lire(f"{ENTETE}production;OPA;P1;FTTH;;;;\n")
    assert str(probleme) == (
        "ligne 2, offre : OFFRE_INCONNUE : L'Offre n'existe dans aucune version connue du catalogue. "
        "Valeur : « FTTH ». Admis : ACCES_FTTH, FIBRE_NOIRE."
    )


@pytest.mark.exigence("R3.7")
def test_sans_offre_connue_tout_code_bien_forme_passe() -> None:
    assert problemes(ENTETE + BONNE.replace("ACCES_FTTH", "OFFRE_NEUVE"), offres=()) == []
    assert problemes(ENTETE + BONNE.replace("ACCES_FTTH", "offre neuve"), offres=()) == [(2, "offre", "OFFRE_INCONNUE")]


valeurs = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn"]), max_size=40).map(str.strip)


@pytest.mark.exigence("R3.7")
@given(st.lists(st.tuples(valeurs.filter(bool), valeurs), min_size=1, max_size=8), st.sampled_from(";,"))
def test_ce_qui_est_ecrit_est_relu(lignes: list[tuple[str, str]], separateur: str) -> None:
    def cite(texte: str) -> str:
        return '"' + texte.replace('"', '""') + '"'

    entete = separateur.join(("plateforme", "operateur", "identifiant", "offre", "complement"))
    corps = [separateur.join(("production", "OPA", cite(nom), "ACCES_FTTH", cite(texte))) for nom, texte in lignes]
    lus = lire("\n".join([entete, *corps]))
    attendues = [Prestation("production", "OPA", nom, "ACCES_FTTH", complement=texte) for nom, texte in lignes]
    assert [lu for _, lu in lus] == attendues


@pytest.mark.exigence("R3.7")
@given(st.binary(max_size=400))
def test_aucun_fichier_ne_fait_tomber_la_lecture(octets: bytes) -> None:
    for contenu in (octets, ENTETE.encode() + octets):
        rapport = Rapport()
        lus = list(lire_parc(io.BytesIO(contenu), OFFRES, rapport))
        assert rapport.octets <= len(contenu)
        assert all(isinstance(lu, Prestation | ProblemeLigne) for _, lu in lus)
        # Only a bad header ends the reading before the end of the file.
        assert rapport.octets == len(contenu) or {lu.ligne for _, lu in lus if isinstance(lu, ProblemeLigne)} == {1}


# -- importing ---------------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R3.7")
def test_import_ecrit_tout() -> None:
    parc, avertis, suivis = ParcEnMemoire(), [], []
    contenu = ENTETE + "".join(BONNE.replace("P1", f"P{n}") for n in range(5000))
    rapport = importer_parc(
        io.BytesIO(contenu.encode()),
        parc,
        OFFRES,
        suivi=lambda octets, lignes: suivis.append((octets, lignes)),
        avant_ecriture=lambda: avertis.append(len(parc.ecrites)),
    )
    assert (rapport.lignes, rapport.octets, rapport.nombre_problemes) == (5000, len(contenu.encode()), 0)
    assert rapport.bilan == BilanImport(5000, 0, 0)
    assert [len(parc.ecrites), *avertis] == [5000, 0]
    assert suivis == sorted(suivis)
    assert suivis[-1] == (rapport.octets, 5000)
    assert len(suivis) == 3


@pytest.mark.exigence("R3.7")
def test_import_a_blanc_n_ecrit_rien() -> None:
    parc = ParcEnMemoire()
    rapport = importer_parc(io.BytesIO((ENTETE + BONNE).encode()), parc, OFFRES, a_blanc=True)
    assert (rapport.lignes, rapport.nombre_problemes, rapport.bilan, parc.ecrites) == (1, 0, None, [])


@pytest.mark.exigence("R3.7")
def test_une_mauvaise_ligne_refuse_tout_le_fichier() -> None:
    parc = ParcEnMemoire()
    contenu = ENTETE + BONNE + "production;OPA;P2;FTTH;;;;\n" + BONNE + BONNE.replace("P1", "P3") + "court\n"
    rapport = importer_parc(io.BytesIO(contenu.encode()), parc, OFFRES)
    assert (rapport.bilan, parc.ecrites) == (None, [])
    assert [(p.ligne, p.colonne, p.code.name) for p in rapport.problemes] == [
        (3, "offre", "OFFRE_INCONNUE"),
        (4, "identifiant", "LIGNE_EN_DOUBLE"),
        (6, "", "NOMBRE_DE_VALEURS"),
    ]
    assert "déjà à la ligne 2" in str(rapport.problemes[1])


@pytest.mark.exigence("R3.7")
def test_tous_les_problemes_sont_comptes_les_premiers_gardes() -> None:
    contenu = ENTETE + "court\n" * 1500 + BONNE * 1501
    rapport = importer_parc(io.BytesIO(contenu.encode()), ParcEnMemoire(), OFFRES)
    assert rapport.nombre_problemes == 1500 + 1500
    assert [p.ligne for p in rapport.problemes] == list(range(2, 2 + PROBLEMES_MAX))


@pytest.mark.exigence("R3.7")
def test_longueurs_admises_sont_celles_des_messages() -> None:
    """An identifier that no message could carry would be in the parc for nothing."""
    from esav_soap.model.requetes import IDENTIFIANT_PRESTATION
    from esav_soap.model.types import Texte

    assert isinstance(IDENTIFIANT_PRESTATION.type, Texte)
    assert COLONNES["identifiant"] == IDENTIFIANT_PRESTATION.type.longueur_max


class VersionsEnMemoire:
    """Versions made of the repository's own catalogue, with a derived file that nobody needs to read."""

    def __init__(self, *noms: str) -> None:
        self._noms = noms

    def versions(self) -> tuple[VersionPubliee, ...]:
        return tuple(VersionPubliee(nom, datetime.now(UTC), datetime.now(UTC)) for nom in self._noms)

    def pack(self, version: str) -> bytes | None:
        tampon = io.BytesIO()
        with zipfile.ZipFile(tampon, "w") as archive:
            for dossier, prefixe in (("catalogue", ""), ("forms_xml", "formulaires/")):
                base = RACINE / dossier / version
                for fichier in base.rglob("*.xml"):
                    archive.write(fichier, prefixe + fichier.relative_to(base).as_posix())
            archive.writestr("wsdl/depot.wsdl", "ceci n'est pas lu")
        return tampon.getvalue()

    def enregistrer_version(self, version: VersionPubliee, pack: bytes) -> None:
        raise AssertionError


@pytest.mark.exigence("R3.7", "R1.5")
def test_offres_connues_sont_celles_de_toutes_les_versions() -> None:
    """Activated Offres come with the second version; a prestation of either version may be imported."""
    premiere, toutes = (
        offres_connues(VersionsEnMemoire("2026.1")),
        offres_connues(VersionsEnMemoire("2026.1", "2026.2")),
    )
    assert "ACCES_FTTH" in premiere
    assert premiere < toutes
    assert offres_connues(VersionsEnMemoire()) == frozenset()


@pytest.mark.exigence("R4.1")
def test_la_zone_d_une_prestation() -> None:
    entete = "plateforme;operateur;identifiant;offre;zone\n"
    lues = lire(entete + "production;OPA;P1;ACCES_FTTH;2A\nproduction;OPA;P2;ACCES_FTTH;\n")
    assert [p.zone for _, p in lues if isinstance(p, Prestation)] == ["2A", ""]
    fautives = "".join(f"production;OPA;P{n};ACCES_FTTH;{zone}\n" for n, zone in enumerate(("idf", "A B", "X" * 17)))
    assert problemes(entete + fautives) == [
        (2, "zone", "ZONE_INVALIDE"),
        (3, "zone", "ZONE_INVALIDE"),
        (4, "zone", "VALEUR_TROP_LONGUE"),
    ]
