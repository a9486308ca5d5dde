"""What the ports of publication promise, on every engine, and of the fake that the tests of the use cases rely on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from esav_soap.avis import Envoi, EnvoiPris, EnvoiSuivi, EtatEnvoi, GenreAvis, Operateur
from esav_soap.publication import VersionPubliee
from esav_soap.store import ouvrir
from esav_soap.usecases.ports.versions import VersionsChangees
from tests.faux_publication import FaussesPublications
from tests.integration.exemples import PRESTATION
from tests.integration.publications import (
    ANNULATION,
    ANNULEE,
    EN_VIGUEUR,
    INSTANT,
    OPERATEURS,
    RETRAITS,
    annoncee,
    envois,
    remplacee,
)
from tests.integration.semis import Store

BAIL = timedelta(minutes=5)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql), "faux"])
def moteur(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def store(moteur: str, request: pytest.FixtureRequest) -> Iterator[Store]:
    """With 2026.1 in force."""
    if moteur == "faux":
        faux = FaussesPublications()
        faux.enregistrer_version(EN_VIGUEUR, b"pack 1")
        yield faux
    else:
        with ouvrir(request.getfixturevalue("url")) as ouvert:
            ouvert.enregistrer_version(EN_VIGUEUR, b"pack 1")
            yield ouvert


def annoncer(store: Store) -> None:
    store.annoncer(annoncee(), b"pack 2", remplacee(), envois(), [EN_VIGUEUR])


def suivi(numero: int, envoi: Envoi, cree_le: datetime = INSTANT) -> EnvoiSuivi:
    return EnvoiSuivi(numero, envoi, EtatEnvoi.EN_ATTENTE, 0, cree_le, cree_le, None, "")


def file(store: Store) -> list[EnvoiSuivi]:
    """The queue, the oldest first."""
    return list(reversed(store.suivis(None, 100)))


# -- announcements -----------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R2.1", "R2.2", "R2.3")
def test_annonce_enregistre_tout(store: Store) -> None:
    annoncer(store)
    assert store.versions() == (remplacee(), annoncee())
    assert (store.pack("2026.1"), store.pack("2026.2")) == (b"pack 1", b"pack 2")
    assert file(store) == [suivi(n, envoi) for n, envoi in enumerate(envois(), 1)]


@pytest.mark.exigence("R2.1")
def test_premiere_version_sans_precedente_ni_avis(store: Store) -> None:
    tres_loin = replace(annoncee("2027.10"), ouverture=INSTANT.astimezone(timezone(timedelta(hours=2))))
    store.annoncer(tres_loin, b"", None, [], [EN_VIGUEUR])
    assert store.versions() == (EN_VIGUEUR, tres_loin)
    assert (store.pack("2027.10"), file(store)) == (b"", [])


@pytest.mark.exigence("R2.3", "R2.4")
@pytest.mark.parametrize(
    "attendues",
    [
        [],
        [remplacee()],
        [EN_VIGUEUR, annoncee("2026.3")],
        [replace(EN_VIGUEUR, ouverture=EN_VIGUEUR.ouverture + timedelta(microseconds=1))],
        [replace(EN_VIGUEUR, annulation=INSTANT)],
    ],
)
def test_decision_sur_d_autres_versions_n_ecrit_rien(store: Store, attendues: list[VersionPubliee]) -> None:
    with pytest.raises(VersionsChangees):
        store.annoncer(annoncee(), b"pack 2", remplacee(), envois(), attendues)
    assert (store.versions(), store.pack("2026.2"), file(store)) == ((EN_VIGUEUR,), None, [])
    annoncer(store)
    avant = store.versions(), file(store)
    with pytest.raises(VersionsChangees):
        store.retirer_annonce(ANNULEE, EN_VIGUEUR, RETRAITS, attendues)
    assert (store.versions(), file(store)) == avant


@pytest.mark.exigence("R2.3", "R2.4")
def test_attendues_sont_comparees_par_instant_et_sans_ordre(store: Store) -> None:
    annoncer(store)
    ailleurs = timezone(timedelta(hours=-5))
    vues = [replace(v, annonce=v.annonce.astimezone(ailleurs)) for v in (annoncee(), remplacee())]
    store.retirer_annonce(ANNULEE, EN_VIGUEUR, [], vues)
    assert store.versions() == (EN_VIGUEUR, ANNULEE)


@pytest.mark.exigence("R2.3", "R2.4")
def test_numero_deja_pris_meme_par_une_annonce_retiree(store: Store) -> None:
    annoncer(store)
    connues = [remplacee(), annoncee()]
    with pytest.raises(VersionsChangees):
        store.annoncer(annoncee(), b"autre", None, [], connues)
    store.retirer_annonce(ANNULEE, EN_VIGUEUR, [], connues)
    with pytest.raises(VersionsChangees):
        store.annoncer(annoncee(), b"autre", remplacee(), envois(), [EN_VIGUEUR, ANNULEE])
    assert (store.versions(), store.pack("2026.2"), file(store)) == ((EN_VIGUEUR, ANNULEE), b"pack 2", [])


@pytest.mark.exigence("R2.1")
def test_precedente_inconnue_n_ecrit_rien(store: Store) -> None:
    with pytest.raises(VersionsChangees):
        store.annoncer(annoncee(), b"", annoncee("2025.9"), envois(), [EN_VIGUEUR])
    assert (store.versions(), file(store)) == ((EN_VIGUEUR,), [])
    with pytest.raises(VersionsChangees):
        store.retirer_annonce(ANNULEE, None, RETRAITS, [EN_VIGUEUR])
    assert (store.versions(), file(store)) == ((EN_VIGUEUR,), [])


@pytest.mark.exigence("R2.1", "R2.2")
def test_retrait_remet_les_dates_et_abandonne_les_avis_qui_attendent(store: Store) -> None:
    annoncer(store)
    store.ajouter([Envoi(GenreAvis.RAPPEL_RETRAIT, "2026.1", "OPA")], INSTANT)
    for pris in store.prendre(INSTANT, BAIL, 2):
        if pris.numero == 1:
            store.reussir(1, INSTANT)
        else:
            store.echouer(2, INSTANT, "refus", None)
    store.retirer_annonce(ANNULEE, EN_VIGUEUR, RETRAITS, [remplacee(), annoncee()])
    assert store.versions() == (EN_VIGUEUR, ANNULEE)
    assert store.pack("2026.2") == b"pack 2"
    restent = file(store)
    assert [(s.envoi, s.etat) for s in restent] == [
        (envois()[0], EtatEnvoi.ENVOYE),
        (Envoi(GenreAvis.RAPPEL_RETRAIT, "2026.1", "OPA"), EtatEnvoi.EN_ATTENTE),
        *((envoi, EtatEnvoi.EN_ATTENTE) for envoi in RETRAITS),
    ]
    assert {s.cree_le for s in restent[2:]} == {ANNULATION}


@pytest.mark.exigence("R2.1", "R2.2")
def test_avis_en_cours_d_envoi_pendant_le_retrait_ne_passe_pas_pour_celui_du_retrait(store: Store) -> None:
    """A number is never given again: the worker reports the announcement that it was sending when it was withdrawn."""
    annoncer(store)
    pris = store.prendre(INSTANT, BAIL, 10)
    store.retirer_annonce(ANNULEE, EN_VIGUEUR, RETRAITS, [remplacee(), annoncee()])
    for envoi in pris:
        store.reussir(envoi.numero, ANNULATION)
    assert len(pris) == len(OPERATEURS)
    assert [(s.envoi, s.etat) for s in file(store)] == [(envoi, EtatEnvoi.EN_ATTENTE) for envoi in RETRAITS]


@pytest.mark.exigence("R2.1")
def test_retrait_sans_date_d_annulation(store: Store) -> None:
    annoncer(store)
    with pytest.raises(ValueError, match="annulation"):
        store.retirer_annonce(annoncee(), EN_VIGUEUR, [], [remplacee(), annoncee()])
    assert store.versions() == (remplacee(), annoncee())


@pytest.mark.exigence("R2.4")
def test_installation_garde_l_annulation(store: Store) -> None:
    store.enregistrer_version(ANNULEE, b"a")
    assert store.versions() == (EN_VIGUEUR, ANNULEE)
    store.enregistrer_version(annoncee(), b"b")
    assert (store.versions(), store.pack("2026.2")) == ((EN_VIGUEUR, annoncee()), b"b")


@pytest.mark.exigence("R2.2")
def test_avises_sont_ceux_de_l_annonce_envoyee_ou_non(store: Store) -> None:
    store.annoncer(annoncee(), b"", remplacee(), reversed(envois()), [EN_VIGUEUR])
    store.ajouter([Envoi(GenreAvis.RAPPEL_RETRAIT, "2026.2", "OPD"), *envois("2026.3")[:1]], INSTANT)
    store.prendre(INSTANT, BAIL, 10)
    store.reussir(1, INSTANT)
    store.echouer(2, INSTANT, "non", None)
    assert [store.avises(version) for version in ("2026.1", "2026.2", "2026.3")] == [(), OPERATEURS, ("OPA",)]


# -- the queue of notices ----------------------------------------------------------------------------------------------


@pytest.mark.exigence("R2.2")
def test_meme_avis_n_entre_qu_une_fois(store: Store) -> None:
    a, b, c = envois()
    assert store.ajouter([a, b, a], INSTANT) == 2
    assert store.ajouter(iter([b, c]), INSTANT + BAIL) == 1
    assert store.ajouter([], INSTANT) == 0
    assert [(s.envoi, s.cree_le) for s in file(store)] == [(a, INSTANT), (b, INSTANT), (c, INSTANT + BAIL)]
    (pris,) = store.prendre(INSTANT, BAIL, 1)
    store.reussir(pris.numero, INSTANT)
    assert store.ajouter([a, b, c], INSTANT) == 0  # one that was sent is known as well


@pytest.mark.exigence("R2.2")
def test_mille_avis_entrent_d_un_coup(store: Store) -> None:
    nombreux = [Envoi(GenreAvis.VERSION_ANNONCEE, "2026.2", f"OP{n}") for n in range(1500)]
    assert store.ajouter(nombreux, INSTANT) == 1500
    assert store.ajouter(nombreux, INSTANT) == 0
    assert [p.envoi for p in store.prendre(INSTANT, BAIL, 2000)] == nombreux


@pytest.mark.exigence("R2.2")
def test_bail_exclut_les_autres_jusqu_a_sa_fin(store: Store) -> None:
    store.ajouter(envois(), INSTANT)
    a, b, c = envois()
    assert store.prendre(INSTANT - timedelta(microseconds=1), BAIL, 10) == ()
    assert store.prendre(INSTANT, BAIL, 2) == (EnvoiPris(1, a, 0), EnvoiPris(2, b, 0))
    assert store.prendre(INSTANT, BAIL, 10) == (EnvoiPris(3, c, 0),)
    assert store.prendre(INSTANT + BAIL - timedelta(microseconds=1), BAIL, 10) == ()
    assert store.prendre(INSTANT + BAIL, BAIL, 10) == (EnvoiPris(1, a, 1), EnvoiPris(2, b, 1), EnvoiPris(3, c, 1))
    assert [s.essais for s in file(store)] == [2, 2, 2]


@pytest.mark.exigence("R2.2")
def test_plus_anciens_d_abord(store: Store) -> None:
    a, b, c = envois()
    store.ajouter([c], INSTANT + timedelta(seconds=2))
    store.ajouter([a], INSTANT + timedelta(seconds=1))
    store.ajouter([b], INSTANT)
    plus_tard = INSTANT + timedelta(minutes=1)
    pris = [store.prendre(plus_tard, BAIL, 1)[0].envoi for _ in range(3)]
    assert pris == [b, a, c]


@pytest.mark.exigence("R2.2")
def test_succes_est_definitif(store: Store) -> None:
    store.ajouter(envois()[:1], INSTANT)
    store.prendre(INSTANT, BAIL, 1)
    store.reussir(1, INSTANT + BAIL)
    envoye = replace(suivi(1, envois()[0]), etat=EtatEnvoi.ENVOYE, essais=1, prochain=None, envoye_le=INSTANT + BAIL)
    assert file(store) == [envoye]
    store.echouer(1, INSTANT, "trop tard", INSTANT)
    store.echouer(1, INSTANT, "trop tard", None, essais=0)
    store.reussir(1, INSTANT + 2 * BAIL)
    store.reussir(999, INSTANT)
    store.echouer(999, INSTANT, "inconnu", None)
    assert store.rejouer([1], INSTANT) == 0
    assert file(store) == [envoye]
    assert store.prendre(INSTANT + timedelta(days=999), BAIL, 10) == ()


@pytest.mark.exigence("R2.2")
def test_echec_se_reprend_a_son_heure_ou_va_au_rebut(store: Store) -> None:
    store.ajouter(envois(), INSTANT)
    store.prendre(INSTANT, BAIL, 2)
    reprise = INSTANT + timedelta(hours=1)
    store.echouer(1, INSTANT, "« connexion refusée »", reprise, essais=0)
    store.echouer(2, INSTANT, "adresse inconnue", None)
    en_attente = replace(suivi(1, envois()[0]), essais=1, prochain=reprise, erreur="« connexion refusée »")
    rebut = replace(suivi(2, envois()[1]), etat=EtatEnvoi.REBUT, essais=1, prochain=None, erreur="adresse inconnue")
    assert file(store) == [en_attente, rebut, suivi(3, envois()[2])]
    assert store.suivis(EtatEnvoi.REBUT, 10) == (rebut,)
    assert store.suivis(EtatEnvoi.EN_ATTENTE, 1) == (suivi(3, envois()[2]),)
    assert store.suivis(EtatEnvoi.ENVOYE, 10) == ()
    assert [p.numero for p in store.prendre(reprise - timedelta(microseconds=1), BAIL, 10)] == [3]
    assert [(p.numero, p.essais) for p in store.prendre(reprise, BAIL, 10)] == [(1, 1)]


@pytest.mark.exigence("R2.2")
def test_bail_perdu_ne_juge_plus(store: Store) -> None:
    """A worker stalls past its lease; another has the notice now, and sends it or is about to."""
    store.ajouter(envois()[:1], INSTANT)
    (stale,) = store.prendre(INSTANT, BAIL, 1)
    (second,) = store.prendre(INSTANT + BAIL, BAIL, 1)
    store.echouer(1, INSTANT + BAIL, "lent", INSTANT + BAIL, essais=stale.essais)
    assert store.prendre(INSTANT + BAIL, BAIL, 1) == ()  # the second's lease stands
    store.echouer(1, INSTANT + BAIL, "lent", None, essais=stale.essais)
    assert store.suivis(EtatEnvoi.REBUT, 1) == ()
    store.echouer(1, INSTANT + BAIL, "vraiment", None, essais=second.essais)
    assert [s.erreur for s in store.suivis(EtatEnvoi.REBUT, 1)] == ["vraiment"]
    store.reussir(1, INSTANT + BAIL)  # it went out all the same, from the first worker
    assert [s.erreur for s in store.suivis(EtatEnvoi.ENVOYE, 1)] == [""]


@pytest.mark.exigence("R2.2")
def test_rejouer_rend_tous_les_essais(store: Store) -> None:
    store.ajouter(envois(), INSTANT)
    store.prendre(INSTANT, BAIL, 3)
    store.echouer(1, INSTANT, "non", None)
    store.echouer(2, INSTANT, "non", None)
    plus_tard = INSTANT + timedelta(days=3)
    assert store.rejouer([1, 1, 3, 999], plus_tard) == 1
    assert store.rejouer([], plus_tard) == 0
    assert [(s.numero, s.erreur) for s in store.suivis(EtatEnvoi.REBUT, 10)] == [(2, "non")]
    assert [(p.numero, p.essais) for p in store.prendre(plus_tard, BAIL, 10)] == [(1, 0), (3, 1)]
    assert store.rejouer(range(2000), plus_tard) == 1


# -- opérateurs --------------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R2.2")
def test_operateurs_se_relisent_et_se_corrigent(store: Store) -> None:
    assert store.operateurs() == ()
    b = Operateur("OPB", "Été & fils", "sav@opb.example")
    a = Operateur("OPA", "Alpha", "sav@opa.example")
    store.declarer_operateur(b)
    store.declarer_operateur(a)
    store.declarer_operateur(replace(b, courriel="autre@opb.example"))
    assert store.operateurs() == (a, replace(b, courriel="autre@opb.example"))


@pytest.mark.exigence("R2.2")
def test_operateurs_concernes_par_offre(store: Store) -> None:
    assert store.operateurs_par_offre() == ()
    parc = [
        replace(PRESTATION, operateur=operateur, offre=offre, plateforme=plateforme, identifiant=f"P{n}")
        for n, (plateforme, operateur, offre) in enumerate(
            [
                ("production", "OPB", "FIBRE_NOIRE"),
                ("production", "OPA", "GENIE_CIVIL"),
                ("production", "OPA", "ACCES_FTTH"),
                ("production", "OPA", "ACCES_FTTH"),
                ("integration", "OPC", "ACCES_FTTH"),
                ("integration", "OPA", "FIBRE_NOIRE"),
            ]
        )
    ]
    if isinstance(store, FaussesPublications):
        store.base.ajouter(*parc)
    else:
        store.importer(parc)
    assert store.operateurs_par_offre() == (("OPA", "ACCES_FTTH"), ("OPA", "GENIE_CIVIL"), ("OPB", "FIBRE_NOIRE"))
