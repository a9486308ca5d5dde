"""Why a certificate, a request or an authority is not taken: codes, sentences, and the refusal that carries all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from esav_soap.certificats import MotifRefus


class CodePki(Enum):
    """What the commands of the PKI refuse or warn of, beside :class:`MotifRefus`. Value: what it means and what to do."""

    # the holder
    TITULAIRE_INCONNU = "Cet opérateur n'est pas déclaré. Enregistrer son Bon de commande (esav operateur souscrire), ou corriger --titulaire."
    TITULAIRE_MAL_FORME = "Un nom de titulaire a 40 caractères au plus : capitales, chiffres, « _ » et « - »."
    TITULAIRE_AUTRE_ROLE = "Ce nom appelle déjà dans un autre rôle. Prendre un autre nom, ou le bon --role."
    SANS_ACCES_INTEGRE = (
        "L'opérateur n'a pas souscrit à e-SAV intégré, ou son accès est terminé. Enregistrer d'abord son Bon de commande (esav "
        "operateur souscrire)."
    )
    # the piece
    PIECE_ILLISIBLE = "Ce n'est ni un CSR (PKCS#10) ni un certificat X.509, en PEM ou en DER."
    CLE_PRIVEE = (
        "Le fichier contient une clé privée, que personne d'autre que son propriétaire ne doit avoir. La tenir pour perdue : "
        "faire une nouvelle clé, et n'envoyer que le CSR ou le certificat."
    )
    PLUSIEURS_CERTIFICATS = "Le fichier contient plusieurs certificats. En donner un seul par fichier."
    CSR_REFUSE = "Le CSR ne peut pas recevoir de certificat."
    CERTIFICAT_ATTENDU = "C'est un CSR : il se délivre (esav pki issue), il ne s'enregistre pas."
    CSR_ATTENDU = "C'est un certificat : il s'enregistre (esav pki register), il ne se délivre pas."
    CERTIFICAT_INCONNU = "Aucun certificat enregistré n'a cette empreinte (esav pki list)."
    EMPREINTE_AMBIGUE = "Plusieurs certificats commencent ainsi. Donner plus de chiffres de l'empreinte."
    EMPREINTE_MAL_FORMEE = "Ce n'est ni un fichier, ni une empreinte SHA-256 (8 à 64 chiffres hexadécimaux)."
    DEJA_ENREGISTRE = "Ce certificat est déjà enregistré, pour un autre titulaire, un autre rôle ou d'autres plates-formes. Le révoquer d'abord."
    DEJA_REVOQUE = "Ce certificat a été révoqué : il ne peut plus servir. Demander un nouveau certificat."
    CLE_REVOQUEE = (
        "Un certificat de cette clé a été révoqué : qui a la clé pourrait appeler de nouveau. Faire une nouvelle clé, et un "
        "nouveau CSR."
    )
    CLE_D_UN_AUTRE = (
        "Un autre titulaire, ou un autre rôle, a un certificat de cette clé. Chaque système fait la sienne."
    )
    # the request
    DATE_FUTURE = "La date de réception est dans l'avenir."
    DEMANDE_INCONNUE = "Aucune demande n'a ce numéro (esav pki list)."
    DEMANDE_CLASSEE = "Cette demande est déjà classée."
    # authorities
    AUTORITE_ABSENTE = "L'autorité de la plate-forme n'est pas enregistrée dans cette base, ou n'y est plus reconnue. Lancer esav pki init."
    AUTORITE_TERMINEE = (
        "L'autorité de la plate-forme est arrivée à son terme. En faire une autre, dans un autre dossier : esav pki init "
        "--succession."
    )
    AUTORITE_DEJA_FAITE = (
        "La plate-forme a déjà son autorité, dans un autre dossier. Pour préparer la suivante : --succession."
    )
    AUTORITE_RETIREE = "L'autorité de ce dossier a été retirée. La reconnaître de nouveau : esav pki ca add."
    AUTORITE_DEJA_RECONNUE = "Cette autorité est déjà reconnue."
    AUTORITE_NON_TROUVEE = "Aucune autorité n'a ce nom ou cette empreinte (esav pki ca list)."
    AUTORITE_AMBIGUE = "Plusieurs autorités répondent à cette désignation. Donner l'empreinte."
    AUTORITE_REFUSEE = "Ce certificat n'est pas celui d'une autorité (basicConstraints CA, keyUsage keyCertSign)."
    NOM_REFUSE = "Un nom d'autorité a de 1 à 64 caractères imprimables."
    CRL_REFUSEE = "Cette liste de révocation ne peut pas être prise."
    CRL_ANCIENNE = "Une liste plus récente est déjà enregistrée pour cette autorité."
    CRL_INTERNE = "La liste de cette autorité est faite ici : esav pki crl."
    DUREE_REFUSEE = "La date de fin est déjà passée, ou la durée est nulle."
    MOTIF_REFUSE = "Un motif de révocation a de 1 à 200 caractères imprimables."
    NOM_DE_SERVEUR = "Ce n'est pas un nom de machine ni une adresse IP."
    # warnings
    TROIS_VALIDES = (
        "Ce titulaire a plus de deux certificats utilisables dans ce rôle : chacun est une clé qui peut fuir. Révoquer ceux qui ne "
        "servent plus."
    )
    PAS_ENCORE_COMMENCE = "Ce certificat ne servira qu'à sa date de début."
    FIN_ABREGEE = "La validité est écourtée à la fin de l'autorité de la plate-forme."
    AUTRE_NOM = "Le CSR porte un autre nom que le titulaire ; le certificat portera celui du titulaire."
    DERNIER_CERTIFICAT = (
        "Ce titulaire n'aura plus aucun certificat utilisable dans ce rôle : ses appels seront refusés."
    )
    CRL_PERIMEE = "La liste de révocation est périmée ou absente : les mandataires qui l'appliquent refusent tout le monde. Lancer esav pki crl."


@dataclass(frozen=True, slots=True)
class Raison:
    """One reason. ``code``: a name of :class:`CodePki` or of :class:`MotifRefus`."""

    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.code} : {self.message}"


def raison(code: CodePki | MotifRefus, complement: str = "") -> Raison:
    """The reason of that code, and what is known of this case."""
    return Raison(code.name, f"{code.value} {complement}" if complement else code.value)


def raisons_de(code: CodePki | MotifRefus, refus: ValueError) -> list[Raison]:
    """One reason for each line of what cryptography says."""
    return [raison(code, ligne) for ligne in str(refus).splitlines()] or [raison(code)]


class PkiRefusee(Exception):
    """Nothing was written; ``raisons`` has every reason found, at least one."""

    def __init__(self, *raisons: Raison) -> None:
        super().__init__(*raisons)
        self.raisons = raisons

    def __str__(self) -> str:
        return "\n".join(map(str, self.raisons))


def refuser_si(raisons: Iterable[Raison]) -> None:
    """Raise :class:`PkiRefusee` with these reasons, each once, unless there is none."""
    uniques = tuple(dict.fromkeys(raisons))
    if uniques:
        raise PkiRefusee(*uniques)
