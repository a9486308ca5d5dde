"""Run as a program by ``test_pki_tuee.py``: ``esav pki issue`` and ``revoke``, killed by themselves at every statement.

``GESTE URL DOSSIER PAS``: the n-th child dies before or after the n-th statement to the store (n = 1, 1 + PAS, ...), until one
lives. Says of each: n, its exit code, what it left, and what the same command leaves when it is simply repeated.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from itertools import count
from pathlib import Path

import holidays.countries  # noqa: F401  # here, so that each child has it
from sqlalchemy import delete

import esav_soap.cli.catalogue.annonce
import esav_soap.cli.pki.delivrance
import esav_soap.cli.pki.liste
import esav_soap.cli.pki.revocation  # noqa: F401
from esav_soap import pki
from esav_soap.avis import Operateur
from esav_soap.bootstrap.horloge import maintenant
from esav_soap.cli.__main__ import main as esav
from esav_soap.souscription import Acces, BonDeCommande, Souscription
from esav_soap.store import ouvrir
from esav_soap.store.tables import certificat, demande_certificat
from tests.integration.tueur import dans_un_enfant, tuer_a

BON = BonDeCommande(
    *("CTR-1-ESAV", "AFF-1", "Opérateur", "73282932000074", "Jeanne Martin", "+33123456789", "sav@op.example"),
    adresse=("1 rue des Essais",),
    acces=frozenset({Acces.INTEGRE}),
)
GESTES = {
    "issue": ["issue", "OPA.csr", "--titulaire", "OPA", "--sortie", "opa.pem"],
    "revoke": ["revoke", "opa.pem", "--motif", "essai", "--oui"],
}


def commande(url: str, *arguments: str) -> tuple[int, str]:
    """Exit code, and what was said."""
    sys.argv = ["esav", "pki", *arguments, "--store", url]
    dit = io.StringIO()
    with redirect_stdout(dit), redirect_stderr(dit):
        try:
            esav()
        except SystemExit as fin:
            return int(str(fin.code)), dit.getvalue()
    raise AssertionError("a command ends with an exit code")


def preparer(url: str, geste: str) -> None:
    with ouvrir(url) as magasin, magasin._moteur.ecriture() as connexion:
        connexion.execute(delete(demande_certificat))
        connexion.execute(delete(certificat))
    Path("opa.pem").unlink(missing_ok=True)
    if geste == "revoke":
        assert dans_un_enfant(lambda: reussir(url, "issue")) == 0
        assert dans_un_enfant(lambda: _nouvelle_crl(url)) == 0


def _nouvelle_crl(url: str) -> None:
    assert commande(url, "crl")[0] == 0


def reussir(url: str, geste: str) -> None:
    code, dit = commande(url, *GESTES[geste])
    assert code == 0, dit


def etat(url: str) -> str:
    """What is there, in one word: each certificate, request, list and file, or ``mele`` when they do not go together."""
    with ouvrir(url, creer=False) as magasin:
        certificats, demandes = magasin.certificats(), magasin.demandes(en_attente=False)
        (autorite,) = magasin.autorites()
    fichier = Path("opa.pem").read_bytes() if Path("opa.pem").exists() else None
    revoques = pki.numeros_revoques(autorite.crl or b"")
    if not certificats:
        attend = len(demandes) == 1 and demandes[0].traitee_le is None
        if fichier is not None or revoques:
            return "mele"
        return "demande" if attend else "mele" if demandes else "rien"
    if len(certificats) != 1 or len(demandes) != 1 or demandes[0].empreinte != certificats[0].empreinte:
        return "mele"
    (seul,) = certificats
    if (seul.revoque_le is not None) != (revoques == {seul.numero_serie}):
        return "mele"
    if fichier is None:
        return "enregistre"
    if fichier != pki.en_pem(seul.der):
        return "mele"
    return "revoque" if revoques else "tout"


def main(geste: str, url: str, dossier: str, pas: str) -> None:
    os.chdir(dossier)
    print("pret", flush=True)
    sys.stdin.readline()
    with ouvrir(url) as magasin:
        magasin.declarer_operateur(Operateur("OPA", "Opérateur Alpha", "sav@opa.example"))
        magasin.enregistrer_souscription(Souscription("OPA", BON, maintenant() - timedelta(days=1)))
    assert dans_un_enfant(lambda: _init(url)) == 0
    for rang in count(1, int(pas)):
        preparer(url, geste)

        def mourir(rang: int = rang) -> None:
            tuer_a(rang)
            reussir(url, geste)

        code, vu = dans_un_enfant(mourir), etat(url)
        encore = dans_un_enfant(lambda: reussir(url, geste)) if vu != "tout" or geste == "revoke" else 0
        print(rang, code, vu, encore, etat(url), flush=True)
        if code == 0:
            return


def _init(url: str) -> None:
    assert commande(url, "init", "--sans-phrase")[0] == 0
    Path("OPA.csr").write_bytes(pki.nouvelle_cle_et_csr("OPA")[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
