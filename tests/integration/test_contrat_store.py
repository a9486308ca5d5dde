"""What the ports promise, on every engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import IntegrityError

from esav_soap.errors import ReglageInvalide
from esav_soap.publication import VersionPubliee
from esav_soap.signalisation import Action, Contact, Cote, Depot, Etat, Evenement, Prestation, Signalisation
from esav_soap.store import Magasin, ouvrir
from esav_soap.store.depots import ecrire_depots
from esav_soap.usecases.ports.depots import NumeroDejaPris
from esav_soap.usecases.ports.parc import BilanImport, Doublon
from tests.integration.exemples import DEPOT_LE, PRESTATION, nouvelle

# -- deposits ----------------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R3.1", "R3.4")
def test_depot_se_relit_avec_son_evenement(magasin: Magasin, url: str) -> None:
    magasin.importer([PRESTATION])
    depose = nouvelle("REF-1", contact=Contact("Zoé", "+33102030405", "zoe@exemple.fr"))
    depot = magasin.deposer(depose)
    assert depot == Depot(depose.numero, Etat.EN_DEPOT, DEPOT_LE, "2026.1", depose.empreinte, deja_deposee=False)
    cle = (depose.plateforme, depose.operateur, depose.reference)
    assert magasin.depot(*cle) == replace(depot, deja_deposee=True)
    for rang in range(3):
        plateforme, operateur, reference = (morceau + "X" * (i == rang) for i, morceau in enumerate(cle))
        assert magasin.depot(plateforme, operateur, reference) is None
    attendue = Signalisation(
        numero=depose.numero,
        plateforme="production",
        operateur="OPA",
        reference="REF-1",
        etat=Etat.EN_DEPOT,
        offre="ACCES_FTTH",
        version_catalogue="2026.1",
        depot_le=DEPOT_LE,
        modifiee_le=DEPOT_LE,
        contact=Contact("Zoé", "+33102030405", "zoe@exemple.fr"),
        formulaire=depose.formulaire,
        prestation=PRESTATION,
        evenements=(Evenement(DEPOT_LE, Etat.EN_DEPOT, Cote.OPERATEUR, action=Action.DEPOSER),),
    )
    assert magasin.par_numero("production", "OPA", depose.numero) == attendue
    assert magasin.par_reference("production", "OPA", "REF-1") == attendue
    with ouvrir(url, creer=False) as autre:  # it is in the database, not in this process
        assert autre.par_numero("production", "OPA", depose.numero) == attendue


@pytest.mark.exigence("R3.3")
def test_meme_reference_rend_le_premier_depot(magasin: Magasin) -> None:
    premiere = nouvelle("REF-1")
    magasin.deposer(premiere)
    autre = nouvelle("REF-1", empreinte=b"\xff" * 32, version_catalogue="2026.2", depot_le=DEPOT_LE + timedelta(days=1))
    assert magasin.deposer(autre) == Depot(
        premiere.numero, Etat.EN_DEPOT, DEPOT_LE, "2026.1", premiere.empreinte, deja_deposee=True
    )
    assert magasin.deposer(premiere).deja_deposee
    assert magasin.par_numero("production", "OPA", autre.numero) is None
    relue = magasin.par_reference("production", "OPA", "REF-1")
    assert relue is not None
    assert (relue.numero, len(relue.evenements)) == (premiere.numero, 1)


@pytest.mark.exigence("R3.3", "R3.7")
@pytest.mark.parametrize("autre", [{"operateur": "OPB"}, {"plateforme": "integration"}])
def test_reference_est_propre_a_un_operateur_et_une_plateforme(magasin: Magasin, autre: dict[str, str]) -> None:
    premiere, seconde = nouvelle("REF-1"), nouvelle("REF-1", **autre)
    assert not magasin.deposer(premiere).deja_deposee
    assert not magasin.deposer(seconde).deja_deposee
    assert magasin.par_numero(seconde.plateforme, seconde.operateur, premiere.numero) is None
    relue = magasin.par_reference(seconde.plateforme, seconde.operateur, "REF-1")
    assert relue is not None
    assert relue.numero == seconde.numero


@pytest.mark.exigence("R3.1")
def test_numero_deja_pris_n_ecrit_rien(magasin: Magasin) -> None:
    premiere = nouvelle("REF-1")
    magasin.deposer(premiere)
    for plateforme, operateur in (("production", "OPA"), ("integration", "OPB")):
        double = nouvelle("REF-2", numero=premiere.numero, plateforme=plateforme, operateur=operateur)
        with pytest.raises(NumeroDejaPris):
            magasin.deposer(double)
        assert magasin.par_reference(plateforme, operateur, "REF-2") is None
    assert not magasin.deposer(nouvelle("REF-2")).deja_deposee


@pytest.mark.exigence("R3.1", "R3.3")
def test_groupe_repond_a_chacun(magasin: Magasin) -> None:
    """One group with a good deposit, its repetition, a taken number, a text that no engine takes, and another good one."""
    bonne, autre = nouvelle("REF-1"), nouvelle("REF-2")
    lot = [
        bonne,
        nouvelle("REF-1"),
        nouvelle("REF-3", numero=bonne.numero),
        nouvelle("REF-4", prestation="\ud800"),
        nouvelle("REF-5", depot_le=datetime(2026, 7, 1)),  # noqa: DTZ001
        autre,
        bonne,
    ]
    resultats = ecrire_depots(magasin._moteur, lot)
    vus = [r.deja_deposee if isinstance(r, Depot) else type(r) for r in resultats]
    assert vus == [False, True, NumeroDejaPris, UnicodeEncodeError, ValueError, False, True]
    presentes = [magasin.par_reference("production", "OPA", f"REF-{n}") for n in range(1, 6)]
    assert [s.numero if s else None for s in presentes] == [bonne.numero, autre.numero, None, None, None]
    assert [len(s.evenements) for s in presentes if s] == [1, 1]


@pytest.mark.exigence("R3.1", "R3.3")
def test_groupe_ou_le_numero_va_au_second(magasin: Magasin) -> None:
    """The first of two with one number repeats a stored reference, so the number is the second's."""
    stockee = nouvelle("REF-1")
    magasin.deposer(stockee)
    repetee = nouvelle("REF-1")
    seconde = nouvelle("REF-9", numero=repetee.numero)
    depots = [depot for depot in ecrire_depots(magasin._moteur, [repetee, seconde]) if isinstance(depot, Depot)]
    assert [(d.numero, d.deja_deposee) for d in depots] == [(stockee.numero, True), (repetee.numero, False)]


@pytest.mark.exigence("R3.1", "R3.3")
def test_groupe_sans_defaut_distingue_numero_et_reference_egaux(magasin: Magasin) -> None:
    bonne = nouvelle("REF-1")
    resultats = ecrire_depots(magasin._moteur, [bonne, bonne, nouvelle("REF-9", numero=bonne.numero)])
    vus = [r.deja_deposee if isinstance(r, Depot) else type(r) for r in resultats]
    assert vus == [False, True, NumeroDejaPris]


HOSTILES = [
    "x'); DROP TABLE signalisation; --",
    'deux "guillemets" et \\',
    "%s %(a)s :a ? ?1 $1 {0}",
    "😀 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \U0010ffff",
    "e\u0301 é \u202e\u200b",
    '{NULL,"a"}',
    "\\N\t\\.",
    " blancs ",
    "",
]


@pytest.mark.exigence("R3.1", "R3.5")
@pytest.mark.parametrize("texte", HOSTILES)
def test_textes_hostiles_se_relisent_tels_quels(magasin: Magasin, texte: str) -> None:
    prestation = Prestation("production", texte, texte, "ACCES_FTTH", texte, texte, texte, texte)
    magasin.importer([prestation])
    depose = nouvelle(
        texte,
        operateur=texte,
        prestation=texte,
        contact=Contact(texte, texte, texte),
        formulaire=b"\x00\xff\\x" + texte.encode(),
    )
    magasin.deposer(depose)
    relue = magasin.par_reference("production", texte, texte)
    assert relue is not None
    assert (relue.contact, relue.formulaire, relue.prestation) == (depose.contact, depose.formulaire, prestation)
    assert magasin.deposer(nouvelle(texte, operateur=texte)).deja_deposee
    assert magasin.par_reference("production", texte, f"{texte}%") is None


@pytest.mark.exigence("R3.4")
@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 7, 1, 12, 0, 0, 1, tzinfo=ZoneInfo("Europe/Paris")),
        datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Paris")),
        datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-11, minutes=-30))),
        datetime(2026, 1, 1, tzinfo=UTC),
    ],
)
def test_instants_reviennent_en_utc_a_la_microseconde(magasin: Magasin, instant: datetime) -> None:
    depose = nouvelle("REF-1", depot_le=instant)
    rendus = [magasin.deposer(depose).depot_le, magasin.deposer(depose).depot_le]
    relue = magasin.par_numero("production", "OPA", depose.numero)
    assert relue is not None
    rendus += [relue.depot_le, relue.modifiee_le, relue.evenements[0].date]
    attendu = instant.astimezone(UTC)
    assert [(r, r.tzinfo) for r in rendus] == [(attendu, UTC)] * 5


@pytest.mark.exigence("R3.4")
def test_instant_sans_fuseau_est_refuse(magasin: Magasin) -> None:
    with pytest.raises(ValueError, match="fuseau"):
        magasin.deposer(nouvelle("REF-1", depot_le=datetime(2026, 7, 1)))  # noqa: DTZ001
    assert magasin.par_reference("production", "OPA", "REF-1") is None


@pytest.mark.exigence("R3.5")
def test_signalisation_survit_a_sa_prestation_inconnue(magasin: Magasin) -> None:
    depose = nouvelle("REF-1", prestation="INCONNUE")
    magasin.deposer(depose)
    relue = magasin.par_numero("production", "OPA", depose.numero)
    assert relue is not None
    assert relue.prestation == Prestation("production", "OPA", "INCONNUE", "ACCES_FTTH")


@pytest.mark.exigence("R3.4")
def test_evenement_sans_signalisation_est_refuse_par_la_base(magasin: Magasin) -> None:
    ordre = (
        "INSERT INTO evenement (signalisation, plateforme, operateur, rang, date, etat, cote, auteur, visibilite, commentaire) "
        "VALUES (12, 'production', 'OPA', 1, '2026-07-01T10:00:00Z', '', '', '', '', '')"
    )
    with pytest.raises(IntegrityError), magasin._moteur.ecriture() as connexion:
        connexion.exec_driver_sql(ordre)
    assert not magasin.deposer(nouvelle("REF-1")).deja_deposee  # the connection is good for the next


@pytest.mark.exigence("R3.5")
def test_une_lecture_voit_un_seul_etat(magasin: Magasin) -> None:
    """A signalisation and its events are read by two queries; what is committed between them is not mixed in."""
    ordre = "SELECT count(*) FROM signalisation"
    magasin.deposer(nouvelle("REF-1"))
    with magasin._moteur.lecteurs.connect() as connexion:
        with magasin._moteur.instantane(connexion):
            vus = [connexion.exec_driver_sql(ordre).scalar()]
            magasin.deposer(nouvelle("REF-2"))
            vus.append(connexion.exec_driver_sql(ordre).scalar())
        vus.append(connexion.exec_driver_sql(ordre).scalar())
    assert vus == [1, 1, 2]


# -- parc --------------------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R3.7")
def test_prestation_d_un_autre_est_inconnue(magasin: Magasin) -> None:
    magasin.importer([PRESTATION])
    assert magasin.prestation("production", "OPA", PRESTATION.identifiant) == PRESTATION
    assert magasin.prestation("production", "OPB", PRESTATION.identifiant) is None
    assert magasin.prestation("integration", "OPA", PRESTATION.identifiant) is None
    assert magasin.prestation("production", "OPA", PRESTATION.identifiant.lower()) is None


@pytest.mark.exigence("R3.7")
def test_import_ajoute_et_met_a_jour(magasin: Magasin) -> None:
    parc = [replace(PRESTATION, identifiant=f"P{n}") for n in range(12_000)]
    assert magasin.importer(iter(parc)) == 12_000
    modifiee = replace(parc[7], offre="FIBRE_NOIRE", garantie="")
    nouvelles = [modifiee, *parc[8:20], replace(PRESTATION, identifiant="NEUVE")]
    with magasin.importation() as importation:
        importation.ajouter(enumerate(nouvelles, 2))
        assert importation.doublons(10) == (0, [])
        assert importation.appliquer() == BilanImport(ajoutees=1, modifiees=1, inchangees=12)
    assert [magasin.prestation("production", "OPA", nom) for nom in ("P7", "P8", "NEUVE")] == [
        modifiee,
        parc[8],
        nouvelles[-1],
    ]


@pytest.mark.exigence("R3.7")
def test_import_interrompu_ne_laisse_rien(magasin: Magasin) -> None:
    magasin.importer([PRESTATION])

    def casse() -> Iterator[Prestation]:
        yield replace(PRESTATION, offre="FIBRE_NOIRE")
        yield from (replace(PRESTATION, identifiant=f"P{n}") for n in range(11_000))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        magasin.importer(casse())
    assert magasin.prestation("production", "OPA", "P3") is None
    assert magasin.prestation("production", "OPA", PRESTATION.identifiant) == PRESTATION
    assert magasin.importer([replace(PRESTATION, identifiant="P3")]) == 1


@pytest.mark.exigence("R3.7")
def test_import_designe_les_doublons_et_la_derniere_ligne_vaut(magasin: Magasin) -> None:
    lignes = [
        (rang, replace(PRESTATION, identifiant=nom, complement=str(rang))) for rang, nom in enumerate("ABACAB", 2)
    ]
    with magasin.importation() as importation:
        importation.ajouter(lignes)
        assert importation.doublons(2) == (3, [Doublon(4, 2), Doublon(6, 2)])
        assert importation.appliquer() == BilanImport(ajoutees=3, modifiees=0, inchangees=0)
    rendues = [magasin.prestation("production", "OPA", nom) for nom in "ABC"]
    assert [prestation.complement for prestation in rendues if prestation] == ["6", "7", "5"]


@pytest.mark.exigence("R3.1")
def test_import_en_preparation_n_arrete_pas_les_depots(magasin: Magasin) -> None:
    with magasin.importation() as importation:
        importation.ajouter(enumerate(replace(PRESTATION, identifiant=f"P{n}") for n in range(6000)))
        assert not magasin.deposer(nouvelle("REF-1")).deja_deposee
        assert magasin.prestation("production", "OPA", "P5") is None
        importation.appliquer()
    assert magasin.prestation("production", "OPA", "P5") is not None


@pytest.mark.exigence("R3.7")
def test_import_refuse_par_la_base_se_dit_en_clair(magasin: Magasin) -> None:
    with magasin._moteur.ecriture() as connexion:
        connexion.exec_driver_sql("DROP TABLE prestation")
    with pytest.raises(ReglageInvalide, match=r"rien n'a été écrit : .*prestation"):
        magasin.importer([PRESTATION])


@pytest.mark.exigence("R3.7")
def test_un_import_attend_l_autre(magasin: Magasin) -> None:
    """Each compares the file with the parc before it writes: two at once would mix."""
    second = threading.Thread(target=magasin.importer, args=([replace(PRESTATION, complement="second")],))
    with magasin.importation() as premier:
        premier.ajouter([(2, replace(PRESTATION, complement="premier"))])
        second.start()
        second.join(0.3)
        assert second.is_alive()
        premier.appliquer()
    second.join(60)
    assert magasin.prestation("production", "OPA", PRESTATION.identifiant) == replace(PRESTATION, complement="second")


# -- catalogue versions ------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R1.4", "R2.4")
def test_versions_et_packs(magasin: Magasin) -> None:
    assert magasin.versions() == ()
    assert magasin.pack("2026.1") is None
    jour = datetime(2026, 3, 1, 0, 0, 0, 5, tzinfo=ZoneInfo("Europe/Paris"))
    publiees = [VersionPubliee(nom, jour, jour + timedelta(days=61)) for nom in ("2026.10", "2027.1", "2026.9")]
    for rang, publiee in enumerate(publiees):
        magasin.enregistrer_version(publiee, b"PK\x00\xff" + bytes([rang]) * 300_000)
    assert [v.version for v in magasin.versions()] == ["2026.9", "2026.10", "2027.1"]
    assert magasin.versions()[1] == publiees[0]
    assert magasin.versions()[1].ouverture.tzinfo is UTC
    fin = replace(publiees[0], retrait=jour + timedelta(days=400), remplacante="2027.1")
    magasin.enregistrer_version(fin, b"autre")
    assert magasin.versions()[1] == fin
    assert (magasin.pack("2026.10"), magasin.pack("2027.1")) == (b"autre", b"PK\x00\xff" + b"\x01" * 300_000)
