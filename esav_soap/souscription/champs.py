"""The fields of a Bon de commande, described once: its control, its file, the options of the command and the documentation
are made from this table (annexe 3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from esav_soap.souscription.objets import Acces


class GenreChamp(Enum):
    """How a field is read and judged."""

    TEXTE = "texte"
    TEXTE_LONG = "texte, retours à la ligne admis"
    REFERENCE = "texte terminé par « -ESAV »"
    SIRET = "14 chiffres"
    TELEPHONE = "numéro français, ou international précédé de « + »"
    COURRIEL = "adresse électronique"
    DATE = "date, 2026-12-31 ou 31/12/2026"
    ACCES = " ou ".join(acces.name for acces in Acces)


@dataclass(frozen=True, slots=True)
class Champ:
    """One field. ``nom``: that of the attribute of ``BonDeCommande``, after a dot that of ``Interlocuteur``; ``longueur``: most
    characters; ``maximum``: how often it may be given."""

    nom: str
    libelle: str
    obligatoire: bool = False
    genre: GenreChamp = GenreChamp.TEXTE
    longueur: int = 200
    maximum: int = 1

    @property
    def element(self) -> str:
        """Its element in the file, without the group that it may stand in."""
        premier, *autres = self.nom.rpartition(".")[2].split("_")
        return premier + "".join(mot.capitalize() for mot in autres)

    @property
    def option(self) -> str:
        """Its option on the command line."""
        return "--" + self.nom.replace(".", "-").replace("_", "-")


#: Optional as a whole; with one of its fields, its name becomes mandatory.
INTERLOCUTEUR = "interlocuteur"
_O = True

CHAMPS = (
    Champ("reference_contrat", "Référence du contrat", _O, GenreChamp.REFERENCE, 64),
    Champ("affaire", "Affaire", _O, longueur=64),
    Champ("raison_sociale", "Raison sociale de l'opérateur", _O),
    Champ("siret", "SIRET", _O, GenreChamp.SIRET, 14),
    Champ("representant", "Représenté par (nom, prénom)", _O),
    Champ("telephone", "Téléphone", _O, GenreChamp.TELEPHONE, 16),
    Champ("courriel", "Courriel", _O, GenreChamp.COURRIEL, 254),
    Champ("adresse", "Adresse", _O, longueur=100, maximum=3),
    Champ("interlocuteur.nom", "Interlocuteur e-SAV, nom et prénom"),
    Champ("interlocuteur.fonction", "Interlocuteur e-SAV, fonction"),
    Champ("interlocuteur.telephone", "Interlocuteur e-SAV, téléphone", genre=GenreChamp.TELEPHONE, longueur=16),
    Champ("interlocuteur.courriel", "Interlocuteur e-SAV, courriel", genre=GenreChamp.COURRIEL, longueur=254),
    Champ("acces", "Accès demandé", _O, GenreChamp.ACCES, maximum=len(Acces)),
    Champ("commentaires", "Commentaires, précisions", genre=GenreChamp.TEXTE_LONG, longueur=2000),
    Champ("fait_a", "Fait à", longueur=100),
    Champ("fait_le", "Fait le", genre=GenreChamp.DATE),
    Champ("signataire", "Nom, prénom et qualité du signataire"),
)
PAR_NOM = {champ.nom: champ for champ in CHAMPS}
