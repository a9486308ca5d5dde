"""Un récepteur de notifications e-SAV, complet, sans autre bibliothèque que celle de Python (3.11 au moins).

    python recepteur.py --certificat serveur.pem --cle serveur.key \\
        --autorites autorites-du-fournisseur.pem --nom esav.fournisseur.example

Il n'accepte que l'appelant dont le certificat est signé par ces autorités et porte ce nom. Chaque événement est enregistré
une seule fois dans une base SQLite, avant l'accusé de réception. Voir docs/notifications.md.
"""

from __future__ import annotations

import argparse
import sqlite3
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree
from xml.sax.saxutils import escape

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
ESAV = "{urn:esav:ws:1}"
#: Une notification compte 100 événements au plus.
TAILLE_MAX = 8 * 1024 * 1024
#: Secondes laissées à l'appelant pour chaque échange.
DELAI = 30

ACCUSE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    '<notifierEvenementsResponse xmlns="urn:esav:ws:1">'
    "<accuseNotification><curseur>{}</curseur></accuseNotification>"
    "</notifierEvenementsResponse></s:Body></s:Envelope>"
)
FAUTE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
    "<faultcode>s:{}</faultcode><faultstring>{}</faultstring>"
    "</s:Fault></s:Body></s:Envelope>"
)


def enregistrer(base: str, notification: ElementTree.Element) -> str:
    """Enregistre ce qui ne l'est pas encore, et rend le curseur à accuser."""
    plateforme = notification.findtext(f"{ESAV}plateforme", "")
    curseur = notification.findtext(f"{ESAV}curseur", "")
    connexion = sqlite3.connect(base, timeout=DELAI)
    try:
        with connexion:  # une transaction : tout, ou rien
            connexion.execute(
                "CREATE TABLE IF NOT EXISTS evenement (plateforme TEXT, rang INTEGER, numero TEXT, etat TEXT, action TEXT, "
                "commentaire TEXT, PRIMARY KEY (plateforme, rang))"
            )
            for evenement in notification.iter(f"{ESAV}evenement"):
                # Un événement déjà reçu revient avec le même rang : il ne compte pas deux fois.
                connexion.execute(
                    "INSERT OR IGNORE INTO evenement VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        plateforme,
                        int(evenement.findtext(f"{ESAV}rang", "")),
                        evenement.findtext(f"{ESAV}numeroSignalisation"),
                        evenement.findtext(f"{ESAV}etat"),
                        evenement.findtext(f"{ESAV}action"),
                        evenement.findtext(f"{ESAV}commentaire"),
                    ),
                )
    finally:
        connexion.close()
    return curseur


def noms(certificat: dict[str, object]) -> set[str]:
    """Les noms que porte le certificat de l'appelant."""
    sujet = {valeur for rdn in certificat.get("subject", ()) for cle, valeur in rdn if cle == "commonName"}  # type: ignore[attr-defined]
    autres = {valeur for genre, valeur in certificat.get("subjectAltName", ()) if genre == "DNS"}  # type: ignore[attr-defined]
    return sujet | autres


class Recepteur(BaseHTTPRequestHandler):
    """Une requête ; ``base`` et ``nom`` sont ceux de la ligne de commande."""

    base = ""
    nom = ""
    timeout = DELAI

    def setup(self) -> None:
        # Ici, et non à l'arrivée : la négociation d'un appelant lent ne retient pas les autres.
        self.request.settimeout(DELAI)
        self.request.do_handshake()
        super().setup()

    def do_POST(self) -> None:
        if self.nom not in noms(self.connection.getpeercert() or {}):
            self.repondre(403, FAUTE.format("Client", "ce certificat n'est pas celui du Fournisseur"))
            return
        try:
            taille = int(self.headers.get("Content-Length", ""))
        except ValueError:
            taille = -1
        if not 0 < taille <= TAILLE_MAX:
            self.repondre(500, FAUTE.format("Client", "taille de message inattendue"))
            return
        corps = self.rfile.read(taille)
        try:
            # e-SAV n'envoie jamais de DTD : ce qui en a une ne vient pas de lui.
            if b"<!DOCTYPE" in corps:
                raise ValueError("DTD")
            enveloppe = ElementTree.fromstring(corps)  # noqa: S314 - du Fournisseur, et sans DTD
            notification = enveloppe.find(f"{SOAP}Body/{ESAV}notifierEvenements")
            if notification is None:
                raise ValueError("notifierEvenements attendu")
            curseur = enregistrer(self.base, notification)
        except (ElementTree.ParseError, ValueError) as erreur:
            self.repondre(500, FAUTE.format("Client", escape(str(erreur))))
            return
        except sqlite3.Error as erreur:
            # Pas d'accusé : e-SAV enverra de nouveau la même notification.
            self.repondre(500, FAUTE.format("Server", escape(str(erreur))))
            return
        self.repondre(200, ACCUSE.format(escape(curseur)))

    def repondre(self, statut: int, corps: str) -> None:
        octets = corps.encode()
        self.send_response(statut)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)


class Serveur(ThreadingHTTPServer):
    """Un fil par appelant ; celui qui échoue laisse une ligne, et ne gêne pas les autres."""

    def handle_error(self, request: object, client_address: object) -> None:
        hote = client_address[0] if isinstance(client_address, tuple) else client_address
        print(f"Appel de {hote} abandonné : {sys.exc_info()[1]}", file=sys.stderr, flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description="Récepteur de notifications e-SAV.")
    options.add_argument("--adresse", default="0.0.0.0", help="adresse d'écoute")  # noqa: S104
    options.add_argument("--port", type=int, default=8443)
    options.add_argument("--certificat", required=True, help="certificat du récepteur (PEM, avec sa chaîne)")
    options.add_argument("--cle", required=True, help="sa clé (PEM)")
    options.add_argument("--autorites", required=True, help="autorités qui signent le certificat du Fournisseur (PEM)")
    options.add_argument("--nom", required=True, help="nom que porte le certificat du Fournisseur")
    options.add_argument("--base", default="evenements.db", help="base SQLite où les événements s'enregistrent")
    donnees = options.parse_args()

    contexte = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=donnees.autorites)
    contexte.minimum_version = ssl.TLSVersion.TLSv1_2
    contexte.verify_mode = ssl.CERT_REQUIRED
    contexte.load_cert_chain(donnees.certificat, donnees.cle)
    Recepteur.base, Recepteur.nom = donnees.base, donnees.nom
    serveur = Serveur((donnees.adresse, donnees.port), Recepteur)
    serveur.socket = contexte.wrap_socket(serveur.socket, server_side=True, do_handshake_on_connect=False)
    print(f"Prêt sur le port {serveur.server_port}.", flush=True)
    try:
        serveur.serve_forever()
    except KeyboardInterrupt:
        print("Arrêté.")


if __name__ == "__main__":
    main()
