"""Who may call, from memory: the order of the refusals, and what is known when the store is out of reach."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

import pytest
from cryptography import x509

from esav_soap import pki
from esav_soap.certificats import Autorite, CertificatEnregistre, CertificatRefuse, FaitsCertificat, Origine, Role
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.souscription import Acces, BonDeCommande, Souscription
from esav_soap.usecases.acces import RegistreAcces
from tests.faux_acces import FauxAcces
from tests.fils import Fil
from tests.unit.pki.fabrique import DEBUT, FEUILLE, FIN, MILIEU, autorite, certificat

#: Of « openssl req -x509 » without more.
COMME_OPENSSL = x509.BasicConstraints(ca=True, path_length=None)
AC, AUTRE_AC = autorite("AC"), autorite("Autre", "EC-autre")
DER = certificat()
JOUR = timedelta(days=1)
BON = BonDeCommande("", "", "", "", "", "", "", ("",), frozenset({Acces.INTEGRE}))


class Base(FauxAcces):
    """``en_panne``: it cannot be read; ``lectures``: how often all of it was, ``regards``: how often its revision.
    ``pendant``: what somebody else does while it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.lectures = self.regards = 0
        self.en_panne = False
        self.pendant: Callable[[], object] = int

    def revision_acces(self) -> int:
        self.regards += 1
        if self.en_panne:
            raise OSError("store out of reach")
        return super().revision_acces()

    def certificats(self) -> tuple[CertificatEnregistre, ...]:
        self.lectures += 1
        lus = super().certificats()
        self.pendant()
        return lus


class Essai:
    """A registry over a store in memory, with a clock of its own. One registered certificate, all in order."""

    def __init__(self) -> None:
        self.base = Base()
        self.secondes = 0.0
        self.base.enregistrer_autorite(self.ac())
        self.base.enregistrer_souscription(Souscription("OP1", BON, DEBUT))
        self.enregistrer(DER)
        self.registre = RegistreAcces(self.base, pki, monotone=lambda: self.secondes)
        self.registre.rafraichir()

    def ac(self, der: bytes = AC, **champs: Any) -> Autorite:
        return Autorite(
            pki.empreinte(der), "AC", False, champs.pop("debut", DEBUT), champs.pop("fin", FIN), DEBUT, der, **champs
        )

    def enregistrer(self, der: bytes, **champs: Any) -> None:
        faits: FaitsCertificat = pki.lire(der)
        modele = CertificatEnregistre(
            faits.empreinte,
            "OP1",
            Role.OPERATEUR,
            Origine.RECONNUE,
            faits.sujet,
            faits.emetteur,
            faits.numero_serie,
            pki.empreinte(AC),
            DEBUT,
            FIN,
            DEBUT,
            DEBUT,
            der,
        )
        self.base.par_empreinte[faits.empreinte] = replace(modele, **champs)

    def motif(self, der: bytes | None = DER, plateforme: str = "production", instant: datetime = MILIEU) -> str:
        """Why it is refused; ``""``: it is not."""
        try:
            self.registre.identifier(der, plateforme, instant)
        except CertificatRefuse as pris:
            refus = pris
        else:
            return ""
        assert refus.code is CodeErreur.CERTIFICAT_REFUSE
        assert refus.message.startswith(f"{refus.motif.name} : ")
        return refus.motif.name

    def apres(self, secondes: float = 10.0) -> None:
        self.secondes += secondes
        self.registre.rafraichir()


@pytest.fixture
def essai() -> Essai:
    return Essai()


@pytest.mark.exigence("R6.1")
def test_un_certificat_enregistre__ok(essai: Essai) -> None:
    identifie = essai.registre.identifier(DER, "production", MILIEU)
    assert (identifie.code, identifie.role) == ("OP1", Role.OPERATEUR)
    assert identifie.certificat == essai.registre.certificats[0]
    assert essai.registre.identifier(bytes(bytearray(DER)), "integration", MILIEU) is identifie


@pytest.mark.exigence("R6.2")
def test_l_ordre_des_refus__error(essai: Essai) -> None:
    """Each is told when all that come before it are in order, whatever is wrong behind it."""
    fautes = {"fin": MILIEU, "plateformes": frozenset({"integration"}), "autorite": "aucune", "titulaire": "OP2"}
    essai.enregistrer(DER, **fautes, revoque_le=MILIEU)
    essai.apres()
    assert essai.motif() == "REVOQUE"
    for repare, attendu in (
        ({}, "EXPIRE"),
        ({"fin": FIN, "debut": MILIEU + JOUR}, "PAS_ENCORE_VALIDE"),
        ({"debut": DEBUT}, "AUTORITE_INCONNUE"),
        ({"autorite": pki.empreinte(AC)}, "ACCES_TERMINE"),
        ({"titulaire": "OP1"}, "PLATEFORME_INTERDITE"),
        ({"plateformes": frozenset({"production"})}, ""),
    ):
        fautes |= repare
        essai.enregistrer(DER, **fautes)
        essai.apres()
        assert essai.motif() == attendu


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("champs", "instant", "attendu"),
    [
        ({}, DEBUT, ""),
        ({}, DEBUT - timedelta(microseconds=1), "PAS_ENCORE_VALIDE"),
        ({}, FIN - timedelta(microseconds=1), ""),
        ({}, FIN, "EXPIRE"),
        ({"revoque_le": MILIEU}, MILIEU - timedelta(minutes=1), "REVOQUE"),  # by somebody whose clock is fast
        ({"revoque_le": MILIEU}, MILIEU, "REVOQUE"),
        ({"revoque_le": MILIEU}, FIN + JOUR, "REVOQUE"),
    ],
)
def test_les_bornes__ok(essai: Essai, champs: dict[str, Any], instant: datetime, attendu: str) -> None:
    essai.enregistrer(DER, **champs)
    essai.apres()
    assert essai.motif(instant=instant) == attendu


@pytest.mark.exigence("R6.2")
def test_une_autorite_retiree_ou_finie__error(essai: Essai) -> None:
    fautes: tuple[dict[str, Any], ...] = (
        {"retiree_le": MILIEU},
        {"retiree_le": MILIEU + timedelta(minutes=1)},  # by somebody whose clock is fast
        {"fin": MILIEU},
        {"debut": MILIEU + JOUR},
    )
    for champs in fautes:
        essai.base.enregistrer_autorite(essai.ac(**champs))
        essai.apres()
        assert essai.motif() == "AUTORITE_INCONNUE"
    essai.base.enregistrer_autorite(essai.ac())
    essai.apres()
    assert essai.motif() == ""


@pytest.mark.exigence("R6.2")
def test_la_liste_de_revocation_de_son_autorite__error(essai: Essai) -> None:
    """A number counts with its CA: another one's may be the same."""
    interne = pki.creer_autorite("AC interne", DEBUT, FIN)
    signe = pki.AutoriteInterne(interne.der, interne.cle_pem)
    der = signe.delivrer_client(pki.nouvelle_cle_et_csr("OP1")[1], "OP1", "OPERATEUR", DEBUT, FIN)
    numero = pki.lire(der).numero_serie
    essai.base.enregistrer_autorite(essai.ac(interne.der, crl=signe.crl([(numero, MILIEU)], MILIEU, FIN, 1)))
    for autorite_, attendu in ((interne.der, "REVOQUE"), (AC, "")):
        essai.enregistrer(der, autorite=pki.empreinte(autorite_))
        essai.apres()
        assert essai.motif(der) == attendu
    essai.enregistrer(der, autorite=pki.empreinte(interne.der))
    essai.base.enregistrer_autorite(essai.ac(interne.der, crl=signe.crl([], MILIEU, FIN, 2)))
    essai.apres()
    assert essai.motif(der) == "", "another list counts from then on"


@pytest.mark.exigence("R6.6")
@pytest.mark.parametrize(
    ("role", "souscription", "attendu"),
    [
        (Role.OPERATEUR, None, "ACCES_TERMINE"),
        (Role.OPERATEUR, Souscription("OP1", BON, DEBUT, DEBUT, MILIEU), "ACCES_TERMINE"),
        (Role.OPERATEUR, Souscription("OP1", BON, DEBUT, DEBUT, MILIEU + JOUR), ""),
        (Role.OPERATEUR, Souscription("OP1", BON, MILIEU + JOUR), "ACCES_TERMINE"),
        (Role.OPERATEUR, Souscription("OP1", replace(BON, acces=frozenset({Acces.EN_LIGNE})), DEBUT), "ACCES_TERMINE"),
        (Role.PUBLIEUR, None, ""),
        (Role.FOURNISSEUR, None, ""),
    ],
)
def test_la_souscription_des_operateurs__ok(
    essai: Essai, role: Role, souscription: Souscription | None, attendu: str
) -> None:
    essai.base.bons.clear()
    if souscription is not None:
        essai.base.enregistrer_souscription(souscription)
    essai.enregistrer(DER, role=role)
    essai.apres()
    assert essai.motif() == attendu


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("der", "attendu"),
    [
        (None, "ABSENT"),
        (b"", "ILLISIBLE"),
        (DER + b"\0", "ILLISIBLE"),
        (certificat(serie=7), "NON_ENREGISTRE"),
        (certificat(serie=7, fin=MILIEU), "EXPIRE"),
        (certificat(serie=7, debut=MILIEU + JOUR), "PAS_ENCORE_VALIDE"),
        (certificat("RSA-1024", serie=7), "CLE_FAIBLE"),
        (certificat(serie=7, extensions=[(FEUILLE, True)], emetteur="OP1", signe_par="EC-256"), "AUTO_SIGNE"),
        (certificat(serie=7, extensions=[(COMME_OPENSSL, True)], emetteur="OP1", signe_par="EC-256"), "AUTO_SIGNE"),
        (certificat(serie=7, emetteur="Autre", signe_par="EC-autre"), "AUTORITE_INCONNUE"),
        (certificat(serie=7, signe_par="EC-autre"), "AUTORITE_INCONNUE"),
        (AC, "EST_UNE_AUTORITE"),
    ],
    ids=range(12),
)
def test_ce_que_personne_n_a_enregistre__error(essai: Essai, der: bytes | None, attendu: str) -> None:
    """What is wrong with it, if anything is: that helps more than to hear that it is not registered."""
    assert essai.motif(der) == attendu


@pytest.mark.exigence("R6.2")
def test_des_inconnus_ne_font_pas_relire_sans_cesse__ok(essai: Essai) -> None:
    """They cost one look at the revision each, but what was registered meanwhile is known at once."""
    nouveau = certificat(serie=8)
    for _ in range(5):
        assert essai.motif(nouveau) == "NON_ENREGISTRE"
    assert (essai.base.lectures, essai.base.regards) == (1, 6)
    essai.enregistrer(nouveau)
    assert essai.motif(nouveau) == ""
    assert essai.base.lectures == 2
    regards = essai.base.regards
    for _ in range(5):
        assert essai.motif() == essai.motif(nouveau) == ""
    assert (essai.base.lectures, essai.base.regards) == (2, regards), "who is known asks the store nothing"


@pytest.mark.exigence("R6.2")
def test_rien_n_est_relu_tant_que_rien_ne_change__ok(essai: Essai) -> None:
    """But after a minute: what somebody put right in SQL has no other number."""
    avant = essai.registre.certificats
    for _ in range(5):
        essai.apres(11.0)
    assert (essai.base.lectures, essai.base.regards) == (1, 6)
    essai.secondes += 59.0
    assert essai.motif() == "", "nothing has changed since: that is as good as having read it all"
    essai.apres(1.0)
    assert essai.base.lectures == 2
    assert essai.registre.certificats is avant, "the same object, by which others know that it is the same"


@pytest.mark.exigence("R6.2", "R6.6")
@pytest.mark.parametrize(
    ("geste", "attendu"),
    [
        (lambda base: base.revoquer_certificats([pki.empreinte(DER)], MILIEU, "perdu"), "REVOQUE"),
        (lambda base: base.retirer_autorite(pki.empreinte(AC), MILIEU), "AUTORITE_INCONNUE"),
        (lambda base: base.enregistrer_souscription(Souscription("OP1", BON, DEBUT, DEBUT, MILIEU)), "ACCES_TERMINE"),
    ],
)
def test_ce_qui_s_ecrit_pendant_la_lecture_est_vu_a_la_suivante__ok(
    essai: Essai, geste: Callable[[Base], object], attendu: str
) -> None:
    """The revision is read before the rest, never after it."""

    def pendant() -> None:
        essai.base.pendant = int
        geste(essai.base)

    essai.base.pendant = pendant
    essai.enregistrer(certificat(serie=8))
    essai.apres()
    essai.apres()
    assert essai.motif() == attendu


@pytest.mark.exigence("R6.1")
def test_les_motifs_commencent_par_celui_qui_est_dit__ok(essai: Essai) -> None:
    fautes: dict[str, Any] = {"plateformes": frozenset({"integration"}), "autorite": "aucune", "titulaire": "OP2"}
    essai.enregistrer(DER, fin=MILIEU, revoque_le=MILIEU, **fautes)
    essai.apres()
    dits = [motif.name for motif in essai.registre.motifs(DER, "production", MILIEU)]
    assert dits == ["REVOQUE", "EXPIRE", "AUTORITE_INCONNUE", "ACCES_TERMINE", "PLATEFORME_INTERDITE"]
    assert essai.motif() == dits[0]
    assert [m.name for m in essai.registre.motifs(certificat(serie=9), "production", MILIEU)] == ["NON_ENREGISTRE"]


@pytest.mark.exigence("R6.2")
def test_le_magasin_hors_d_atteinte__error(essai: Essai) -> None:
    """What was known holds for a minute; then a revocation may have been missed, and nobody is let in."""
    essai.base.en_panne = True
    with pytest.raises(OSError, match="out of reach"):
        essai.registre.rafraichir()
    essai.secondes = 60.0
    assert essai.motif() == ""
    assert essai.motif(certificat(serie=9)) == "NON_ENREGISTRE", "never let in because nothing could be read"
    essai.secondes = 60.1
    for der in (DER, certificat(serie=9)):
        with pytest.raises(ErreurEsav) as pris:
            essai.registre.identifier(der, "production", MILIEU)
        assert pris.value.code is CodeErreur.ERREUR_INTERNE
    regards = essai.base.regards
    assert essai.motif(None) == "ABSENT"
    for _ in range(5):
        with pytest.raises(ErreurEsav):
            essai.registre.identifier(DER, "production", MILIEU)
    assert essai.base.regards == regards, "it is not asked again for a second"
    essai.base.en_panne = False
    essai.secondes = 61.2
    assert essai.motif() == "", "the request itself reads anew, before the thread does"
    assert essai.base.regards == regards + 1


@pytest.mark.exigence("R6.2")
def test_avant_toute_lecture_personne_n_entre__error() -> None:
    base = Base()
    base.en_panne = True
    with pytest.raises(ErreurEsav) as pris:
        RegistreAcces(base, pki).identifier(DER, "production", MILIEU)
    assert pris.value.code is CodeErreur.ERREUR_INTERNE


@pytest.mark.exigence("R6.2")
def test_la_revision_suit_les_autorites_reconnues__ok(essai: Essai) -> None:
    avant = essai.registre.revision
    essai.enregistrer(certificat(serie=8))
    essai.apres()
    assert (essai.registre.revision, essai.registre.autorites_reconnues) == (avant, (AC,))
    essai.base.enregistrer_autorite(essai.ac(AUTRE_AC))
    essai.apres()
    assert essai.registre.revision != avant
    assert set(essai.registre.autorites_reconnues) == {AC, AUTRE_AC}
    avec_deux = essai.registre.revision
    essai.base.retirer_autorite(pki.empreinte(AUTRE_AC), datetime.now(UTC))
    essai.apres()
    assert essai.registre.revision not in (avant, avec_deux)
    assert essai.registre.autorites_reconnues == (AC,)


@pytest.mark.exigence("R6.1")
def test_la_revision_ne_change_jamais_avant_les_autorites__ok(essai: Essai) -> None:
    """Whoever looks in between, at any line: a TLS context made for the new number with the old CAs would stay for good."""
    registre, vus = essai.registre, set()

    def regarder(cadre: FrameType, _evenement: str, _valeur: Any) -> Any:
        if cadre.f_code.co_filename.endswith("usecases/acces.py"):
            sys.settrace(None)
            vus.add((registre.revision, registre.autorites_reconnues))
            sys.settrace(regarder)
        return regarder

    essai.base.enregistrer_autorite(essai.ac(AUTRE_AC))
    avant = sys.gettrace()
    sys.settrace(regarder)
    try:
        registre.rafraichir()
    finally:
        sys.settrace(avant)
    assert sorted(revision for revision, _ in vus) == [1, 2]


@pytest.mark.exigence("R6.2")
def test_plusieurs_inconnus_a_la_fois__ok(essai: Essai) -> None:
    """They wait for one reading, and all know its result."""
    nouveau = certificat(serie=8)
    essai.enregistrer(nouveau)
    essai.secondes = 5.0
    fils = [Fil(lambda: essai.motif(nouveau)) for _ in range(8)]
    assert [fil.resultat() for fil in fils] == [""] * 8
    assert essai.base.lectures == 2


@pytest.mark.exigence("R6.1")
def test_le_jugement_ne_coute_que_des_microsecondes__ok(essai: Essai) -> None:
    """From memory, without a signature to verify; the bound is generous for a busy machine."""
    meilleur = float("inf")
    for _ in range(5):
        debut = time.perf_counter()
        for _ in range(1000):
            essai.registre.identifier(DER, "production", MILIEU)
        meilleur = min(meilleur, (time.perf_counter() - debut) / 1000)
    assert meilleur < 30e-6
