"""The archive without a store: when it is time, how its steps end, and the format of its documents."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import Creneau, EtatReservation, Plage, Reservation
from esav_soap.signalisation import (
    Action,
    Attendu,
    CauseCloture,
    Contact,
    Cote,
    Etat,
    Evenement,
    MotifRejet,
    Prestation,
    Responsabilite,
    Signalisation,
    Visibilite,
)
from esav_soap.usecases.archives import passage
from esav_soap.usecases.archives.delais import JOURS_DEFAUT, JOURS_MIN
from esav_soap.usecases.archives.document import Dossier, anonymiser, ecrire, lire
from esav_soap.usecases.suivi import JOURS_HISTORIQUE, debut_historique

INSTANT = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # the 24th in Paris
T0 = datetime(2025, 7, 1, 10, 0, 0, 123456, tzinfo=UTC)

DOSSIER = Dossier(
    Signalisation(
        numero="7K3M9QX2TBX",
        plateforme="production",
        operateur="OPA",
        reference="R « 1 »",
        etat=Etat.EN_REJET,
        offre="ACCES_FTTH",
        version_catalogue="2026.1",
        depot_le=T0,
        modifiee_le=T0 + timedelta(hours=3),
        contact=Contact("Zoé d'Été", "+33102030405", "zoe@opa.example"),
        formulaire="<c:accesFtth xmlns:c='urn:esav:catalogue:2026.1'><c:texte>é\n«</c:texte></c:accesFtth>".encode(),
        prestation=Prestation("production", "OPA", "P-1", "ACCES_FTTH", "A", "B", "C", "GTR_4H", "75"),
        evenements=(
            Evenement(T0, Etat.EN_DEPOT, Cote.OPERATEUR, rang=4),
            Evenement(
                T0 + timedelta(hours=1),
                Etat.GELE,
                Cote.FOURNISSEUR,
                "dit\n« cela »",
                Action.GELER,
                "tech-7",
                Visibilite.INTERNE,
                MotifRejet.DOUBLON,
                Attendu.ACCES_SITE,
                CauseCloture.CABLE,
                Responsabilite.TIERS,
                T0,
                0,
            ),
        ),
        saisie_le=T0 + timedelta(days=1),
    ),
    bytes(range(32)),
    T0 + timedelta(hours=3),
    (
        Reservation(
            numero="850M2GA1854",
            operateur="OPA",
            reference="RDV",
            signalisation="7K3M9QX2TBX",
            creneau=Creneau("production", "75", TypeRendezVous.SAV_PLUS, date(2025, 7, 3), Plage.H14),
            etat=EtatReservation.DEPLACEE,
            creee_le=T0,
            modifiee_le=T0,
            tenue_jusqu_a=T0,
            confirmee_le=T0,
            remplace="A",
            remplacee_par="B",
        ),
    ),
)


@pytest.mark.exigence("R3.5")
def test_un_document_garde_tout__ok() -> None:
    document = ecrire(DOSSIER)
    relu = lire(document)
    assert relu == DOSSIER
    assert [e.rang for e in relu.signalisation.evenements] == [4, 0]
    assert b"\n" not in document  # one line of an export
    assert ecrire(relu) == document
    nu = replace(DOSSIER, signalisation=replace(DOSSIER.signalisation, saisie_le=None), rendez_vous=())
    assert lire(ecrire(nu)) == nu


@pytest.mark.exigence("R3.5", "R8")
def test_le_format_est_celui_que_le_guide_promet__ok() -> None:
    from tests.faux import RACINE

    d = json.loads(ecrire(DOSSIER))
    guide = (RACINE / "docs" / "guide-technicien.md").read_text(encoding="utf-8").partition("| Champ | Contenu |")[2]
    (un, *_), (rendez_vous,) = d["evenements"], d["rendezVous"]
    for nom in (*d, *d["contact"], *d["prestation"], *un, *rendez_vous):
        assert f"`{nom}`" in guide, nom
    assert (d["format"], d["depotLe"], d["empreinte"][:4]) == (1, "2025-07-01T10:00:00.123456+00:00", "0001")
    with pytest.raises(ValueError, match="au format 2"):
        lire(json.dumps(d | {"format": 2}).encode())


@pytest.mark.exigence("R3.5")
def test_anonyme_il_reste_ce_qui_est_promis__ok() -> None:
    apres = anonymiser(DOSSIER)
    texte = ecrire(apres).decode()
    for personnel in ("Zoé", "+331", "zoe@", "tech-7", "cela", "é\\n", '"A"', '"B","complement"'):
        assert (personnel in texte) is (personnel == '"A"'), personnel  # the number of an appointment
    s = apres.signalisation
    assert s.formulaire == b'<c:accesFtth xmlns:c="urn:esav:catalogue:2026.1"/>'
    assert s.prestation == Prestation("production", "OPA", "P-1", "ACCES_FTTH", garantie="GTR_4H", zone="75")
    assert [(e.date, e.etat, e.action, e.rang) for e in s.evenements] == [
        (e.date, e.etat, e.action, e.rang) for e in DOSSIER.signalisation.evenements
    ]
    assert (apres.empreinte, apres.clos_le, apres.rendez_vous) == (
        DOSSIER.empreinte,
        DOSSIER.clos_le,
        DOSSIER.rendez_vous,
    )
    assert anonymiser(apres) == apres


@pytest.mark.exigence("R3.5")
def test_quand_il_est_temps__ok() -> None:
    assert JOURS_MIN == JOURS_HISTORIQUE + 1
    assert passage.dernier_jour(INSTANT) == date(2026, 8, 25)
    # What is closed on that day is out of the history at that instant; the day after stands in it.
    assert passage.debut_du(date(2026, 8, 26)) == debut_historique(INSTANT)
    assert passage.limite(INSTANT, 91) == datetime(2026, 8, 24, 22, 0, tzinfo=UTC)
    assert passage.limite(INSTANT) == passage.debut_du(date(2026, 11, 24) - timedelta(days=JOURS_DEFAUT))
    assert passage.debut_du(date(2026, 1, 5)) == datetime(2026, 1, 4, 23, 0, tzinfo=UTC)  # winter


class FausseArchive:
    """Steps that give these numbers; ``reste``: how many are left after each."""

    def __init__(self, *pas: int, reste: int = 0) -> None:
        self.pas = list(pas)
        self.reste = reste

    def archiver(self, avant: datetime, maximum: int, instant: datetime) -> int:
        assert (avant.tzinfo, maximum, instant) == (UTC, passage.PAS, INSTANT)
        return self.pas.pop(0) if self.pas else 0

    def nombre_a_archiver(self, avant: datetime, instant: datetime) -> int:
        return sum(self.pas) + self.reste


@pytest.mark.exigence("R3.5")
def test_les_pas_finissent__ok() -> None:
    attentes: list[float] = []
    vus: list[tuple[int, int]] = []

    def passer(archive: FausseArchive) -> int:
        avant = passage.limite(INSTANT)
        return passage.passer(archive, avant, lambda: INSTANT, lambda _, *n: vus.append(n), attentes.append)  # type: ignore[arg-type]

    assert passer(FausseArchive(200, 200, 7)) == 407
    assert vus == [(0, 407), (200, 407), (400, 407), (407, 407), (407, 407)]
    assert attentes == [passage.PAUSE_S] * 3
    attentes.clear()
    assert passer(FausseArchive(5, 0, 3)) == 8  # others held them for a moment
    assert attentes == [passage.PAUSE_S, passage.ATTENTE_S, passage.PAUSE_S]
    attentes.clear()
    assert passer(FausseArchive(1, reste=9)) == 1  # others hold them to the end
    assert attentes == [passage.PAUSE_S] + [passage.ATTENTE_S] * passage.ESSAIS


@pytest.mark.exigence("R3.5")
def test_rien_de_l_historique_ne_s_archive__error() -> None:
    archive = FausseArchive(1)
    for ecart, permis in ((timedelta(0), True), (timedelta(microseconds=1), False)):
        avant = debut_historique(INSTANT) + ecart
        if permis:
            assert passage.passer(archive, avant, lambda: INSTANT, lambda *_: None, lambda _: None) == 1  # type: ignore[arg-type]
        else:
            with pytest.raises(ValueError, match="historique"):
                passage.passer(archive, avant, lambda: INSTANT, lambda *_: None)  # type: ignore[arg-type]
