"""Who may call: certificates, what is wrong with them, and when they must be renewed (R6.1, R6.2, art. 5.2.2)."""

from esav_soap.certificats.objets import (
    Autorite,
    CertificatEnregistre,
    Cle,
    Demande,
    FaitsCertificat,
    FaitsCsr,
    GenreDemande,
    Origine,
    Paire,
    Role,
)
from esav_soap.certificats.refus import CertificatRefuse, MotifRefus

__all__ = [
    "Autorite",
    "CertificatEnregistre",
    "CertificatRefuse",
    "Cle",
    "Demande",
    "FaitsCertificat",
    "FaitsCsr",
    "GenreDemande",
    "MotifRefus",
    "Origine",
    "Paire",
    "Role",
]
