"""e-SAV avec zeep (Python), sans autre bibliothèque : déposer, être refusé, renvoyer, suivre, prendre rendez-vous.

Les WSDL se prennent une fois (curl) et se gardent à côté du programme ; voir ../LISEZ-MOI.md pour les réglages ESAV_*.
"""

import os
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import requests
from zeep import Client
from zeep.exceptions import Fault
from zeep.transports import Transport

# Le certificat client : zeep appelle par « requests », qui veut le certificat et la clé en PEM.
session = requests.Session()
session.cert = (os.environ["ESAV_CERTIFICAT"], os.environ["ESAV_CLE"])
session.verify = os.environ["ESAV_CA"]


def ouvrir(service: str) -> Client:
    return Client(f"{os.environ['ESAV_WSDL']}/{service}.wsdl", transport=Transport(session=session, timeout=30))


depot, suivi, rendez_vous = ouvrir("depot"), ouvrir("suivi"), ouvrir("rendez-vous")
reference = os.environ["ESAV_REFERENCE"]


def entete(numero: int) -> dict[str, object]:
    return {
        "identifiantPrestation": "JDT-FIBRE_NOIRE",  # une prestation d'essai de la plate-forme d'intégration
        "referenceOperateur": f"{reference}-{numero}",
        "contact": {"nom": "Zoé Lefèvre", "telephone": "0612345678"},
    }


def formulaire() -> dict[str, object]:
    """Un champ facultatif qui n'a pas de valeur ne se met pas ; un champ répété est une liste."""
    return {
        "nombreFibresLouees": 2,
        "nombreFibresTouchees": 1,
        "longueurOptique": Decimal("42.318"),
        "typeFibre": "G652D",
        "dateRecette": date(2023, 6, 30),
        "gtr": "GTR_4H_S1",
        "extremites": [
            {
                "siteExtremite": "NRO Évreux-Gravigny",
                "positionExtremite": "B02-T01-P03",
                "typeConnecteur": "SC_APC",
                "puissanceExtremite": Decimal("-17.2"),
                "accessible": True,
            },
            {
                "siteExtremite": "Hôtel de Ville, L'Haÿ",
                "positionExtremite": "B07-T02-P11",
                "typeConnecteur": "LC_UPC",
                "puissanceExtremite": Decimal("-23.45"),
                "accessible": False,
            },
        ],
        "dateHeureConstat": datetime.fromisoformat("2026-11-02T09:15:00+01:00"),  # le décalage est obligatoire
        "familleDefaut": "AFFAIBLISSEMENT",
        "natureDefaut": "ATTENUATION_EPISSURE",
        "defautIntermittent": True,
        "frequenceCoupures": 4,
        "impactService": "DEGRADATION",
        "responsabilitePresumee": "FOURNISSEUR",
        "descriptionDefaut": "Liaison dégradée depuis 9 h 15 : épissure à 12,4 km, côté Hôtel-Dieu & gare"
        " (« œuvre d'été »), < 1 mW, 3 €.",
        "moyenMesure": "REFLECTOMETRE",
        "bilanOptique": Decimal("11.35"),
        "mesuresOtdr": [
            {
                "longueurOndeOtdr": "L1550",
                "sensMesure": "A_VERS_B",
                "distanceEvenement": 12400,
                "typeEvenement": "EPISSURE",
                "attenuationEvenement": Decimal("0.385"),
            },
            {
                "longueurOndeOtdr": "L1550",
                "sensMesure": "B_VERS_A",
                "distanceEvenement": 29918,
                "typeEvenement": "CONNECTEUR",
                "reflectanceEvenement": Decimal("-58.2"),
            },
        ],
        "contactSite": [
            {
                "nomContact": "Zoé Lefèvre",
                "roleContact": "TECHNICIEN",
                "telephoneContact": "0612345678",
                "courrielContact": "supervision@operateur.example",
                "contactPrevenu": True,
            }
        ],
        "consignesSecurite": ["RAYONNEMENT_LASER", "ESPACE_CONFINE"],
        "finCoupureAcceptee": datetime.fromisoformat("2026-11-03T05:00:00+01:00"),
        "referenceSupervision": "INC-2026-004512",
    }


def deposer(numero: int, contenu: dict[str, object]):
    return depot.service.deposerSignalisation(entete=entete(numero), formulaire={"fibreNoire": contenu})


# 1. Un dépôt.
accuse = deposer(1, formulaire())
print(f"DEPOT_NUMERO={accuse.numeroSignalisation}")
print(f"DEPOT_ETAT={accuse.etat}")
print(f"DEPOT_DEJA={accuse.dejaDeposee}")

# 2. Un dépôt refusé : toutes les erreurs sont dans le détail de la fault.
try:
    deposer(9, {**formulaire(), "nombreFibresTouchees": 3, "longueurOptique": 542, "natureDefaut": "FIBRES_INVERSEES"})
except Fault as fault:
    erreur = depot.get_element("{urn:esav:ws:1}ErreurEsav").parse(fault.detail[0], depot.wsdl.types)
    print(f"REFUS_CODE={erreur.code}")
    print("REFUS_ERREURS=" + ",".join(f"{e.champ}:{e.code}" for e in erreur.erreur))
    print("REFUS_LIBELLE=" + next(e.libelle for e in erreur.erreur if e.champ == "natureDefaut"))

# 3. Le même dépôt, renvoyé comme après une coupure : le même numéro, et dejaDeposee.
encore = deposer(1, formulaire())
print(f"RENVOI_NUMERO={encore.numeroSignalisation}")
print(f"RENVOI_DEJA={encore.dejaDeposee}")

# 4. L'état, puis le détail.
print(f"ETAT={suivi.service.consulterEtat(numeroSignalisation=accuse.numeroSignalisation).etat}")
detail = suivi.service.consulterDetail(referenceOperateur=f"{reference}-1")
print(f"DETAIL_CHAMPS={len(detail.champ)}")
print("DETAIL_DESCRIPTION=" + next(c.valeur for c in detail.champ if c.chemin == "descriptionDefaut"))

# 5. La liste, page par page : la plus récente d'abord, et curseurSuivant tant qu'il y a une suite.
deposer(2, formulaire())
filtres = {
    "etat": ["EN_DEPOT", "EN_COURS"],
    "dateHeureDebut": datetime.now(timezone.utc) - timedelta(days=1),
    "maximum": 1,
}
page = suivi.service.listerSignalisations(**filtres)
print(f"LISTE_1={page.signalisation[0].numeroSignalisation}")
page = suivi.service.listerSignalisations(**filtres, curseur=page.curseurSuivant)
print(f"LISTE_2={page.signalisation[0].numeroSignalisation}")
print(f"LISTE_FIN={page.curseurSuivant is None}")

# 6. Les changements, depuis le premier ; garder « curseur » pour la lecture suivante.
changements = suivi.service.listerEvenements(maximum=50)
print("EVENEMENTS=" + ",".join(e.action for e in changements.evenement))
print(f"EVENEMENTS_ENCORE={changements.encore}")

# 7. La première plage libre, et un rendez-vous ferme.
libres = rendez_vous.service.rechercherPlages(
    numeroSignalisation=accuse.numeroSignalisation, genre="SAV", dateDebut=date.today() + timedelta(days=3)
)
libre = libres.plageLibre[0]
print(f"PLAGES={libre.jour} {libre.plage}")
rendu = rendez_vous.service.reserverRendezVous(
    numeroSignalisation=accuse.numeroSignalisation,
    referenceRendezVous=f"{reference}-RDV",
    genre="SAV",
    jour=libre.jour,
    plage=libre.plage,
    ferme=True,
)
print(f"RENDEZ_VOUS_ETAT={rendu.rendezVous.etat}")
print(f"RENDEZ_VOUS_PLAGE={rendu.rendezVous.jour} {rendu.rendezVous.plage}")
