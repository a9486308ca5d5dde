"""``esav pki csr`` and ``server``: keys for trials and closed networks."""

from __future__ import annotations

import re
from pathlib import Path

import click

from esav_soap.cli.options import STORE
from esav_soap.cli.pki.commun import PKI, autorite, contexte, place_libre

_DOSSIER = click.option(
    "--dossier",
    "sortie",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Où écrire ; créé s'il manque.  [par défaut : le dossier courant]",
)
_NOM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@click.command(short_help="Faire une clé et un CSR, pour des essais.")
@click.argument("code")
@click.option("--rsa", is_flag=True, help="Clé RSA de 3072 bits, pour un système qui ne connaît pas EC.")
@_DOSSIER
def csr(code: str, rsa: bool, sortie: Path) -> None:
    """Faire une clé et un CSR pour un opérateur d'essai : CODE.key, que seul son propriétaire peut lire, et CODE.csr.

    En service, l'opérateur fait sa clé lui-même, là où elle servira, et n'envoie que le CSR. La clé n'est pas chiffrée.

    \b
    Exemples :
      esav pki csr OPA
      esav pki csr OPA --rsa --dossier essais
    """
    from esav_soap.bootstrap.dossiers import ecrire_fichier
    from esav_soap.bootstrap.pki import deposer_secret
    from esav_soap.pki import nouvelle_cle_et_csr

    if not _NOM.fullmatch(code):
        raise click.UsageError(f"« {code} » n'est pas un code (lettres, chiffres, « . », « _ », « - », 64 au plus)")
    cle, demande = sortie / f"{code}.key", sortie / f"{code}.csr"
    place_libre(cle)
    place_libre(demande)
    cle_pem, csr_pem = nouvelle_cle_et_csr(code, genre="RSA" if rsa else "EC")
    sortie.mkdir(parents=True, exist_ok=True)
    deposer_secret(cle, cle_pem)
    ecrire_fichier(demande, csr_pem)
    click.echo(f"Clé : {cle} (à garder secrète)\nCSR : {demande}")


@click.command(short_help="Délivrer un certificat de serveur, pour un réseau fermé.")
@click.argument("noms", metavar="NOM...", nargs=-1, required=True)
@click.option("--mois", type=click.IntRange(1, 120), default=12, metavar="N", help="Validité.  [par défaut : 12]")
@_DOSSIER
@PKI
@STORE
def server(noms: tuple[str, ...], mois: int, sortie: Path, dossier: Path, store: str | None) -> None:
    """Délivrer un certificat de serveur de l'autorité de la plate-forme : NOM.pem et NOM.key.

    Pour des essais, et pour un réseau fermé dont les opérateurs reconnaissent l'autorité de la plate-forme (/pki/ca.pem). Face à
    l'Internet, prendre plutôt le certificat d'une autorité publique. NOM est un nom de machine ou une adresse IP ; le premier
    nomme les fichiers.

    \b
    Exemples :
      esav pki server esav.example 192.0.2.10
      esav pki server localhost 127.0.0.1 --mois 3 --dossier essais
    """
    from esav_soap.bootstrap.dossiers import ecrire_fichier
    from esav_soap.bootstrap.pki import deposer_secret
    from esav_soap.calendar import en_francais
    from esav_soap.pki import en_pem, lire
    from esav_soap.usecases.pki.serveurs import delivrer_serveur

    base = noms[0].replace("*", "_").replace(":", "_").replace("/", "_")
    certificat, cle = sortie / f"{base}.pem", sortie / f"{base}.key"
    place_libre(certificat)
    place_libre(cle)
    emetteur = autorite(dossier)
    with contexte(store) as ctx:
        der, cle_pem = delivrer_serveur(ctx, emetteur, noms, mois)
    sortie.mkdir(parents=True, exist_ok=True)
    deposer_secret(cle, cle_pem)
    ecrire_fichier(certificat, en_pem(der))
    click.echo(f"Certificat : {certificat}, jusqu'au {en_francais(lire(der).fin)}\nClé : {cle} (à garder secrète)")
