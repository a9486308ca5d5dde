"""Walk of a file against the grammar: every structural defect, and a tree of what could be read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from esav_soap.names import NS_PACK, NS_XSI
from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.grammaire import RACINES, Modele, Place
from esav_soap.reader.lieux import Lieu, Problemes, abrege, lieu_de, phrase, proche
from esav_soap.reader.parsing import NS_XINCLUDE
from esav_soap.reader.valeurs import Defaut, en_jeton

_SCHEMA_LOCATION = f"{{{NS_XSI}}}schemaLocation"


@dataclass(slots=True)
class Noeud:
    """An element as read. ``attributs``: normalised values; ``invalides``: names of attributes whose value is refused.

    ``egares``: codes in the unknown elements inside, which were probably meant to be fields.
    """

    nom: str
    lieu: Lieu
    attributs: dict[str, str] = field(default_factory=dict)
    invalides: set[str] = field(default_factory=set)
    texte: str = ""
    enfants: list[Noeud] = field(default_factory=list)
    egares: set[str] = field(default_factory=set)

    def tous(self, *noms: str) -> list[Noeud]:
        return [enfant for enfant in self.enfants if enfant.nom in noms]

    def texte_de(self, nom: str) -> str:
        """Text of the first child of that name, or nothing."""
        return next((enfant.texte for enfant in self.enfants if enfant.nom == nom), "")

    def valeur(self, nom: str) -> str | None:
        """Value of an attribute; None when absent or refused."""
        return None if nom in self.invalides else self.attributs.get(nom)

    def entier(self, nom: str, defaut: int) -> int:
        valeur = self.valeur(nom)
        return defaut if valeur is None else int(valeur)


def conformer(racine: etree._Element, attendu: str, fichier: str, problemes: Problemes) -> Noeud | None:
    """Check ``racine`` against the model of the root element ``attendu``.

    Returns None when it is another element: nothing below would make sense then.
    """
    nom = etree.QName(racine)
    lieu = lieu_de(fichier, racine)
    if nom.localname != attendu:
        problemes.ajouter(
            CodeProbleme.RACINE,
            lieu,
            f"L'élément racine est « {nom.localname} », « {attendu} » est attendu dans ce fichier.",
        )
        return None
    if nom.namespace != NS_PACK:
        problemes.ajouter(
            CodeProbleme.ESPACE_DE_NOMS,
            lieu,
            f'L\'élément racine {_espace(nom.namespace)} : écrire xmlns="{NS_PACK}".',
        )
        return None
    return _Marcheur(fichier, problemes).element(racine, attendu, RACINES[attendu], racine=True)


class _Marcheur:
    """Walks one file. Recursion follows the grammar, so its depth is bounded whatever the file holds."""

    def __init__(self, fichier: str, problemes: Problemes) -> None:
        self.fichier = fichier
        self.problemes = problemes

    def element(self, element: etree._Element, nom: str, modele: Modele, *, racine: bool = False) -> Noeud:
        noeud = Noeud(nom, self._lieu(element))
        self._attributs(element, noeud, modele, racine)
        if modele.texte is not None:
            self._texte(element, noeud, modele)
        else:
            self._enfants(element, noeud, modele)
        return noeud

    def _lieu(self, element: etree._Element) -> Lieu:
        return lieu_de(self.fichier, element)

    def _attributs(self, element: etree._Element, noeud: Noeud, modele: Modele, racine: bool) -> None:
        for brut, valeur in element.attrib.items():
            nom = str(brut)
            if racine and nom == _SCHEMA_LOCATION:  # an editor's hint; nothing follows it
                continue
            attribut = modele.attributs.get(nom)
            if attribut is None:
                self.problemes.ajouter(
                    CodeProbleme.ATTRIBUT_INCONNU,
                    noeud.lieu,
                    f"L'élément « {noeud.nom} » n'a pas d'attribut « {abrege(etree.QName(nom).localname)} »."
                    + (proche(nom, modele.attributs) or " Cet élément n'a aucun attribut." * (not modele.attributs)),
                )
                continue
            texte = attribut.type.normaliser(str(valeur))
            noeud.attributs[nom] = texte
            defaut = attribut.type.verifier(texte)
            if defaut:
                noeud.invalides.add(nom)
                self._defaut(defaut, noeud.lieu, f"Attribut « {nom} » de « {noeud.nom} »")
        for nom, attribut in modele.attributs.items():
            if attribut.requis and nom not in noeud.attributs:
                noeud.invalides.add(nom)
                self.problemes.ajouter(
                    CodeProbleme.ATTRIBUT_MANQUANT,
                    noeud.lieu,
                    f"L'attribut « {nom} » de l'élément « {noeud.nom} » manque.",
                )

    def _texte(self, element: etree._Element, noeud: Noeud, modele: Modele) -> None:
        assert modele.texte is not None
        enfants = list(element.iterchildren("*"))
        if enfants:
            for enfant in enfants:
                self._inconnu(enfant, noeud.nom, ())
            noeud.invalides.add("")
            return
        noeud.texte = modele.texte.normaliser((element.text or "") + "".join(enfant.tail or "" for enfant in element))
        defaut = modele.texte.verifier(noeud.texte)
        if defaut:
            noeud.invalides.add("")
            self._defaut(defaut, noeud.lieu, f"Élément « {noeud.nom} »")

    def _enfants(self, element: etree._Element, noeud: Noeud, modele: Modele) -> None:
        perdu = (element.text or "") + "".join(enfant.tail or "" for enfant in element)
        egare = en_jeton(perdu)
        if egare:
            self.problemes.ajouter(
                CodeProbleme.TEXTE_INATTENDU,
                noeud.lieu,
                f"Du texte se trouve entre les éléments de « {noeud.nom} » : « {abrege(egare)} ».",
            )
        elif perdu and not modele.places:  # XML Schema admits not even a blank in an empty element
            self.problemes.ajouter(
                CodeProbleme.TEXTE_INATTENDU,
                noeud.lieu,
                f"« {noeud.nom} » ne contient rien, pas même un blanc : <{noeud.nom} …/>.",
            )
        places = {nom: rang for rang, place in enumerate(modele.places) for nom in place.noms}
        connus: list[tuple[etree._Element, str, int]] = []
        inconnus = False
        for enfant in element.iterchildren("*"):
            nom = etree.QName(enfant)
            if nom.namespace == NS_PACK and nom.localname in places:
                connus.append((enfant, nom.localname, places[nom.localname]))
            else:
                self._inconnu(enfant, noeud.nom, tuple(places))
                noeud.egares |= {en_jeton(code) for e in enfant.iter("*") if (code := e.get("code"))}
                inconnus = True
        self._ordre(noeud, connus)
        self._nombres(noeud, modele.places, connus, inconnus)
        noeud.enfants = [self.element(enfant, nom, modele.enfants[nom]) for enfant, nom, _ in connus]

    def _inconnu(self, enfant: etree._Element, parent: str, admis: tuple[str, ...]) -> None:
        nom = etree.QName(enfant)
        if nom.namespace == NS_XINCLUDE:  # already told
            return
        lieu = self._lieu(enfant)
        if nom.namespace != NS_PACK:
            self.problemes.ajouter(
                CodeProbleme.ESPACE_DE_NOMS,
                lieu,
                f"L'élément « {abrege(nom.localname)} » n'est pas dans l'espace de noms « {NS_PACK} ».",
            )
        elif parent == nom.localname == "groupe":
            code = abrege(enfant.get("code", ""))
            self.problemes.ajouter(
                CodeProbleme.ELEMENT_INCONNU,
                lieu,
                f"Un groupe ne contient que des champs : mettre le groupe « {code} » à côté, dans la section.",
            )
        elif admis or parent == "usage":
            self.problemes.ajouter(
                CodeProbleme.ELEMENT_INCONNU,
                lieu,
                f"« {parent} » ne contient pas d'élément « {abrege(nom.localname)} ».{proche(nom.localname, admis)}",
            )
        else:
            self.problemes.ajouter(
                CodeProbleme.ELEMENT_INCONNU,
                lieu,
                f"« {parent} » ne contient que du texte, pas d'élément « {abrege(nom.localname)} ».",
            )

    def _ordre(self, noeud: Noeud, connus: Sequence[tuple[etree._Element, str, int]]) -> None:
        """Name the fewest elements whose move would put all in order."""
        gardes = _plus_longue_montee([rang for _, _, rang in connus])
        for position, (enfant, nom, rang) in enumerate(connus):
            if position in gardes:
                continue
            # Of the elements that stay, either some before it belong after it, or some after it belong before it.
            avant = [autre for p, (_, autre, r) in enumerate(connus[:position]) if p in gardes and r > rang]
            apres = [autre for p, (_, autre, r) in enumerate(connus) if p in gardes and p > position and r < rang]
            ou = f"avant « {avant[0]} »" if avant else f"après « {apres[-1]} »"
            self.problemes.ajouter(
                CodeProbleme.ELEMENT_MAL_PLACE,
                self._lieu(enfant),
                f"L'élément « {nom} » n'est pas à sa place dans « {noeud.nom} » : le mettre {ou}.",
            )

    def _nombres(
        self,
        noeud: Noeud,
        places: Sequence[Place],
        connus: Sequence[tuple[etree._Element, str, int]],
        inconnus: bool,
    ) -> None:
        par_place: list[list[etree._Element]] = [[] for _ in places]
        for enfant, _, rang in connus:
            par_place[rang].append(enfant)
        for place, enfants in zip(places, par_place, strict=True):
            noms = " ou ".join(place.noms)
            if len(enfants) < place.minimum:
                if inconnus and len(place.noms) > 1:
                    continue  # an unknown element was meant for one of them: it is told already
                self.problemes.ajouter(
                    CodeProbleme.ELEMENT_MANQUANT, noeud.lieu, f"L'élément « {noms} » manque dans « {noeud.nom} »."
                )
            elif place.maximum == 1:
                for enfant in enfants[1:]:
                    self.problemes.ajouter(
                        CodeProbleme.ELEMENT_EN_DOUBLE,
                        self._lieu(enfant),
                        f"« {noeud.nom} » n'admet qu'un élément « {noms} » : retirer celui-ci.",
                    )
            elif place.maximum is not None and len(enfants) > place.maximum:
                self.problemes.ajouter(
                    CodeProbleme.ELEMENT_EN_TROP,
                    self._lieu(enfants[place.maximum]),
                    f"« {noeud.nom} » contient {len(enfants)} éléments « {noms} » : {place.maximum} au plus.",
                )

    def _defaut(self, defaut: Defaut, lieu: Lieu, sujet: str) -> None:
        code, raison = defaut
        self.problemes.ajouter(code, lieu, phrase(f"{sujet} : {raison}"))


def _espace(espace: str | None) -> str:
    return f"est dans l'espace de noms « {abrege(espace)} »" if espace else "n'est dans aucun espace de noms"


def _plus_longue_montee(rangs: Sequence[int]) -> set[int]:
    """Positions of one longest non-decreasing subsequence."""
    fins: list[int] = []  # smallest last rank of a subsequence of each length
    positions: list[int] = []
    precedents: list[int] = []
    for position, rang in enumerate(rangs):
        longueur = bisect_right(fins, rang)
        precedents.append(positions[longueur - 1] if longueur else -1)
        if longueur == len(fins):
            fins.append(rang)
            positions.append(position)
        else:
            fins[longueur] = rang
            positions[longueur] = position
    gardes: set[int] = set()
    position = positions[-1] if positions else -1
    while position >= 0:
        gardes.add(position)
        position = precedents[position]
    return gardes
