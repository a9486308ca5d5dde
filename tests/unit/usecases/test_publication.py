"""Announcing and withdrawing: all reasons to refuse at once, one transaction, and the notices of those concerned."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from bench.synthese import VERSION
from esav_soap.avis import Envoi, EtatEnvoi, GenreAvis, Operateur
from esav_soap.calendar import instant_plus_mois
from esav_soap.errors import PackInvalide, Probleme, PublicationRefusee, VersionDejaAnnoncee
from esav_soap.publication import EtatVersion, VersionPubliee, regles
from esav_soap.publication.ecarts import Ecart, Gravite
from esav_soap.signalisation import Prestation
from esav_soap.usecases import publication
from esav_soap.usecases.ports.versions import VersionsChangees
from esav_soap.usecases.publication import (
    Candidate,
    annoncer,
    concernes,
    elaborer,
    preparer,
    rassembler,
    retirer_annonce,
    ruptures,
)
from esav_soap.usecases.registre import ouvrir_pack
from tests.faux import INSTANT, URL, FausseBase
from tests.faux_publication import FaussesPublications
from tests.unit.usecases.candidats import AVANT, changer, pack_essai, remplacer, sources_essai

JOUR = timedelta(days=1)
RUPTURE_1 = "OFFRE_S0001/texte2:CHAMP_RETIRE"
RUPTURE_2 = "OFFRE_S0002/mesures/puissance:TYPE_CHANGE"


def _sans_texte2(contenu: bytes) -> bytes:
    debut, suite = contenu.split(b'<texte code="texte2"', 1)
    return debut + suite.split(b"</texte>\n", 1)[1]


def _puissance_entiere(contenu: bytes) -> bytes:
    debut, suite = contenu.split(b'<decimal code="puissance"', 1)
    champ, fin = suite.split(b"</decimal>", 1)
    return debut + b'<entier code="puissance"' + champ.replace(b' decimales="2"', b"") + b"</entier>" + fin


@cache
def sources_rompues() -> Mapping[str, bytes]:
    """Two Offres, each with one breaking difference from the version before."""
    return changer(
        sources_essai(offres=2),
        {
            "formulaires/formulaire-s0001.xml": _sans_texte2,
            "formulaires/formulaire-s0002.xml": _puissance_entiere,
        },
    )


@cache
def pack_deux_offres() -> bytes:
    from esav_soap.usecases.catalogue import empaqueter

    return empaqueter(sources_essai(AVANT, 2), URL)[1]


def base(*, vide: bool = False) -> FaussesPublications:
    """:data:`AVANT` in force; OPA has a prestation of OFFRE_S0001, OPB and OPX of OFFRE_S0002, OPC none; OPX is not declared."""
    faux = FausseBase()
    if not vide:
        faux.enregistrer_version(VersionPubliee(AVANT, INSTANT - 200 * JOUR, INSTANT - 100 * JOUR), pack_deux_offres())
    publications = FaussesPublications(faux)
    for code in ("OPA", "OPB", "OPC"):
        publications.declarer_operateur(Operateur(code, code, f"sav@{code.lower()}.example"))
    for code, offre in (("OPA", "OFFRE_S0001"), ("OPB", "OFFRE_S0002"), ("OPX", "OFFRE_S0002"), ("OPC", "OFFRE_S0009")):
        plateforme = "integration" if code == "OPC" else "production"
        faux.ajouter(Prestation(plateforme, code, f"{code}-1", offre, "A", "B", "", ""))
    return publications


@cache
def _prete(cle: str) -> Candidate:
    return preparer(sources_rompues() if cle == "rompue" else sources_essai(offres=2), URL, base(), INSTANT)


@pytest.fixture
def candidate() -> Candidate:
    """With two ruptures, prepared once for all tests."""
    return _prete("rompue")


def envois(publications: FaussesPublications) -> list[tuple[GenreAvis, str, str]]:
    return sorted(
        (s.envoi.genre, s.envoi.objet, s.envoi.operateur) for s in publications.suivis(EtatEnvoi.EN_ATTENTE, 99)
    )


def tous_les_noms(candidate: Candidate) -> set[str]:
    return {ecart.nom for ecart in ruptures(candidate.ecarts, ())}


@pytest.mark.exigence("R2.1", "R2.2", "R2.3")
def test_annoncer__ok(candidate: Candidate) -> None:
    publications = base()
    assert tous_les_noms(candidate) == {RUPTURE_1, RUPTURE_2}
    rendue = annoncer(candidate, {RUPTURE_1, RUPTURE_2}, publications, publications, INSTANT + JOUR)
    avant, nouvelle = sorted(publications.versions(), key=lambda v: v.version)
    assert nouvelle == rendue
    assert (nouvelle.version, nouvelle.annonce, nouvelle.retrait) == (VERSION, INSTANT + JOUR, None)
    assert nouvelle.ouverture == instant_plus_mois(INSTANT + JOUR, 2), "the notice counts from the announcement"
    assert (avant.retrait, avant.remplacante) == (instant_plus_mois(nouvelle.ouverture, 1), VERSION)
    assert publications.pack(VERSION) == candidate.pack
    assert "changelog.html" in ouvrir_pack(candidate.pack)
    assert envois(publications) == [(GenreAvis.VERSION_ANNONCEE, VERSION, code) for code in ("OPA", "OPB", "OPX")]


@pytest.mark.exigence("R2.1")
@pytest.mark.parametrize(
    ("acceptees", "restent"),
    [
        (set(), {RUPTURE_1, RUPTURE_2}),
        ({RUPTURE_1}, {RUPTURE_2}),
        ({"OFFRE_S0001:*"}, {RUPTURE_2}),
        ({"OFFRE_S0002/mesures:*", "OFFRE_S0001/texte2:*"}, set()),
        ({"OFFRE_S0001:*", "OFFRE_S0002:*"}, set()),
        ({"*", ":*", "*:*", "OFFRE:*", "OFFRE_S0001/texte:*", "OFFRE_S0001/texte2"}, {RUPTURE_1, RUPTURE_2}),
        ({"OFFRE_S0002/mesures:TYPE_CHANGE", "OFFRE_S0001/texte2:TYPE_CHANGE"}, {RUPTURE_1, RUPTURE_2}),
    ],
)
def test_chaque_rupture_s_accepte_par_son_nom__error(
    candidate: Candidate, acceptees: set[str], restent: set[str]
) -> None:
    publications = base()
    avant = publications.versions()
    assert {e.nom for e in ruptures(candidate.ecarts, acceptees)} == restent
    if not restent:
        annoncer(candidate, acceptees, publications, publications, INSTANT)
        return
    with pytest.raises(PublicationRefusee) as pris:
        annoncer(candidate, acceptees, publications, publications, INSTANT)
    cites = [motif for motif in pris.value.motifs if motif.startswith("Rupture")]
    assert len(cites) == len(restent)
    assert all(any(f"« {nom} »" in motif for motif in cites) for nom in restent)
    inutiles = {a for a in acceptees if not (a == RUPTURE_1 or a.startswith("OFFRE_S0001:"))}
    assert {m.split(" »")[0].removeprefix("« ") for m in pris.value.motifs if m not in cites} == inutiles
    assert (publications.versions(), publications.file) == (avant, {})


@pytest.mark.exigence("R2.1")
@pytest.mark.parametrize(
    ("acceptee", "suffit"),
    [
        ("ACCES_FTTH/etage:REGLE_DURCIE:ETAGE-SI", True),
        ("ACCES_FTTH/etage:*", True),
        ("ACCES_FTTH:*", True),
        ("ACCES_FTTH/etage:REGLE_DURCIE", False),
        ("ACCES_FTTH/eta:*", False),
        ("ACCES:*", False),
    ],
)
def test_la_rupture_d_une_regle_s_accepte_aussi(acceptee: str, suffit: bool) -> None:
    ecart = Ecart("REGLE_DURCIE", Gravite.RUPTURE, "ACCES_FTTH", "etage", "Règle durcie.", regle="ETAGE-SI")
    assert ruptures([ecart], [acceptee]) == (() if suffit else (ecart,))


@pytest.mark.exigence("R2.1", "R2.2")
def test_toutes_les_raisons_a_la_fois__error() -> None:
    """Dates and differences, before the long work and after it."""
    publications = base()
    trop_tot = INSTANT + 3 * JOUR
    etapes: list[str] = []
    with pytest.raises(PublicationRefusee) as tot:
        preparer(sources_rompues(), URL, publications, INSTANT, trop_tot, lambda e, *_: etapes.append(e), acceptees=())
    assert etapes == ["lecture", "lecture"], "nothing was built"
    candidate = preparer(sources_rompues(), URL, publications, INSTANT, trop_tot)
    assert len(candidate.decision.manquements) == 1
    with pytest.raises(PublicationRefusee) as tard:
        annoncer(candidate, (), publications, publications, INSTANT)
    assert tot.value.motifs == tard.value.motifs
    preavis, *reste = tot.value.motifs
    assert "01/09/2026" in preavis, "the earliest date is told"
    assert len(reste) == 2
    assert str(tot.value) == "\n".join(tot.value.motifs)


@pytest.mark.exigence("R2.1")
def test_un_pack_faux_n_est_pas_candidat__error(monkeypatch: pytest.MonkeyPatch) -> None:
    publications = base()
    casse = changer(sources_essai(offres=2), {"catalogue.xml": remplacer("</catalogue>", "")})
    with pytest.raises(PackInvalide) as lu:
        preparer(casse, URL, publications, INSTANT, acceptees=())
    assert {p.code for p in lu.value.problemes} == {"XML_MAL_FORME"}
    problemes = (Probleme("xsd/depot.xsd", 0, "XSD_REFUSE_LIBXML2", "Non."),)
    recus: list[Any] = []

    def verifier(sources: object, pack: bytes, precedent: bytes | None, _: object) -> tuple[Probleme, ...]:
        recus.append((ouvrir_pack(pack).keys() >= {"pack.xml"}, precedent))
        return problemes

    monkeypatch.setattr(publication, "verifier", verifier)
    with pytest.raises(PackInvalide) as verifie:
        preparer(sources_essai(offres=2), URL, publications, INSTANT, acceptees=())
    assert verifie.value.problemes == problemes
    assert recus == [(True, pack_deux_offres())], "the gate sees the pack, and that of the version in force"


@pytest.mark.exigence("R2.2")
@pytest.mark.parametrize("cle", ["sans-rupture", "rompue"])
def test_qui_est_concerne__ok(cle: str) -> None:
    """Whoever has prestations in production: its address ends, even when no form of its Offres changes."""
    publications = base()
    candidate = _prete(cle)
    assert concernes(candidate, publications) == ("OPA", "OPB", "OPX")
    assert concernes(candidate, publications, a_tous=True) == ("OPA", "OPB", "OPC", "OPX")
    annoncer(candidate, [e.nom for e in candidate.ecarts], publications, publications, INSTANT, a_tous=True)
    assert [code for _, _, code in envois(publications)] == ["OPA", "OPB", "OPC", "OPX"]


@pytest.mark.exigence("R2.1", "R2.7")
def test_la_premiere_version__ok() -> None:
    publications = base(vide=True)
    candidate = preparer(sources_essai(offres=2), URL, publications, INSTANT, acceptees=())
    assert (candidate.ecarts, candidate.nouvelles_offres, candidate.decision.precedente) == ((), True, None)
    assert "changelog.html" not in ouvrir_pack(candidate.pack)
    annoncer(candidate, (), publications, publications, INSTANT)
    assert [code for _, _, code in envois(publications)] == ["OPA", "OPB", "OPC", "OPX"], "everyone"


@pytest.mark.exigence("R2.7")
def test_de_nouvelles_offres_sont_dites_aux_regles__ok(monkeypatch: pytest.MonkeyPatch) -> None:
    vus: list[bool] = []

    def decider(*arguments: Any, nouvelles_offres: bool) -> Any:
        vus.append(nouvelles_offres)
        return regles.decider(*arguments, nouvelles_offres=nouvelles_offres)

    monkeypatch.setattr(publication, "decider", decider)
    publications = base()
    candidate = preparer(sources_essai(offres=3), URL, publications, INSTANT)
    annoncer(candidate, (), publications, publications, INSTANT)
    assert vus[1:] == [True, True]
    assert not _prete("rompue").nouvelles_offres


@pytest.mark.exigence("R2.1", "R1.4")
def test_annoncer_de_nouveau_le_meme_contenu__error(candidate: Candidate) -> None:
    publications = base()
    premiere = annoncer(candidate, tous_les_noms(candidate), publications, publications, INSTANT)
    file = dict(publications.file)
    for encore in (
        lambda: annoncer(candidate, (), publications, publications, INSTANT + JOUR),
        lambda: preparer(sources_rompues(), URL, publications, INSTANT + JOUR, acceptees=()),
    ):
        with pytest.raises(VersionDejaAnnoncee) as pris:
            encore()
        assert (pris.value.version, pris.value.annonce, pris.value.ouverture) == (VERSION, INSTANT, premiere.ouverture)
    assert publications.file == file
    with pytest.raises(PublicationRefusee, match="autre date") as date:
        preparer(sources_rompues(), URL, publications, INSTANT, INSTANT + 99 * JOUR, acceptees=())
    assert not isinstance(date.value, VersionDejaAnnoncee)
    with pytest.raises(PublicationRefusee) as autre:
        preparer(sources_essai(offres=2), URL, publications, INSTANT, acceptees=())
    assert not isinstance(autre.value, VersionDejaAnnoncee)
    assert "jamais" in str(autre.value) or "déjà" in str(autre.value)
    assert len(publications.versions()) == 2


class Bousculee(FaussesPublications):
    """Somebody else records something just before the ``combien`` first announcements or withdrawals."""

    def __init__(self, origine: FaussesPublications, combien: int, geste: Callable[[int], None]) -> None:
        super().__init__(origine.base)
        self.connus, self.file = origine.connus, origine.file
        self.reste, self.geste = combien, geste

    def _verifier(self, attendues: Any) -> None:
        if self.reste:
            self.reste -= 1
            self.geste(self.reste)
        super()._verifier(attendues)


def _autre_retrait(origine: FaussesPublications) -> Callable[[int], None]:
    def geste(rang: int) -> None:
        publiee, octets = origine.base.publiees[AVANT]
        origine.base.publiees[AVANT] = (replace(publiee, annonce=publiee.annonce - (rang + 1) * JOUR), octets)

    return geste


@pytest.mark.exigence("R2.1")
def test_d_autres_versions_arrivent_entre_temps__ok(candidate: Candidate) -> None:
    origine = base()
    bousculee = Bousculee(origine, 1, _autre_retrait(origine))
    annoncer(candidate, tous_les_noms(candidate), bousculee, bousculee, INSTANT)
    avant = next(v for v in bousculee.versions() if v.version == AVANT)
    assert avant.annonce == INSTANT - 201 * JOUR, "decided again with what was there by then"
    assert avant.remplacante == VERSION


@pytest.mark.exigence("R2.1")
def test_sans_cesse_d_autres_versions__error(candidate: Candidate) -> None:
    origine = base()
    bousculee = Bousculee(origine, 9, _autre_retrait(origine))
    with pytest.raises(PublicationRefusee, match="Recommencer"):
        annoncer(candidate, tous_les_noms(candidate), bousculee, bousculee, INSTANT)
    assert bousculee.reste == 7, "decided again once"
    assert [v.version for v in bousculee.versions()] == [AVANT]
    assert bousculee.file == {}


@pytest.mark.exigence("R2.1")
def test_le_meme_contenu_est_annonce_entre_temps__error(candidate: Candidate) -> None:
    origine = base()

    def geste(_: int) -> None:
        origine.base.publiees[VERSION] = (VersionPubliee(VERSION, INSTANT, INSTANT + 90 * JOUR), candidate.pack)

    bousculee = Bousculee(origine, 1, geste)
    with pytest.raises(VersionDejaAnnoncee):
        annoncer(candidate, tous_les_noms(candidate), bousculee, bousculee, INSTANT)


@pytest.mark.exigence("R2.1")
def test_une_autre_version_est_a_remplacer__error(candidate: Candidate) -> None:
    """The changelog in the pack would lie."""
    publications = base()
    entre = VersionPubliee("2029.2", INSTANT - JOUR, INSTANT + JOUR)
    publications.base.publiees[AVANT] = (
        replace(publications.versions()[0], retrait=INSTANT + 2 * JOUR),
        pack_deux_offres(),
    )
    publications.base.enregistrer_version(entre, pack_deux_offres())
    with pytest.raises(PublicationRefusee) as pris:
        annoncer(candidate, tous_les_noms(candidate), publications, publications, INSTANT)
    assert any("comparé" in motif for motif in pris.value.motifs)
    assert len(publications.versions()) == 2


@pytest.mark.exigence("R2.1")
def test_un_candidat_passe_d_un_processus_a_l_autre__ok() -> None:
    publications = base()
    depart = rassembler(sources_rompues(), URL, publications, INSTANT, acceptees=[RUPTURE_1])
    assert pickle.loads(pickle.dumps(depart)) == depart
    with pytest.raises(PublicationRefusee) as pris:
        elaborer(depart)
    assert pickle.loads(pickle.dumps(pris.value)).motifs == pris.value.motifs
    candidate = _prete("rompue")
    assert pickle.loads(pickle.dumps(candidate)) == candidate
    invalide = PackInvalide([Probleme("b", 2, "B", "b"), Probleme("a", 1, "A", "a")])
    assert pickle.loads(pickle.dumps(invalide)).problemes == invalide.problemes
    deja = VersionDejaAnnoncee("dit", VERSION, INSTANT, INSTANT + JOUR)
    copie = pickle.loads(pickle.dumps(deja))
    assert (copie.motifs, copie.version, copie.ouverture) == (deja.motifs, VERSION, INSTANT + JOUR)


@pytest.mark.exigence("R2.1")
@pytest.mark.parametrize("catalogue", [b"", b"<a", b"<catalogue/>", b'<catalogue version="demain"/>'])
def test_des_sources_sans_numero__error(catalogue: bytes) -> None:
    publications = base()
    depart = rassembler({"catalogue.xml": catalogue}, URL, publications, INSTANT, acceptees=())
    assert depart.precedent is None
    with pytest.raises(PackInvalide):
        elaborer(depart)


@pytest.mark.exigence("R2.1", "R2.2")
def test_retirer_une_annonce__ok(candidate: Candidate) -> None:
    publications = base()
    (avant,) = publications.versions()
    annoncee = annoncer(candidate, tous_les_noms(candidate), publications, publications, INSTANT)
    numeros = {s.envoi.operateur: n for n, s in publications.file.items()}
    publications.reussir(numeros["OPA"], INSTANT)
    rendue = retirer_annonce(VERSION, publications, publications, annoncee.ouverture - JOUR)
    assert rendue.etat(annoncee.ouverture) is EtatVersion.ANNULEE
    assert set(publications.versions()) == {avant, rendue}, "the version before has its former dates"
    assert envois(publications) == [(GenreAvis.ANNONCE_RETIREE, VERSION, code) for code in ("OPA", "OPB", "OPX")]
    with pytest.raises(PublicationRefusee):
        retirer_annonce(VERSION, publications, publications, annoncee.ouverture - JOUR)
    with pytest.raises(PublicationRefusee) as reprise:
        annoncer(candidate, tous_les_noms(candidate), publications, publications, INSTANT + JOUR)
    assert not isinstance(reprise.value, VersionDejaAnnoncee), "a number is never used again"


@pytest.mark.exigence("R2.1")
def test_trop_tard_ou_inconnue__error(candidate: Candidate) -> None:
    publications = base()
    annoncee = annoncer(candidate, tous_les_noms(candidate), publications, publications, INSTANT)
    avant = (publications.versions(), dict(publications.file))
    for version, instant in ((VERSION, annoncee.ouverture), (AVANT, INSTANT), ("2040.1", INSTANT)):
        with pytest.raises(PublicationRefusee) as pris:
            retirer_annonce(version, publications, publications, instant)
        assert version in str(pris.value)
    assert (publications.versions(), publications.file) == avant


@pytest.mark.exigence("R2.1")
def test_un_retrait_bouscule__error(candidate: Candidate) -> None:
    origine = base()
    annoncer(candidate, tous_les_noms(candidate), origine, origine, INSTANT)
    une_fois = Bousculee(origine, 1, _autre_retrait(origine))
    assert retirer_annonce(VERSION, une_fois, une_fois, INSTANT + JOUR).annulation == INSTANT + JOUR
    sans_cesse = base()
    annoncer(candidate, tous_les_noms(candidate), sans_cesse, sans_cesse, INSTANT)
    bousculee = Bousculee(sans_cesse, 9, _autre_retrait(sans_cesse))
    with pytest.raises(PublicationRefusee, match="Recommencer"):
        retirer_annonce(VERSION, bousculee, bousculee, INSTANT + JOUR)
    assert all(v.annulation is None for v in sans_cesse.versions())


@pytest.mark.exigence("R2.1")
def test_le_faux_refuse_aussi_un_numero_pris__error(candidate: Candidate) -> None:
    """What the tests above lean on."""
    publications = base()
    nouvelle = candidate.decision.nouvelle
    avis = [Envoi(GenreAvis.VERSION_ANNONCEE, VERSION, "OPA")]
    with pytest.raises(VersionsChangees):
        publications.annoncer(nouvelle, candidate.pack, None, avis, ())
    publications.annoncer(nouvelle, candidate.pack, None, avis, publications.versions())
    with pytest.raises(VersionsChangees):
        publications.annoncer(nouvelle, candidate.pack, None, avis, publications.versions())
    assert pack_essai() != candidate.pack
