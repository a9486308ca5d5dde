"""What the ports of access promise, on every engine, and of the fake that the tests of the use cases rely on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError

from esav_soap.certificats import CertificatEnregistre, Demande, GenreDemande, Origine, Role
from esav_soap.homologation import Domaine, Homologation
from esav_soap.names import PLATEFORMES
from esav_soap.souscription import Acces, BonDeCommande, Interlocuteur, Souscription
from esav_soap.store import ouvrir
from esav_soap.usecases.ports import acces as ports_acces
from esav_soap.usecases.ports.acces import CertificatDejaConnu, DemandeDejaTraitee
from tests.faux_acces import FauxAcces
from tests.integration.acces import (
    AUTORITE,
    BON,
    HOMOLOGATION,
    INSTANT,
    JOUR,
    SOUSCRIPTION,
    certificat,
    demande,
    empreinte,
)

#: Every example goes into the same database: the objects have keys of their own.
EXEMPLES = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql), "faux"])
def moteur(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def store(moteur: str, request: pytest.FixtureRequest) -> Iterator[ports_acces.Acces]:
    if moteur == "faux":
        yield FauxAcces()
    else:
        with ouvrir(request.getfixturevalue("url")) as ouvert:
            yield ouvert


@pytest.fixture
def relire(moteur: str, store: ports_acces.Acces, request: pytest.FixtureRequest) -> Iterator[ports_acces.Acces]:
    """The same store as another process sees it."""
    if moteur == "faux":
        yield store
    else:
        with ouvrir(request.getfixturevalue("url"), creer=False) as autre:
            yield autre


# What PostgreSQL's text does not hold, no certificate or form carries either: U+0000, and halves of surrogates.
textes = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
instants = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001
    datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-11, minutes=-30))]),
)
peut_etre = st.none() | instants
plateformes = st.sets(st.sampled_from(PLATEFORMES)).map(frozenset)
octets = st.binary(max_size=40)


def en_utc(objet: Any) -> list[tuple[str, Any]]:
    """Instants among its fields with their zone: equality of instants does not look at it."""
    noms = [champ.name for champ in fields(objet)]
    return [(nom, valeur.tzinfo) for nom in noms if isinstance(valeur := getattr(objet, nom), datetime)]


# -- certificates ------------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R6.2")
def test_certificat_se_relit_ailleurs_tel_quel(store: ports_acces.Acces, relire: ports_acces.Acces) -> None:
    assert store.certificats() == ()
    complet = certificat(
        "un",
        plateformes=frozenset({"integration"}),
        role=Role.FOURNISSEUR,
        origine=Origine.FOURNISSEUR,
        revoque_le=INSTANT,
        motif_revocation="clé perdue — été",
    )
    store.enregistrer_certificat(complet)
    (relu,) = relire.certificats()
    assert (relu, relu.der) == (complet, b"\x30\x82\x00\xffun")
    assert set(dict(en_utc(relu)).values()) == {UTC}
    assert len(en_utc(relu)) == 5


@pytest.mark.exigence("R6.2")
@given(
    champs=st.fixed_dictionaries(
        {
            **dict.fromkeys(("titulaire", "sujet", "emetteur", "numero_serie", "motif_revocation"), textes),
            **dict.fromkeys(("debut", "fin", "recu_le", "enregistre_le"), instants),
            "revoque_le": peut_etre,
            "plateformes": plateformes,
            "role": st.sampled_from(Role),
            "origine": st.sampled_from(Origine),
            "der": octets,
        }
    )
)
@EXEMPLES
def test_tout_certificat_se_relit(store: ports_acces.Acces, champs: dict[str, Any]) -> None:
    nouveau = certificat(str(len(store.certificats())), **champs)
    store.enregistrer_certificat(nouveau)
    assert {c.empreinte: c for c in store.certificats()}[nouveau.empreinte] == nouveau


@pytest.mark.exigence("R6.2")
def test_certificats_par_titulaire_puis_par_fin(store: ports_acces.Acces) -> None:
    b, e, a2, a1 = (
        certificat("b", titulaire="OPB", fin=INSTANT),
        certificat("é", titulaire="ÉTÉ"),
        certificat("a2", fin=INSTANT + 9 * JOUR),
        certificat("a1", fin=INSTANT + 8 * JOUR),
    )
    for un in (b, e, a2, a1):
        store.enregistrer_certificat(un)
    assert store.certificats() == (a1, a2, b, e)


@pytest.mark.exigence("R6.2")
def test_certificat_deja_connu_ne_change_rien(store: ports_acces.Acces) -> None:
    """Whoever holds it, also when it is revoked; and the request goes on waiting."""
    store.enregistrer_certificat(certificat("un"))
    store.revoquer_certificats([empreinte("un")], INSTANT, "perdu")
    numero = store.ajouter_demande(demande())
    avant = store.certificats()
    for titulaire in ("OPA", "OPB"):
        with pytest.raises(CertificatDejaConnu):
            store.enregistrer_certificat(certificat("un", titulaire=titulaire), numero)
    assert store.certificats() == avant
    assert [d.numero for d in store.demandes()] == [numero]


@pytest.mark.exigence("R6.2")
def test_certificat_repond_a_sa_demande(store: ports_acces.Acces) -> None:
    premiere, seconde = store.ajouter_demande(demande()), store.ajouter_demande(demande())
    store.enregistrer_certificat(certificat("un"), seconde)
    assert store.demandes() == (demande(numero=premiere),)
    traitee = demande(numero=seconde, traitee_le=INSTANT + JOUR, empreinte=empreinte("un"))
    assert store.demandes(en_attente=False) == (demande(numero=premiere), traitee)
    store.enregistrer_certificat(certificat("deux"))
    assert store.demandes() == (demande(numero=premiere),)


@pytest.mark.exigence("R6.2")
def test_une_demande_n_est_satisfaite_qu_une_fois(store: ports_acces.Acces) -> None:
    numero, classee = store.ajouter_demande(demande()), store.ajouter_demande(demande())
    store.enregistrer_certificat(certificat("un"), numero)
    assert store.classer_demande(classee, INSTANT)
    avant = store.certificats(), store.demandes(en_attente=False)
    for prise in (numero, classee, 999):
        with pytest.raises(DemandeDejaTraitee):
            store.enregistrer_certificat(certificat("deux"), prise)
        assert not store.classer_demande(prise, INSTANT + JOUR)
    assert (store.certificats(), store.demandes(en_attente=False)) == avant


@pytest.mark.exigence("R6.2")
def test_revocation_ne_touche_que_les_vivants(store: ports_acces.Acces) -> None:
    for nom in ("un", "deux", "trois"):
        store.enregistrer_certificat(certificat(nom))
    assert store.revoquer_certificats([empreinte("un")], INSTANT, "clé perdue") == 1
    vises = [empreinte("un"), empreinte("deux"), empreinte("deux"), empreinte("inconnu")]
    assert store.revoquer_certificats(vises, INSTANT + JOUR, "fin d'accès") == 1
    assert store.revoquer_certificats(vises, INSTANT + 2 * JOUR, "encore") == 0
    assert store.revoquer_certificats([], INSTANT, "") == 0
    vus = {c.empreinte: (c.revoque_le, c.motif_revocation) for c in store.certificats()}
    assert vus == {
        empreinte("un"): (INSTANT, "clé perdue"),
        empreinte("deux"): (INSTANT + JOUR, "fin d'accès"),
        empreinte("trois"): (None, ""),
    }


@pytest.mark.exigence("R6.2")
def test_mille_certificats_se_revoquent_d_un_coup(store: ports_acces.Acces) -> None:
    """More than one statement may name."""
    inconnus = [empreinte(f"inconnu {n}") for n in range(40_000)]
    store.enregistrer_certificat(certificat("un"))
    store.enregistrer_certificat(certificat("deux"))
    assert store.revoquer_certificats([empreinte("un"), *inconnus, empreinte("deux")], INSTANT, "tous") == 2


@pytest.mark.exigence("R6.2")
def test_revocation_publie_la_liste_ou_n_a_pas_lieu(store: ports_acces.Acces) -> None:
    store.enregistrer_autorite(AUTORITE)
    store.enregistrer_certificat(certificat("un"))
    with pytest.raises(LookupError):
        store.revoquer_certificats([empreinte("un")], INSTANT, "perdu", empreinte("autre"), lambda *_: b"liste")
    assert (store.certificats(), store.autorites()) == ((certificat("un"),), (AUTORITE,))
    vus: list[tuple[bytes | None, list[str]]] = []

    def lister(precedente: bytes | None, revoques: Sequence[CertificatEnregistre]) -> bytes:
        vus.append((precedente, sorted(c.empreinte for c in revoques if c.revoque_le == INSTANT)))
        return b"liste\x00%d" % len(vus)

    assert store.revoquer_certificats([empreinte("un")], INSTANT, "perdu", AUTORITE.empreinte, lister) == 1
    assert store.autorites() == (replace(AUTORITE, crl=b"liste\x001"),)
    assert store.revoquer_certificats([], INSTANT, "", AUTORITE.empreinte, lister) == 0
    assert store.autorites() == (replace(AUTORITE, crl=b"liste\x002"),)
    store.revoquer_certificats([], INSTANT, "")
    assert store.autorites() == (replace(AUTORITE, crl=b"liste\x002"),)
    assert vus == [(AUTORITE.crl, [empreinte("un")]), (b"liste\x001", [empreinte("un")])]


@pytest.mark.exigence("R6.2")
def test_une_liste_qui_ne_se_fait_pas_ne_laisse_rien_de_revoque(store: ports_acces.Acces) -> None:
    """The key is another's, the disk is full: nothing is half done."""
    store.enregistrer_autorite(AUTORITE)
    store.enregistrer_certificat(certificat("un"))

    def echouer(*_: object) -> bytes:
        raise OSError

    with pytest.raises(OSError):
        store.revoquer_certificats([empreinte("un")], INSTANT, "perdu", AUTORITE.empreinte, echouer)
    assert (store.certificats(), store.autorites()) == ((certificat("un"),), (AUTORITE,))


# -- CAs ---------------------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R6.2")
def test_autorite_se_relit_ailleurs_telle_quelle(store: ports_acces.Acces, relire: ports_acces.Acces) -> None:
    assert store.autorites() == ()
    z = replace(AUTORITE, empreinte=empreinte("z"), nom="Zeta", interne=False, crl=None, retiree_le=INSTANT)
    a = replace(AUTORITE, empreinte=empreinte("a"), nom="Alpha")
    for une in (z, AUTORITE, a):
        store.enregistrer_autorite(une)
    relues = relire.autorites()
    assert relues == (AUTORITE, a, z)
    assert [(r.der, r.crl, r.interne) for r in relues] == [(x.der, x.crl, x.interne) for x in (AUTORITE, a, z)]
    assert {zone for relue in relues for _, zone in en_utc(relue)} == {UTC}


@pytest.mark.exigence("R6.2")
def test_autorite_reconnue_de_nouveau_garde_sa_liste(store: ports_acces.Acces) -> None:
    store.enregistrer_autorite(AUTORITE)
    assert store.retirer_autorite(AUTORITE.empreinte, INSTANT)
    assert store.retirer_autorite(AUTORITE.empreinte, INSTANT + JOUR)
    assert store.autorites() == (replace(AUTORITE, retiree_le=INSTANT),)
    revenue = replace(AUTORITE, nom="Autre nom", ajoutee_le=INSTANT + JOUR, crl=None)
    store.enregistrer_autorite(revenue)
    assert store.autorites() == (replace(revenue, crl=b"crl"),)
    store.enregistrer_autorite(replace(revenue, crl=b""))
    assert store.autorites() == (replace(revenue, crl=b""),)


@pytest.mark.exigence("R6.2")
def test_liste_d_une_autorite_inconnue_ne_s_enregistre_pas(store: ports_acces.Acces) -> None:
    assert not store.enregistrer_crl(AUTORITE.empreinte, b"x")
    assert not store.retirer_autorite(AUTORITE.empreinte, INSTANT)
    assert store.autorites() == ()
    store.enregistrer_autorite(replace(AUTORITE, crl=None))
    assert store.enregistrer_crl(AUTORITE.empreinte, b"x" * 200_000)
    assert store.autorites() == (replace(AUTORITE, crl=b"x" * 200_000),)


# -- requests ----------------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R6.2")
def test_demandes_par_echeance_puis_par_numero(store: ports_acces.Acces, relire: ports_acces.Acces) -> None:
    assert store.demandes() == store.demandes(en_attente=False) == ()
    tard = demande(genre=GenreDemande.ENREGISTREMENT, echeance=date(2027, 1, 2), plateformes=frozenset({"production"}))
    numeros = [store.ajouter_demande(une) for une in (tard, demande(numero=77), demande(titulaire="ÉTÉ"))]
    assert len(set(numeros)) == 3
    assert 0 not in numeros
    attendues = (
        demande(numero=numeros[1]),
        demande(numero=numeros[2], titulaire="ÉTÉ"),
        replace(tard, numero=numeros[0]),
    )
    relues = relire.demandes()
    assert relues == attendues
    assert [(r.piece, type(r.echeance)) for r in relues] == [(demande().piece, date)] * 3


@pytest.mark.exigence("R6.2")
@given(
    champs=st.fixed_dictionaries(
        {
            "genre": st.sampled_from(GenreDemande),
            "titulaire": textes,
            "role": st.sampled_from(Role),
            "plateformes": plateformes,
            "piece": octets,
            "recue_le": instants,
            "echeance": st.dates(),
            "traitee_le": peut_etre,
            "empreinte": textes,
        }
    )
)
@EXEMPLES
def test_toute_demande_se_relit(store: ports_acces.Acces, champs: dict[str, Any]) -> None:
    numero = store.ajouter_demande(demande(**champs))
    (relue,) = (d for d in store.demandes(en_attente=False) if d.numero == numero)
    assert relue == demande(numero=numero, **champs)
    assert (relue in store.demandes()) == (champs["traitee_le"] is None)


@pytest.mark.exigence("R6.2")
def test_demande_classee_n_attend_plus(store: ports_acces.Acces) -> None:
    numero = store.ajouter_demande(demande())
    assert store.classer_demande(numero, INSTANT)
    assert store.demandes() == ()
    assert store.demandes(en_attente=False) == (demande(numero=numero, traitee_le=INSTANT, empreinte=""),)


# -- subscriptions -----------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R6.6")
def test_souscription_se_relit_et_se_remplace(store: ports_acces.Acces, relire: ports_acces.Acces) -> None:
    assert store.souscriptions() == ()
    moindre = BonDeCommande("C", "A", "R", "S", "Z", "T", "M", ("une ligne",), frozenset({Acces.INTEGRE}))
    autre = Souscription("OPB", moindre, INSTANT + JOUR)
    store.enregistrer_souscription(autre)
    store.enregistrer_souscription(SOUSCRIPTION)
    assert relire.souscriptions() == (SOUSCRIPTION, autre)
    finie = replace(SOUSCRIPTION, denoncee_le=INSTANT + JOUR, fin=INSTANT + 62 * JOUR)
    store.enregistrer_souscription(finie)
    assert relire.souscriptions() == (finie, autre)
    assert {zone for relue in relire.souscriptions() for _, zone in en_utc(relue)} == {UTC}
    # A later Bon de commande leaves nothing of the one before.
    store.enregistrer_souscription(replace(autre, operateur="OPA"))
    assert relire.souscriptions() == (replace(autre, operateur="OPA"), autre)


@pytest.mark.exigence("R6.6")
@given(
    bon=st.builds(
        BonDeCommande,
        *[textes] * 7,
        st.lists(textes, min_size=1, max_size=3).map(tuple),
        st.sets(st.sampled_from(Acces)).map(frozenset),
        st.none() | st.builds(Interlocuteur, *[textes] * 4),
        textes,
        textes,
        st.none() | st.dates(),
        textes,
    ),
    operateur=textes,
    dates=st.tuples(instants, peut_etre, peut_etre),
)
@EXEMPLES
def test_toute_souscription_se_relit(store: ports_acces.Acces, bon: BonDeCommande, operateur: str, dates: Any) -> None:
    souscription = Souscription(operateur, bon, *dates)
    store.enregistrer_souscription(souscription)
    assert {s.operateur: s for s in store.souscriptions()}[operateur] == souscription


@pytest.mark.exigence("R6.6")
@pytest.mark.parametrize("adresse", [(), ("1", "2", "3", "4")])
def test_adresse_de_trop_de_lignes_n_est_pas_tronquee(store: ports_acces.Acces, adresse: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="adresse"):
        store.enregistrer_souscription(replace(SOUSCRIPTION, bon=replace(BON, adresse=adresse)))
    assert store.souscriptions() == ()


# -- revision ----------------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R6.2", "R6.6")
def test_chaque_ecriture_d_acces_change_la_revision(store: ports_acces.Acces, relire: ports_acces.Acces) -> None:
    """And nothing else does: nodes read everything anew for it."""
    autre_liste = {"autorite": AUTORITE.empreinte, "lister": lambda *_: b"liste"}
    gestes: tuple[Callable[[], object], ...] = (
        lambda: store.enregistrer_certificat(certificat("un")),
        lambda: store.enregistrer_autorite(AUTORITE),
        lambda: store.revoquer_certificats([empreinte("un")], INSTANT, "perdu"),
        lambda: store.revoquer_certificats([], INSTANT, "", **autre_liste),  # type: ignore[arg-type]
        lambda: store.enregistrer_crl(AUTORITE.empreinte, b"autre"),
        lambda: store.retirer_autorite(AUTORITE.empreinte, INSTANT),
        lambda: store.enregistrer_souscription(SOUSCRIPTION),
        lambda: store.enregistrer_souscription(replace(SOUSCRIPTION, denoncee_le=INSTANT, fin=INSTANT + JOUR)),
    )
    vues = [relire.revision_acces()]
    for geste in gestes:
        geste()
        vues.append(relire.revision_acces())
    assert vues == sorted(set(vues))
    with pytest.raises(CertificatDejaConnu):
        store.enregistrer_certificat(certificat("un"))
    with pytest.raises(LookupError):
        store.revoquer_certificats([], INSTANT, "", empreinte("autre"), lambda *_: b"")
    store.classer_demande(store.ajouter_demande(demande()), INSTANT)
    store.enregistrer_homologation(HOMOLOGATION)
    assert relire.revision_acces() == vues[-1]


# -- homologation ------------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R6.3")
def test_seule_la_premiere_homologation_compte(store: ports_acces.Acces, relire: ports_acces.Acces) -> None:
    assert store.homologations() == ()
    test = replace(HOMOLOGATION, domaine=Domaine.TEST)
    autre = replace(HOMOLOGATION, operateur="OPB", operation="été")
    assert store.enregistrer_homologation(autre)
    assert store.enregistrer_homologation(test)
    assert store.enregistrer_homologation(HOMOLOGATION)
    assert not store.enregistrer_homologation(HOMOLOGATION)
    assert not store.enregistrer_homologation(replace(HOMOLOGATION, date=INSTANT - JOUR, requete="plus tôt"))
    relues = relire.homologations()
    assert relues == (HOMOLOGATION, test, autre)
    assert relire.homologations("OPA") == (HOMOLOGATION, test)
    assert (relire.homologations("OPB"), relire.homologations("OP")) == ((autre,), ())
    assert {zone for relue in relues for _, zone in en_utc(relue)} == {UTC}


# -- all of them -------------------------------------------------------------------------------------------------------


def _certificat_naif(store: ports_acces.Acces) -> None:
    store.enregistrer_certificat(certificat("un", debut=datetime(2026, 7, 1)))  # noqa: DTZ001


def _demande_naive(store: ports_acces.Acces) -> None:
    store.ajouter_demande(demande(recue_le=datetime(2026, 7, 1)))  # noqa: DTZ001


def _homologation_naive(store: ports_acces.Acces) -> None:
    store.enregistrer_homologation(replace(HOMOLOGATION, date=datetime(2026, 7, 1)))  # noqa: DTZ001


@pytest.mark.exigence("R6.2", "R6.3")
@pytest.mark.parametrize("geste", [_certificat_naif, _demande_naive, _homologation_naive])
@pytest.mark.parametrize("moteur", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_instant_sans_fuseau_est_refuse(store: ports_acces.Acces, geste: Callable[[ports_acces.Acces], None]) -> None:
    with pytest.raises(StatementError) as refus:
        geste(store)
    assert isinstance(refus.value.orig, ValueError)
    assert (store.certificats(), store.demandes(), store.homologations()) == ((), (), ())


@pytest.mark.exigence("R6.2", "R6.3", "R6.6")
def test_exemples_emplissent_tous_les_champs() -> None:
    """The tests above would not see a column that is forgotten when the example leaves its field at its default."""
    vides: list[tuple[str, str]] = []
    for objet in (AUTORITE, BON, BON.interlocuteur, HOMOLOGATION, certificat("un"), demande()):
        vides += [
            (type(objet).__name__, c.name) for c in fields(cast(Any, objet)) if getattr(objet, c.name) in (None, "")
        ]
    assert vides == [
        ("Autorite", "retiree_le"),
        (CertificatEnregistre.__name__, "revoque_le"),
        (CertificatEnregistre.__name__, "motif_revocation"),
        (Demande.__name__, "traitee_le"),
        (Demande.__name__, "empreinte"),
    ]
    assert isinstance(HOMOLOGATION, Homologation)
