"""Sending from the queue: each notice at least once, failures put off or given up, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.avis import Envoi, EtatEnvoi, GenreAvis
from esav_soap.avis.message import Message
from esav_soap.usecases.courrier import EchecDefinitif, EchecServeur, EchecTemporaire
from esav_soap.usecases.expedition import Cadence, Expedition, Issue
from tests.faux_publication import FauxEnvois

INSTANT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CADENCE = Cadence(recul=timedelta(minutes=1), plafond=timedelta(minutes=5), essais=4, bail=timedelta(minutes=15))


class Redaction:
    """Messages that say for whom they are. ``pannes``: raised one after the other."""

    def __init__(self) -> None:
        self.pannes: list[Exception] = []
        self.oublis = 0

    def message(self, envoi: Envoi, instant: datetime) -> Message:
        if self.pannes:
            raise self.pannes.pop(0)
        return Message(envoi.cle, f"{envoi.operateur.lower()}@x.example", "Avis", "", "", ())

    def oublier(self) -> None:
        self.oublis += 1


@dataclass
class Courrier:
    """``envoyes``: identifiers that the server took. ``pannes``: raised one after the other."""

    envoyes: list[str] = field(default_factory=list)
    pannes: list[Exception] = field(default_factory=list)

    def envoyer(self, message: Message) -> None:
        if self.pannes:
            raise self.pannes.pop(0)
        self.envoyes.append(message.identifiant)


class Essai:
    """An expedition over fakes, three notices waiting; ``instant`` is its clock."""

    def __init__(self, operateurs: str = "ABC") -> None:
        self.instant = INSTANT
        self.file = FauxEnvois()
        self.file.ajouter([Envoi(GenreAvis.VERSION_ANNONCEE, "2026.2", o) for o in operateurs], INSTANT)
        self.redaction, self.courrier = Redaction(), Courrier()
        self.expedition = Expedition(
            self.file, self.redaction, self.courrier, lambda: self.instant, CADENCE, lambda: 0.999
        )

    def tout(self) -> Iterator[Issue]:
        while (issue := self.expedition.suivant()) is not None:
            yield issue


@pytest.mark.exigence("R2.2")
def test_tous_partent_dans_l_ordre__ok() -> None:
    essai = Essai()
    assert list(essai.tout()) == [Issue.ENVOYE] * 3
    assert essai.courrier.envoyes == [f"VERSION_ANNONCEE:2026.2:{o}" for o in "ABC"]
    assert [s.etat for s in essai.file.suivis(None, 9)] == [EtatEnvoi.ENVOYE] * 3
    assert essai.expedition.suivant() is None
    assert essai.redaction.oublis == 2


@pytest.mark.exigence("R2.2")
def test_un_seul_bail_a_la_fois__ok() -> None:
    """Whoever stops or dies holds one notice, not the others."""
    essai = Essai()
    essai.courrier.pannes = [KeyboardInterrupt()]  # type: ignore[list-item]
    with pytest.raises(KeyboardInterrupt):
        essai.expedition.suivant()
    attendent = essai.file.suivis(EtatEnvoi.EN_ATTENTE, 9)
    assert [s.prochain for s in attendent] == [INSTANT, INSTANT, INSTANT + CADENCE.bail]
    assert list(essai.tout()) == [Issue.ENVOYE] * 2
    essai.instant += CADENCE.bail
    assert list(essai.tout()) == [Issue.ENVOYE]


@pytest.mark.exigence("R2.2")
def test_echec_passager_puis_succes__ok() -> None:
    essai = Essai("A")
    essai.courrier.pannes = [EchecTemporaire("450 plus tard"), EchecServeur("éteint")]
    assert essai.expedition.suivant() is Issue.REPORTE
    (suivi,) = essai.file.suivis(None, 9)
    assert (suivi.etat, suivi.erreur) == (EtatEnvoi.EN_ATTENTE, "450 plus tard")
    assert suivi.prochain is not None
    assert timedelta(seconds=45) <= suivi.prochain - INSTANT <= timedelta(minutes=1)
    assert essai.expedition.suivant() is None
    essai.instant = suivi.prochain
    assert essai.expedition.suivant() is Issue.SERVEUR
    essai.instant += timedelta(minutes=2)
    assert essai.expedition.suivant() is Issue.ENVOYE
    (suivi,) = essai.file.suivis(None, 9)
    assert (suivi.etat, suivi.essais, suivi.erreur) == (EtatEnvoi.ENVOYE, 3, "")


@pytest.mark.exigence("R2.2")
def test_au_rebut_apres_le_dernier_essai_puis_rejoue__ok() -> None:
    essai = Essai("A")
    essai.courrier.pannes = [EchecTemporaire(f"essai {rang}") for rang in range(CADENCE.essais)]
    issues = []
    for _ in range(CADENCE.essais):
        issues += list(essai.tout())
        essai.instant += CADENCE.plafond
    assert issues == [Issue.REPORTE] * 3 + [Issue.REBUT]
    (suivi,) = essai.file.suivis(EtatEnvoi.REBUT, 9)
    assert (suivi.essais, suivi.erreur, suivi.prochain) == (4, "essai 3", None)
    essai.instant += timedelta(days=365)
    assert essai.expedition.suivant() is None
    assert essai.file.rejouer([suivi.numero], essai.instant) == 1
    assert essai.expedition.suivant() is Issue.ENVOYE


@pytest.mark.exigence("R2.2")
def test_echec_definitif__error() -> None:
    essai = Essai()
    essai.courrier.pannes = [EchecDefinitif("550 inconnu")]
    assert list(essai.tout()) == [Issue.REBUT, Issue.ENVOYE, Issue.ENVOYE]
    (suivi,) = essai.file.suivis(EtatEnvoi.REBUT, 9)
    assert (suivi.envoi.operateur, suivi.essais, suivi.erreur) == ("A", 1, "550 inconnu")


@pytest.mark.exigence("R2.2")
def test_une_lettre_qui_ne_s_ecrit_pas_n_arrete_pas_les_autres__error(caplog: pytest.LogCaptureFixture) -> None:
    essai = Essai()
    essai.redaction.pannes = [KeyError("secret")]
    assert list(essai.tout()) == [Issue.REPORTE, Issue.ENVOYE, Issue.ENVOYE]
    (suivi,) = essai.file.suivis(EtatEnvoi.EN_ATTENTE, 9)
    assert suivi.erreur == "Erreur interne (KeyError) : voir le journal."
    assert "préparation impossible" in caplog.text


@pytest.mark.exigence("R2.2")
def test_un_avis_qui_tue_ses_workers__error() -> None:
    """Leases that end without a word count as attempts: no notice kills workers for ever."""
    essai = Essai("A")
    for _ in range(CADENCE.essais):
        assert len(essai.file.prendre(essai.instant, CADENCE.bail, 1)) == 1
        essai.instant += CADENCE.bail
    assert essai.expedition.suivant() is Issue.REBUT
    assert essai.courrier.envoyes == []
    (suivi,) = essai.file.suivis(EtatEnvoi.REBUT, 9)
    assert "interrompu" in suivi.erreur


@pytest.mark.exigence("R2.2")
def test_un_bail_perime_n_efface_pas_le_succes_d_un_autre__ok() -> None:
    """A slow worker loses its lease, another sends: the failure of the first counts no more."""
    essai = Essai("A")
    lent = Expedition(essai.file, essai.redaction, _Lent(essai), lambda: essai.instant, CADENCE, lambda: 0.0)
    assert lent.suivant() is Issue.REPORTE
    (suivi,) = essai.file.suivis(None, 9)
    assert suivi.etat is EtatEnvoi.ENVOYE
    assert essai.courrier.envoyes == ["VERSION_ANNONCEE:2026.2:A"]


@pytest.mark.exigence("R2.2")
def test_un_bail_perime_ne_rend_pas_l_avis_qu_un_autre_envoie__ok() -> None:
    essai = Essai("A")

    class Repris:
        """The lease ends, another worker takes the notice and is still sending when the first one fails."""

        def envoyer(self, message: Message) -> None:
            essai.instant += CADENCE.bail
            assert len(essai.file.prendre(essai.instant, CADENCE.bail, 1)) == 1
            raise EchecDefinitif("trop tard")

    Expedition(essai.file, essai.redaction, Repris(), lambda: essai.instant, CADENCE).suivant()
    (suivi,) = essai.file.suivis(None, 9)
    assert (suivi.etat, suivi.prochain, suivi.erreur) == (EtatEnvoi.EN_ATTENTE, essai.instant + CADENCE.bail, "")


@dataclass
class _Lent:
    """A mail server that fails after the lease has ended and another worker has sent."""

    essai: Essai

    def envoyer(self, message: Message) -> None:
        self.essai.instant += CADENCE.bail
        assert self.essai.expedition.suivant() is Issue.ENVOYE
        raise EchecTemporaire("trop lent")


@pytest.mark.exigence("R2.2")
@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True), st.integers(1, 86_400), st.integers(1, 10_000))
def test_cadence__ok(essais: int, alea: float, recul: int, maximum: int) -> None:
    cadence = Cadence(timedelta(seconds=recul), timedelta(hours=6), maximum)
    prochain = cadence.prochain(INSTANT, essais, alea)
    assert (prochain is None) == (essais + 1 >= maximum)
    if prochain is not None:
        attente = prochain - INSTANT
        plein = min(timedelta(hours=6), timedelta(seconds=recul) * 2 ** min(essais, 20))
        assert 0.75 * plein <= attente <= plein


@pytest.mark.exigence("R2.2")
def test_par_defaut_un_week_end_ne_met_rien_au_rebut__ok() -> None:
    cadence, instant, essais = Cadence(), INSTANT, 0
    while (prochain := cadence.prochain(instant, essais, 0.0)) is not None:
        instant, essais = prochain, essais + 1
    assert essais == 23
    assert instant - INSTANT > timedelta(hours=63)
