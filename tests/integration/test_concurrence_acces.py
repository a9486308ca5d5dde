"""Several nodes and commands that deliver, revoke and homologate at the same time, or are killed."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import groupby

import psycopg
import pytest
from sqlalchemy import event

from esav_soap.certificats import CertificatEnregistre
from esav_soap.jeton import JETON
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.ports.acces import CertificatDejaConnu, DemandeDejaTraitee
from tests.integration.acces import AUTORITE, HOMOLOGATION, INSTANT, SOUSCRIPTION, certificat, demande, empreinte
from tests.integration.exemples import nouvelle
from tests.integration.test_annonces_tuees import destins
from tests.integration.test_processus_store import lignes, processus
from tests.postgres import Grappe

FILS = 8
DELAI_S = 60


@pytest.fixture
def autre(url: str, magasin: Magasin) -> Iterator[Magasin]:
    """The same store as another node has it."""
    with ouvrir(url, creer=False) as ouvert:
        yield ouvert


def ensemble(faire: Callable[[int], str]) -> Counter[str]:
    """What came of it in each of eight threads that begin together."""
    depart = threading.Barrier(FILS, timeout=DELAI_S)

    def un(rang: int) -> str:
        depart.wait()
        return faire(rang)

    with ThreadPoolExecutor(FILS) as fils:
        return Counter(fils.map(un, range(FILS)))


@pytest.mark.exigence("R6.3")
def test_une_seule_homologation_est_la_premiere(magasin: Magasin, autre: Magasin) -> None:
    vues = ensemble(lambda rang: str((magasin, autre)[rang % 2].enregistrer_homologation(HOMOLOGATION)))
    assert vues == {"True": 1, "False": FILS - 1}
    assert magasin.homologations() == (HOMOLOGATION,)


@pytest.mark.exigence("R6.2")
def test_un_certificat_n_entre_qu_une_fois(magasin: Magasin, autre: Magasin) -> None:
    """Whoever comes second is told, also when it would be for another holder."""

    def enregistrer(rang: int) -> str:
        try:
            (magasin, autre)[rang % 2].enregistrer_certificat(certificat("un", titulaire=f"OP{rang}"))
        except CertificatDejaConnu:
            return "connu"
        return "enregistre"

    assert ensemble(enregistrer) == {"connu": FILS - 1, "enregistre": 1}
    assert len(magasin.certificats()) == 1


@pytest.mark.exigence("R6.2")
def test_une_demande_n_a_qu_un_certificat(magasin: Magasin, autre: Magasin) -> None:
    """Each delivers another certificate for it, or closes it: one is heard, and nothing of the others stays."""
    numero = magasin.ajouter_demande(demande())

    def traiter(rang: int) -> str:
        store = (magasin, autre)[rang % 2]
        if rang > FILS - 3:
            return "fait" if store.classer_demande(numero, INSTANT) else "trop tard"
        try:
            store.enregistrer_certificat(certificat(f"c{rang}"), numero)
        except DemandeDejaTraitee:
            return "trop tard"
        return "fait"

    assert ensemble(traiter) == {"fait": 1, "trop tard": FILS - 1}
    (traitee,) = magasin.demandes(en_attente=False)
    assert [c.empreinte for c in magasin.certificats()] == ([traitee.empreinte] if traitee.empreinte else [])


@pytest.mark.exigence("R6.2")
def test_revocations_croisees_ne_se_bloquent_pas(magasin: Magasin, autre: Magasin) -> None:
    """In any order, with the list of their CA: each certificate is revoked once, and nobody waits in a circle."""
    noms = [f"c{n}" for n in range(40)]
    magasin.enregistrer_autorite(AUTORITE)
    for nom in noms:
        magasin.enregistrer_certificat(certificat(nom))
    vises = [empreinte(nom) for nom in noms]

    def revoquer(rang: int) -> str:
        ordre = vises if rang % 2 else vises[::-1]
        store = (magasin, autre)[rang // 2 % 2]
        if rang % 4 == 3:
            store.enregistrer_crl(AUTORITE.empreinte, b"autre")
            store.enregistrer_autorite(AUTORITE)
        return str(
            store.revoquer_certificats(ordre[rang:], INSTANT, f"par {rang}", AUTORITE.empreinte, lambda *_: b"liste")
        )

    vues = ensemble(revoquer)
    assert sum(int(nombre) * fois for nombre, fois in vues.items()) == len(noms)
    assert {c.revoque_le for c in magasin.certificats()} == {INSTANT}


@pytest.mark.exigence("R6.2")
def test_chacune_des_revocations_simultanees_est_dans_la_derniere_liste(magasin: Magasin, autre: Magasin) -> None:
    """The list is made within the transaction that revokes: none lacks what another one revoked before it."""
    magasin.enregistrer_autorite(AUTORITE)
    for rang in range(FILS):
        magasin.enregistrer_certificat(certificat(f"c{rang}"))

    def lister(_: bytes | None, revoques: Sequence[CertificatEnregistre]) -> bytes:
        return b" ".join(c.empreinte.encode() for c in revoques)

    def revoquer(rang: int) -> str:
        store = (magasin, autre)[rang % 2]
        return str(store.revoquer_certificats([empreinte(f"c{rang}")], INSTANT, "", AUTORITE.empreinte, lister))

    assert ensemble(revoquer) == {"1": FILS}
    (autorite,) = magasin.autorites()
    assert autorite.crl is not None
    assert set(autorite.crl.decode().split()) == {empreinte(f"c{rang}") for rang in range(FILS)}


@pytest.mark.exigence("R6.2", "R6.6")
def test_qui_lit_la_revision_d_abord_ne_manque_rien(magasin: Magasin, autre: Magasin) -> None:
    """Many write at once, of all that a node keeps: whoever has the last revision has the last of everything."""
    magasin.enregistrer_autorite(AUTORITE)
    depart = magasin.revision_acces()

    def ecrire(rang: int) -> str:
        store = (magasin, autre)[rang % 2]
        store.enregistrer_certificat(certificat(f"c{rang}"))
        store.enregistrer_souscription(replace(SOUSCRIPTION, operateur=f"OP{rang}"))
        store.enregistrer_crl(AUTORITE.empreinte, b"%d" % rang)
        return ""

    def ce_qui_est_la() -> tuple[object, ...]:
        return autre.certificats(), autre.autorites(), autre.souscriptions()

    fini = threading.Event()
    garde: list[tuple[int, tuple[object, ...]]] = []

    def suivre() -> None:
        while True:
            dernier = fini.is_set()
            revision = autre.revision_acces()
            if not garde or garde[-1][0] != revision:
                garde.append((revision, ce_qui_est_la()))
            if dernier:
                return

    with ThreadPoolExecutor(1) as lecteur:
        suivi = lecteur.submit(suivre)
        try:
            ensemble(ecrire)
        finally:
            fini.set()
        suivi.result()
    assert garde[-1] == (depart + 3 * FILS, ce_qui_est_la())


@pytest.mark.exigence("R6.2")
@pytest.mark.postgresql
@pytest.mark.parametrize("geste", ["enregistrer", "revoquer", "classer"])
def test_qui_ecrit_des_certificats_exclut_les_autres_d_abord(postgresql: Grappe, geste: str) -> None:
    """Before its first row: two that write rows in different orders would otherwise wait for one another."""
    exclus: list[bool] = []
    with postgresql.base() as url, ouvrir(url) as magasin, psycopg.connect(url, autocommit=True) as autre:
        magasin.enregistrer_certificat(certificat("un"))
        numero = magasin.ajouter_demande(demande())

        def essayer(_c: object, _curseur: object, ordre: str, *_reste: object) -> None:
            if ordre.startswith(("INSERT", "UPDATE")):
                try:
                    autre.execute("BEGIN; LOCK TABLE certificat IN ROW EXCLUSIVE MODE NOWAIT; COMMIT")
                except psycopg.errors.LockNotAvailable:
                    exclus.append(True)
                    autre.execute("ROLLBACK")
                else:
                    exclus.append(False)

        event.listen(magasin._moteur.ecrivains, "before_cursor_execute", essayer)
        gestes: dict[str, Callable[[], object]] = {
            "enregistrer": lambda: magasin.enregistrer_certificat(certificat("deux"), numero),
            "revoquer": lambda: magasin.revoquer_certificats([empreinte("un")], INSTANT, ""),
            "classer": lambda: magasin.classer_demande(numero, INSTANT),
        }
        gestes[geste]()
    assert exclus
    assert all(exclus)


@pytest.mark.long
@pytest.mark.exigence("R3.4", "R6.2", "R6.3")
def test_quatre_processus_ne_font_rien_deux_fois(magasin: Magasin, url: str) -> None:
    tours = 25
    depose = nouvelle("REF-1")
    magasin.deposer(depose)
    numeros = [magasin.ajouter_demande(demande()) for _ in range(tours)]
    with processus(*[("acces", url, depose.numero, f"P{n}", *map(str, numeros)) for n in range(4)]) as lances:
        faits = Counter(tuple(dite) for dite in lignes(lances))
    gestes = ("homologation", "certificat", "demande", "evenement")
    assert faits == {(geste, str(tour)): 1 for geste in gestes for tour in range(1, tours + 1)}
    assert (len(magasin.homologations()), magasin.demandes()) == (tours, ())
    assert len(magasin.certificats()) == 2 * tours
    relue = magasin.par_numero("production", "OPA", depose.numero)
    assert relue is not None
    assert len(relue.evenements) == 1 + 2 * tours


@pytest.mark.long
@pytest.mark.exigence("R3.4", "R6.2")
@pytest.mark.parametrize(("geste", "ordres"), [("delivrer", 4), ("revoquer", 4), ("derouler", 6)])
def test_tout_ou_rien_a_chaque_ordre(url: str, geste: str, ordres: int) -> None:
    """``ordres``: statements that the gesture cannot do with less of, BEGIN and COMMIT among them."""
    ouvrir(url).fermer()
    vus = destins(geste, url)
    *tues, vivant = vus
    assert {code for _, code, _ in tues} == {-signal.SIGKILL}
    assert vivant == (len(vus), 0, "tout")
    assert len(tues) >= 2 * ordres
    assert [etat for etat, _ in groupby(etat for _, _, etat in vus)] == ["rien", "tout"]
    assert vus[-2][2] == "tout"  # killed when the commit had come back


@pytest.mark.exigence("R3.1", "R6.1")
def test_ecritures_et_lectures_rendent_le_jeton(magasin: Magasin) -> None:
    """Others compute while a node reads who may call, or notes a first call."""
    libre: list[bool] = []

    def noter(*_: object) -> None:
        libre.append(JETON._porteur is None)

    depose = nouvelle("REF-1")
    magasin.deposer(depose)
    for moteur in (magasin._moteur.lecteurs, magasin._moteur.ecrivains):
        event.listen(moteur, "before_cursor_execute", noter)
    with JETON.tenu():
        magasin.enregistrer_certificat(certificat("un"), magasin.ajouter_demande(demande()))
        magasin.enregistrer_autorite(AUTORITE)
        magasin.revoquer_certificats([empreinte("un")], INSTANT, "", AUTORITE.empreinte, lambda *_: b"")
        magasin.retirer_autorite(AUTORITE.empreinte, INSTANT)
        magasin.enregistrer_crl(AUTORITE.empreinte, b"")
        magasin.classer_demande(1, INSTANT)
        magasin.enregistrer_souscription(SOUSCRIPTION)
        magasin.enregistrer_homologation(HOMOLOGATION)
        magasin.ajouter_evenements("production", "OPA", depose.numero, 1, ())
        lus = (magasin.certificats(), magasin.autorites(), magasin.souscriptions(), magasin.homologations())
        assert (magasin.demandes(), [len(lu) for lu in lus]) == ((), [1, 1, 1, 1])
        assert JETON._porteur == threading.get_ident()
    assert len(libre) >= 30
    assert all(libre)


@pytest.mark.exigence("R3.1", "R6.1")
def test_lire_n_attend_pas_qui_enregistre(magasin: Magasin, autre: Magasin) -> None:
    """A command that is suspended in the middle does not blind the nodes."""
    magasin.enregistrer_certificat(certificat("un"))
    with autre._exclusif() as connexion:
        connexion.exec_driver_sql("UPDATE certificat SET titulaire = 'OPB'")
        assert magasin.certificats() == (certificat("un"),)
    assert magasin.certificats() == (certificat("un", titulaire="OPB"),)


@pytest.mark.exigence("R3.1", "R6.1")
@pytest.mark.postgresql
def test_serveur_qui_a_coupe_les_connexions(postgresql: Grappe) -> None:
    """A node whose connections were idle while PostgreSQL restarted goes on with others."""
    with postgresql.base() as url, ouvrir(url) as magasin:
        depose = nouvelle("REF-1")
        magasin.deposer(depose)
        for tour in range(2):
            assert magasin.enregistrer_homologation(HOMOLOGATION) is (tour == 0)
            assert len(magasin.homologations()) == 1
            with psycopg.connect(url, autocommit=True) as autre:
                coupees = autre.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                ).fetchall()
            assert (len(coupees) >= 2, set(coupees)) == (True, {(True,)})
        magasin.enregistrer_certificat(certificat("un"))
        assert magasin.certificats() == (certificat("un"),)
        assert magasin.ajouter_evenements("production", "OPA", depose.numero, 1, ()) is not None
