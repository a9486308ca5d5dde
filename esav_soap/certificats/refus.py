"""Why a certificate is refused: the codes that the log, ``esav pki explain`` and the answers name."""

from __future__ import annotations

from enum import Enum

from esav_soap.certificats.objets import FaitsCertificat
from esav_soap.errors import CodeErreur, ErreurEsav


class MotifRefus(Enum):
    """Value: what is wrong and what to do, as answers and the documentation print it."""

    ABSENT = (
        "La connexion ne présente aucun certificat client. Configurer le certificat et sa clé dans le système appelant."
    )
    ILLISIBLE = "Ce n'est pas un certificat X.509 lisible (PEM ou DER)."
    AUTO_SIGNE = (
        "Le certificat est signé par lui-même. Il doit venir du Fournisseur (sur CSR) ou d'une autorité reconnue."
    )
    AUTORITE_INCONNUE = (
        "Aucune autorité reconnue n'a signé ce certificat. Vérifier son émetteur, ou faire reconnaître l'autorité."
    )
    EXPIRE = "Le certificat est arrivé au terme de sa validité. Employer le certificat renouvelé."
    PAS_ENCORE_VALIDE = "Le certificat n'est pas encore valide. Attendre sa date de début, ou vérifier l'horloge."
    REVOQUE = "Le certificat est révoqué. Demander un nouveau certificat au Fournisseur."
    NON_ENREGISTRE = "Le certificat vient d'une autorité reconnue, mais n'est pas enregistré. L'envoyer au Fournisseur, qui l'enregistre."
    CLE_FAIBLE = (
        "La clé est trop faible ou d'un genre non admis : RSA de 2048 bits au moins, ou EC P-256, P-384 ou P-521."
    )
    SIGNATURE_FAIBLE = "Le certificat est signé avec une empreinte trop faible (SHA-1, MD5) : SHA-256 au moins."
    USAGE_INCORRECT = "Le certificat n'est pas fait pour authentifier un client (keyUsage digitalSignature, extendedKeyUsage clientAuth)."
    EST_UNE_AUTORITE = "C'est le certificat d'une autorité, pas celui d'un appelant."
    NOM_DEJA_PRIS = "Le nom du certificat désigne un autre titulaire."
    ACCES_TERMINE = "L'opérateur n'a pas, ou n'a plus, d'accès à e-SAV intégré. Voir la souscription (Bon de commande)."
    PLATEFORME_INTERDITE = "Le certificat n'est pas enregistré pour cette plate-forme."


class CertificatRefuse(ErreurEsav):
    """The caller is not let in. ``motif``: why; ``faits``: the certificate that was seen, when there is one."""

    def __init__(self, motif: MotifRefus, faits: FaitsCertificat | None = None, complement: str = "") -> None:
        message = f"{motif.name} : {motif.value}" + (f" {complement}" if complement else "")
        super().__init__(CodeErreur.CERTIFICAT_REFUSE, message)
        self.motif = motif
        self.faits = faits
