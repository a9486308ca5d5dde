"""A store in memory, an own CA with its key, a recognised CA, and pieces with one defect each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from esav_soap import pki
from esav_soap.avis import Operateur
from esav_soap.certificats import Autorite, CertificatEnregistre, Role
from esav_soap.souscription import Acces, BonDeCommande, Souscription
from esav_soap.usecases.pki.autorites import inscrire_interne
from esav_soap.usecases.pki.emission import delivrer_csr
from esav_soap.usecases.pki.ports import Base, Contexte
from esav_soap.usecases.pki.raisons import PkiRefusee
from esav_soap.usecases.pki.titulaires import Titulaire
from tests.faux_acces import FauxAcces
from tests.unit.pki import fabrique

#: A Friday, 10:00 in Paris. The own CA begins then, and ends ten years later.
INSTANT = datetime(2030, 3, 1, 9, 0, tzinfo=UTC)
JOUR = timedelta(days=1)
FIN_AC = datetime(2040, 3, 1, 9, 0, tzinfo=UTC)
OPA = Titulaire("OPA")
OPB = Titulaire("OPB")
PUBLIEUR = Titulaire("CATALOGUE", Role.PUBLIEUR)
BON = BonDeCommande(
    *("CTR-1-ESAV", "AFF-1", "Opérateur", "73282932000074", "Jeanne Martin", "+33123456789", "sav@op.example"),
    adresse=("1 rue des Essais",),
    acces=frozenset({Acces.INTEGRE}),
)


class FauxMagasin(FauxAcces):
    """The store in memory, with opérateurs."""

    def __init__(self) -> None:
        super().__init__()
        self.declares: dict[str, Operateur] = {}

    def declarer_operateur(self, operateur: Operateur) -> None:
        self.declares[operateur.code] = operateur

    def operateurs(self) -> tuple[Operateur, ...]:
        return tuple(self.declares.values())

    def operateurs_par_offre(self) -> tuple[tuple[str, str], ...]:
        return ()


_: type[Base] = FauxMagasin


@dataclass
class Monde:
    """``ctx`` with ``base``; ``emetteur``: the own CA, recorded."""

    base: FauxMagasin
    emetteur: pki.AutoriteInterne
    ctx: Contexte

    def a(self, instant: datetime) -> Contexte:
        return replace(self.ctx, instant=instant)

    def csr(self, nom: str = "OPA") -> bytes:
        return pki.nouvelle_cle_et_csr(nom)[1]

    def delivre(self, titulaire: Titulaire = OPA, fin: datetime | None = None) -> CertificatEnregistre:
        """A certificate of the own CA for a new key."""
        return delivrer_csr(self.ctx, self.emetteur, self.csr("x"), titulaire, fin=fin).certificat

    def crl_interne(self) -> bytes:
        """The list of the own CA."""
        (autorite,) = (a for a in self.base.autorites() if a.interne)
        assert autorite.crl is not None
        return autorite.crl

    def reconnaitre(self, nom: str = "AC externe", crl: bytes | None = None) -> Autorite:
        """A recognised CA; :func:`signe` signs with its key."""
        der = autorite_externe(nom)
        autorite = Autorite(pki.empreinte(der), nom, False, INSTANT - JOUR, FIN_AC, INSTANT, der, crl)
        self.base.enregistrer_autorite(autorite)
        return autorite

    def etat(self) -> tuple[Any, ...]:
        """Everything that is stored: to see that nothing was written."""
        return self.base.certificats(), self.base.demandes(en_attente=False), self.base.autorites()


def monde(*, acces: Iterable[str] = ("OPA", "OPB")) -> Monde:
    """OPA and OPB declared, with access unless it is said otherwise."""
    base = FauxMagasin()
    paire = pki.creer_autorite("AC e-SAV", INSTANT, FIN_AC)
    emetteur = pki.AutoriteInterne(paire.der, paire.cle_pem)
    ctx = Contexte(base, pki, INSTANT)
    inscrire_interne(ctx, emetteur)
    for code in ("OPA", "OPB"):
        base.declarer_operateur(Operateur(code, f"Opérateur {code}", f"sav@{code.lower()}.example"))
    for code in acces:
        base.enregistrer_souscription(Souscription(code, BON, INSTANT - JOUR))
    return Monde(base, emetteur, ctx)


def autorite_externe(nom: str = "AC externe") -> bytes:
    """The CA of that name, with the key of that name: the same bytes always but for the signature, which is made once."""
    if nom not in _AUTORITES:
        _AUTORITES[nom] = fabrique.certificat(
            f"EC-{nom}",
            sujet=nom,
            emetteur=nom,
            signe_par=f"EC-{nom}",
            debut=INSTANT - JOUR,
            fin=FIN_AC,
            extensions=[
                (x509.BasicConstraints(ca=True, path_length=None), True),
                (fabrique.usages("key_cert_sign", "crl_sign"), True),
            ],
        )
    return _AUTORITES[nom]


_AUTORITES: dict[str, bytes] = {}


def signe(sujet: str = "OPA", par: str = "AC externe", **options: Any) -> bytes:
    """A client's certificate (PEM) signed by that CA; ``options`` are those of the fabrique."""
    donnes = {"debut": INSTANT - JOUR, "fin": INSTANT + 365 * JOUR, "serie": x509.random_serial_number(), **options}
    return pki.en_pem(fabrique.certificat(sujet=sujet, emetteur=par, signe_par=f"EC-{par}", **donnes))


def crl_externe(
    *revoques: str, nom: str = "AC externe", instant: datetime = INSTANT, jours: int = 10, numero: int = 1
) -> bytes:
    """A list of that CA."""
    cle = fabrique.cle(f"EC-{nom}").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    emetteur = pki.AutoriteInterne(autorite_externe(nom), cle)
    return emetteur.crl([(n, instant) for n in revoques], instant, instant + jours * JOUR, numero)


def codes(refus: PkiRefusee) -> list[str]:
    return [r.code for r in refus.raisons]
