"""Who is reminded of a certificate, at which step, once; and what a reminder that waited too long becomes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from esav_soap.avis import Envoi, EtatEnvoi, GenreAvis, Operateur
from esav_soap.avis.faits import Lieux
from esav_soap.avis.message import Message
from esav_soap.calendar import PARIS
from esav_soap.certificats import CertificatEnregistre, Origine, Role
from esav_soap.certificats.echeances import Etape
from esav_soap.souscription import Acces
from esav_soap.store.tables import envoi as table_envoi
from esav_soap.usecases.avis import Rappels, Redacteur
from esav_soap.usecases.avis.certificats import certificats_dus, objet
from esav_soap.usecases.courrier import EchecDefinitif
from esav_soap.usecases.expedition import Expedition, Issue
from tests.faux import URL
from tests.faux_avis import BaseAvis
from tests.integration.acces import BON, SOUSCRIPTION, certificat, demande, empreinte

JOUR, INSTANT = timedelta(days=1), timedelta(microseconds=1)


def paris(annee: int, mois: int, jour: int, heure: int = 0, minute: int = 0) -> datetime:
    return datetime(annee, mois, jour, heure, minute, tzinfo=PARIS).astimezone(UTC)


#: Ends on Easter Monday; 15 jours ouvrés before is the 8th of March.
FIN = paris(2027, 3, 29, 12, 15)
PAS = {
    Etape.PREPARER: paris(2027, 2, 12),
    Etape.DERNIER_JOUR_CHANGEMENT: paris(2027, 2, 27),
    Etape.DERNIER_JOUR_RENOUVELLEMENT: paris(2027, 3, 8),
    Etape.EXPIRE: FIN,
}
UN = certificat("un", fin=FIN, debut=FIN - 365 * JOUR)
RELEVE = certificat("deux", numero_serie="b2", debut=FIN - 40 * JOUR, fin=FIN + 300 * JOUR)


@pytest.fixture
def base() -> BaseAvis:
    """OPA, subscribed, with one certificate."""
    base = BaseAvis()
    base.declarer_operateur(Operateur("OPA", "Opérateur Alpha", "sav@opa.example"))
    base.enregistrer_souscription(replace(SOUSCRIPTION, activee_le=UN.debut))
    base.enregistrer_certificat(UN)
    return base


def rappel(etape: Etape, de: CertificatEnregistre = UN) -> Envoi:
    return Envoi(GenreAvis.RAPPEL_CERTIFICAT, objet(de, etape), de.titulaire)


def dus(base: BaseAvis, instant: datetime) -> list[Envoi]:
    return certificats_dus(base, instant)[0]


def texte(base: BaseAvis, envoi: Envoi, instant: datetime) -> str:
    message = Redacteur(base, Lieux(URL, "esav@esav.example")).message(envoi, instant)
    return " ".join(message.texte.replace("\u00a0", " ").split())


def refus(base: BaseAvis, envoi: Envoi, instant: datetime) -> str:
    with pytest.raises(EchecDefinitif) as pris:
        texte(base, envoi, instant)
    return str(pris.value)


def file(base: BaseAvis) -> list[Envoi]:
    return [suivi.envoi for suivi in reversed(base.suivis(None, 99))]


@pytest.mark.exigence("R6.2")
def test_chaque_etape_une_seule_fois__ok(base: BaseAvis) -> None:
    """The clock goes from half a year before to half a year after, by hours: four notices, each at its instant."""
    rappels = Rappels(base, base)
    mis: list[tuple[datetime, int]] = []
    instant = FIN - 180 * JOUR
    while instant < FIN + 180 * JOUR:
        instant += timedelta(hours=1)
        if nombre := rappels.ajouter_dus(instant):
            mis.append((instant, nombre))
    assert file(base) == [rappel(etape) for etape in Etape]
    assert [nombre for _, nombre in mis] == [1, 1, 1, 1]
    for (quand, _), debut in zip(mis, PAS.values(), strict=True):
        assert debut <= quand < debut + timedelta(hours=1)
    # Another worker, or this one after a restart, finds them queued already.
    assert Rappels(base, base).ajouter_dus(FIN + JOUR) == 0
    assert len(file(base)) == 4


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(("etape", "debut"), PAS.items(), ids=[e.name for e in PAS])
def test_debut_de_l_etape__ok(base: BaseAvis, etape: Etape, debut: datetime) -> None:
    assert dus(base, debut) == [rappel(etape)]
    assert rappel(etape) not in dus(base, debut - INSTANT)


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("fin", "preparer"),
    [
        # The clocks change between the step and the end, or in the night of the end itself.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), paris(2026, 9, 10)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), paris(2026, 9, 10)),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), paris(2027, 2, 11)),
        # The 29th of February in Paris is the 28th in UTC.
        (datetime(2028, 2, 28, 23, 0, tzinfo=UTC), paris(2028, 1, 15)),
        (paris(2027, 1, 31), paris(2026, 12, 17)),
    ],
)
def test_les_jours_sont_ceux_de_paris__ok(base: BaseAvis, fin: datetime, preparer: datetime) -> None:
    un = replace(UN, fin=fin)
    base.par_empreinte = {un.empreinte: un}
    assert dus(base, preparer - INSTANT) == []
    assert dus(base, preparer) == [rappel(Etape.PREPARER, un)]
    assert dus(base, fin) == [rappel(Etape.EXPIRE, un)]


@pytest.mark.exigence("R6.2")
def test_qui_etait_arrete_n_envoie_que_la_derniere_etape__ok(base: BaseAvis) -> None:
    assert dus(base, PAS[Etape.DERNIER_JOUR_RENOUVELLEMENT] + JOUR) == [rappel(Etape.DERNIER_JOUR_RENOUVELLEMENT)]
    assert dus(base, FIN + 31 * JOUR) == [rappel(Etape.EXPIRE)]
    assert dus(base, paris(2027, 5, 29, 12, 15) - INSTANT) == [rappel(Etape.EXPIRE)]
    # After two months nobody wants to know any more.
    assert dus(base, paris(2027, 5, 29, 12, 15)) == []


@pytest.mark.exigence("R6.2")
def test_certificat_sans_fin__ok(base: BaseAvis) -> None:
    base.par_empreinte = {UN.empreinte: replace(UN, fin=datetime(9999, 12, 30, tzinfo=UTC))}
    assert dus(base, FIN) == []


SANS_OBJET = {
    "revoque": replace(UN, revoque_le=FIN - 100 * JOUR, motif_revocation="clé perdue"),
    "remplace": RELEVE,
}


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize("autre", SANS_OBJET.values(), ids=SANS_OBJET)
def test_ni_revoque_ni_remplace__ok(base: BaseAvis, autre: CertificatEnregistre) -> None:
    base.par_empreinte[autre.empreinte] = autre
    assert [dus(base, debut) for debut in PAS.values()] == [[], [], [], []]


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    "autre",
    [
        replace(RELEVE, revoque_le=FIN - 20 * JOUR),
        replace(RELEVE, debut=FIN + INSTANT),
        replace(RELEVE, fin=FIN - INSTANT),
        replace(RELEVE, titulaire="OPB"),
        replace(RELEVE, plateformes=frozenset({"integration"})),
    ],
    ids=["revoquee", "commence-trop-tard", "finit-avant", "autre-titulaire", "une-seule-plateforme"],
)
def test_ce_qui_ne_remplace_pas__ok(base: BaseAvis, autre: CertificatEnregistre) -> None:
    base.enregistrer_certificat(autre)
    for etape, debut in PAS.items():
        assert rappel(etape) in dus(base, debut)


@pytest.mark.exigence("R6.2", "R6.6")
def test_acces_qui_finit_avant_le_certificat__ok(base: BaseAvis) -> None:
    """There is nothing to renew for who leaves; the one who leaves later, or comes back, renews."""
    base.enregistrer_souscription(replace(SOUSCRIPTION, fin=FIN))
    assert dus(base, PAS[Etape.PREPARER]) == []
    assert "ne dure pas plus longtemps" in refus(base, rappel(Etape.PREPARER), PAS[Etape.PREPARER])
    base.enregistrer_souscription(replace(SOUSCRIPTION, fin=FIN + INSTANT))
    assert dus(base, PAS[Etape.PREPARER]) == [rappel(Etape.PREPARER)]
    base.enregistrer_souscription(replace(SOUSCRIPTION, bon=replace(BON, acces=frozenset({Acces.EN_LIGNE}))))
    assert dus(base, PAS[Etape.PREPARER]) == []
    publieur = replace(UN, role=Role.PUBLIEUR)
    base.par_empreinte = {UN.empreinte: publieur}
    assert dus(base, PAS[Etape.PREPARER]) == [rappel(Etape.PREPARER)]
    base.par_empreinte = {UN.empreinte: UN}
    base.bons.clear()
    assert dus(base, PAS[Etape.PREPARER]) == [], "no call is let in either"


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize("role", [Role.PUBLIEUR, Role.FOURNISSEUR])
def test_titulaire_sans_adresse__ok(base: BaseAvis, role: Role, caplog: pytest.LogCaptureFixture) -> None:
    """A publisher or a system need not be declared: the log tells of it, once at each step, and nothing is queued."""
    autre = replace(UN, empreinte=empreinte("autre"), titulaire="CATALOGUE", role=role)
    base.par_empreinte = {autre.empreinte: autre}
    rappels = Rappels(base, base)
    with caplog.at_level(logging.WARNING):
        for debut in (PAS[Etape.PREPARER], PAS[Etape.PREPARER] + JOUR, PAS[Etape.DERNIER_JOUR_CHANGEMENT]):
            assert rappels.ajouter_dus(debut) == 0
    assert [(f"{autre.empreinte}:{e.name}" in dit.message) for e, dit in zip(PAS, caplog.records, strict=False)] == [
        True,
        True,
    ]
    assert file(base) == []
    base.declarer_operateur(Operateur("CATALOGUE", "Équipe catalogue", "catalogue@fournisseur.example"))
    assert rappels.ajouter_dus(PAS[Etape.DERNIER_JOUR_CHANGEMENT]) == 1
    assert file(base) == [rappel(Etape.DERNIER_JOUR_CHANGEMENT, autre)]


@pytest.mark.exigence("R6.2")
def test_operateur_sans_adresse__error(base: BaseAvis) -> None:
    """It is queued all the same: the rebut is where a missing address is seen."""
    base.connus.clear()
    assert dus(base, FIN) == [rappel(Etape.EXPIRE)]
    assert "OPA n'est pas déclaré" in refus(base, rappel(Etape.EXPIRE), FIN)


@pytest.mark.exigence("R6.2")
def test_les_faits_du_certificat__ok(base: BaseAvis) -> None:
    base.enregistrer_certificat(replace(RELEVE, plateformes=frozenset({"integration"})))
    base.enregistrer_certificat(certificat("revoque", numero_serie="dead", fin=FIN + 9 * JOUR, revoque_le=FIN - JOUR))
    base.enregistrer_certificat(certificat("publieur", numero_serie="cafe", fin=FIN + 9 * JOUR, role=Role.PUBLIEUR))
    base.enregistrer_certificat(certificat("avant", numero_serie="finit-avant", debut=UN.debut, fin=FIN - INSTANT))
    base.ajouter_demande(demande(recue_le=FIN - 21 * JOUR, echeance=date(2027, 3, 30)))
    base.ajouter_demande(demande(titulaire="OPB"))
    base.ajouter_demande(demande(plateformes=frozenset({"integration"})))
    base.ajouter_demande(demande(role=Role.PUBLIEUR))
    dit = texte(base, rappel(Etape.DERNIER_JOUR_RENOUVELLEMENT), PAS[Etape.DERNIER_JOUR_RENOUVELLEMENT])
    assert f"Empreinte SHA-256 : {UN.empreinte}" in dit
    assert f"Numéro de série : {UN.numero_serie}" in dit
    assert "CN=AC « Réseau » (délivré par une autorité reconnue)" in dit
    assert "au plus tard le lundi 8 mars 2027" in texte(base, rappel(Etape.PREPARER), PAS[Etape.PREPARER])
    assert "série b2 n'est pas touché : il est accepté jusqu'au" in dit
    assert "(integration)" in dit
    assert "finit-avant" not in dit
    assert f"{UN.numero_serie} n'est pas touché" not in dit
    assert "dead" not in dit
    assert "cafe" not in dit
    assert "Votre demande n° 1, reçue le 8 mars 2027, est en cours" in dit
    assert dit.count("n° ") == 1
    base.par_empreinte[UN.empreinte] = replace(UN, origine=Origine.FOURNISSEUR)
    assert "(délivré par le Fournisseur)" in texte(base, rappel(Etape.EXPIRE), FIN)


def revoquer(base: BaseAvis) -> None:
    base.revoquer_certificats([UN.empreinte], FIN - 40 * JOUR, "clé perdue")


def remplacer(base: BaseAvis) -> None:
    base.enregistrer_certificat(RELEVE)


def oublier(base: BaseAvis) -> None:
    base.par_empreinte.clear()


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("changement", "motif"),
    [
        (revoquer, "Le certificat est révoqué depuis le 17/02/2027 à 11:15 : le rappel n'a plus d'objet."),
        (remplacer, "Le certificat de numéro de série b2 prend sa suite : le rappel n'a plus d'objet."),
        (oublier, f"Le certificat {UN.empreinte} n'est pas enregistré."),
    ],
)
def test_decide_de_nouveau_a_l_envoi__error(base: BaseAvis, changement: Callable[[BaseAvis], None], motif: str) -> None:
    """Queued when it was true; sent when it is so no more: to the rebut, with the reason, and no mail goes out."""
    instant = PAS[Etape.PREPARER]
    assert Rappels(base, base).ajouter_dus(instant) == 1
    changement(base)
    boite: list[Message] = []
    expedition = Expedition(base, Redacteur(base, Lieux(URL, "esav@esav.example")), Boite(boite), lambda: instant)
    assert expedition.suivant() is Issue.REBUT
    assert [(s.etat, s.erreur) for s in base.suivis(None, 9)] == [(EtatEnvoi.REBUT, motif)]
    assert boite == []


@pytest.mark.exigence("R6.2")
def test_une_etape_depassee_laisse_la_place_a_la_suivante__error(base: BaseAvis) -> None:
    """The mail server was down over the step: only what is true today is sent."""
    rappels = Rappels(base, base)
    rappels.ajouter_dus(PAS[Etape.PREPARER])
    instant = PAS[Etape.DERNIER_JOUR_CHANGEMENT]
    rappels.ajouter_dus(instant)
    boite: list[Message] = []
    expedition = Expedition(base, Redacteur(base, Lieux(URL, "esav@esav.example")), Boite(boite), lambda: instant)
    assert [expedition.suivant() for _ in range(3)] == [Issue.REBUT, Issue.ENVOYE, None]
    assert [message.sujet for message in boite] == [
        "e-SAV : votre certificat se termine le 29 mars 2027, dernier jour pour changer d'émetteur"
    ]
    (rebut,) = base.suivis(EtatEnvoi.REBUT, 9)
    assert rebut.erreur == (
        "Le rappel de l'étape PREPARER n'est plus à envoyer : celui de l'étape DERNIER_JOUR_CHANGEMENT le remplace."
    )
    assert "l'étape n'est pas venue" in refus(base, rappel(Etape.PREPARER), PAS[Etape.PREPARER] - INSTANT)


class Boite:
    """``Courrier`` that keeps what it is given."""

    def __init__(self, recus: list[Message]) -> None:
        self._recus = recus

    def envoyer(self, message: Message) -> None:
        self._recus.append(message)


@pytest.mark.exigence("R6.2")
def test_la_cle_tient_dans_la_colonne__ok() -> None:
    longs: Collection[Envoi] = [Envoi(GenreAvis.RAPPEL_CERTIFICAT, objet(UN, etape), "X" * 64) for etape in Etape]
    largeurs = {nom: table_envoi.c[nom].type.length for nom in ("objet", "cle", "genre")}  # type: ignore[attr-defined]
    assert max(len(envoi.objet) for envoi in longs) <= largeurs["objet"]
    assert max(len(envoi.cle) for envoi in longs) <= largeurs["cle"]
    assert max(len(genre.name) for genre in GenreAvis) <= largeurs["genre"]
    assert len({envoi.cle for envoi in longs}) == len(Etape)
