"""Everything that is wrong with an element, found by walking it against its :class:`Structure` (R3.2).

Run only after libxml2 said "invalid", so it may take its time; it says "nothing wrong" exactly when libxml2 says valid.
Comments and processing instructions must be gone before (:func:`esav_soap.intake.normalisation.sans_commentaires`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from esav_soap.errors import CodeChamp, ErreurChamp
from esav_soap.intake.alignement import Place, aligner
from esav_soap.intake.attendus import nombre as quantite
from esav_soap.intake.espaces import mauvais_espace, partages, version_de
from esav_soap.intake.messages import BLANCS, erreur, erreur_attribut, ligne
from esav_soap.intake.proches import proche
from esav_soap.intake.valeurs import Nomenclatures, blancs_comptent, codes_admis, juger
from esav_soap.model.structure import Branche, Choix, Element, Feuille, Structure
from esav_soap.names import NS_XSI

#: Beyond this number the walk stops: a hostile message could else ask for millions.
LIMITE = 1000

_ADMIS_PARTOUT = frozenset({f"{{{NS_XSI}}}schemaLocation", f"{{{NS_XSI}}}noNamespaceSchemaLocation"})
_NIL = f"{{{NS_XSI}}}nil"
_TYPE = f"{{{NS_XSI}}}type"


@dataclass(frozen=True, slots=True)
class Contexte:
    """What the walk has to know beside the structure.

    ``absents``: namespace of an Offre -> path (``champ``, ``groupe``, ``groupe/champ``) -> label of what its formulaire
    has and the Offre does not use. ``rangs``: code of a group -> the ranks that the caller gave its occurrences.
    """

    nomenclatures: Nomenclatures = field(default_factory=dict)
    absents: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rangs: Mapping[str, Sequence[int]] = field(default_factory=dict)


def expliquer(element: etree._Element, structure: Structure, contexte: Contexte, chemin: str = "") -> list[ErreurChamp]:
    """All errors of ``element``, whose content should be ``structure``, in document order; at most :data:`LIMITE`.

    ``chemin``: path that is put before those of the errors, with its final ``/``.
    """
    marche = _Marche(contexte)
    erreurs = list(islice(marche.structure(element, structure, chemin), LIMITE))
    if len(erreurs) == LIMITE:
        message = f"Plus de {LIMITE} erreurs : les suivantes ne sont pas citées."
        erreurs[-1] = erreur(CodeChamp.NON_CONFORME, structure.nom, structure.libelle, chemin.rstrip("/"), message)
    return erreurs


@dataclass(frozen=True, slots=True)
class _Lieu:
    """Where a list of children stands: the parent's name and label, path shown, path in the formulaire, namespace, and a
    wrong one already reported."""

    nom: str
    libelle: str
    chemin: str
    noeud: str
    espace: str
    tolere: str | None = None


@dataclass(frozen=True, slots=True)
class _Enfant:
    """A child: the item that its name means (None: unknown) and whether its namespace is the right one."""

    element: etree._Element
    nom: str
    espace: str
    rang: int | None
    bon_espace: bool


class _Marche:
    def __init__(self, contexte: Contexte) -> None:
        self._contexte = contexte

    def structure(
        self, element: etree._Element, structure: Structure, chemin: str, tolere: str | None = None
    ) -> Iterator[ErreurChamp]:
        """Attributes and children of the element of a request or of an Offre's form."""
        nom, ici = structure.nom, chemin.rstrip("/")
        lieu = _Lieu(nom, structure.libelle, chemin, "", structure.espace, tolere)
        yield from self._attributs(element, nom, structure.libelle, ici, structure.nom_type, lieu.espace)
        yield from self._enfants(element, structure.enfants, lieu)

    def _enfants(self, parent: etree._Element, attendus: Sequence[Element], lieu: _Lieu) -> Iterator[ErreurChamp]:
        # More children than all maxima together plus the limit cannot add anything to what is reported.
        plafond = sum(_maximum(a) for a in attendus) + LIMITE
        indices = {a.code: i for i, a in enumerate(attendus)}
        enfants = [_enfant(e, indices, lieu) for e in islice(parent, plafond)]
        ailleurs = partages(e.espace for e in enfants if e.rang is not None and not e.bon_espace)
        for espace in ailleurs:
            ici = lieu.chemin.rstrip("/")
            yield mauvais_espace(lieu.nom, lieu.libelle, ici, espace, lieu.espace, contenu=True)
        if ailleurs and not any(e.bon_espace for e in enfants):
            return  # nothing here was meant for this contract: more would only be noise
        connus = [i for i, enfant in enumerate(enfants) if enfant.rang is not None]
        rangs = [rang for enfant in enfants if (rang := enfant.rang) is not None]
        places = dict(zip(connus, aligner(rangs, [_maximum(a) for a in attendus]), strict=True))
        nombre = [rangs.count(i) for i in range(len(attendus))]
        manquants = _manquants(attendus, nombre, enfants, places)
        vus = [0] * len(attendus)
        yield from self._texte(parent.text, lieu)
        for i, enfant in enumerate(enfants):
            for rang in manquants.get(i, ()):
                yield self._manquant(attendus[rang], nombre[rang], lieu)
            if enfant.rang is not None:
                vus[enfant.rang] += 1
            if enfant.espace in ailleurs:
                pass  # told of once, at the parent
            elif enfant.rang is None:
                yield self._inconnu(enfant, attendus, lieu)
            else:
                rang = enfant.rang
                multiple = _maximum(attendus[rang]) > 1 or nombre[rang] > 1
                chemin = lieu.chemin + attendus[rang].code
                if multiple:
                    chemin += f"[{self._numero(attendus[rang], vus[rang])}]"
                if places[i] is Place.EN_TROP:
                    yield _en_trop(attendus[rang], chemin)
                elif places[i] is Place.MAL_PLACE:
                    yield _mal_place(attendus, rang, {enfants[c].rang for c in connus}, chemin)
                yield from self._connu(enfant, attendus[rang], lieu, chemin, nombre[rang] == 1)
            yield from self._texte(enfant.element.tail, lieu)
        for rang in manquants.get(len(enfants), ()):
            yield self._manquant(attendus[rang], nombre[rang], lieu)

    def _numero(self, attendu: Element, vu: int) -> int:
        donnes = self._contexte.rangs.get(attendu.code)
        return donnes[vu - 1] if donnes and isinstance(attendu, Branche) else vu

    def _connu(self, enfant: _Enfant, attendu: Element, lieu: _Lieu, chemin: str, seul: bool) -> Iterator[ErreurChamp]:
        tolere = lieu.tolere
        if not enfant.bon_espace:
            tolere = enfant.espace
            yield mauvais_espace(attendu.code, attendu.libelle, chemin, enfant.espace, lieu.espace)
        if isinstance(attendu, Feuille):
            yield from self._feuille(enfant.element, attendu, lieu, chemin, seul)
            return
        espace_type = attendu.espace if isinstance(attendu, Choix) else lieu.espace
        yield from self._attributs(enfant.element, attendu.code, attendu.libelle, chemin, attendu.nom_type, espace_type)
        if _NIL in enfant.element.attrib and not len(enfant.element):
            return
        if isinstance(attendu, Choix):
            yield from self._choix(enfant.element, attendu, chemin)
        else:
            dedans = _Lieu(
                attendu.code, attendu.libelle, f"{chemin}/", f"{lieu.noeud}{attendu.code}/", lieu.espace, tolere
            )
            yield from self._enfants(enfant.element, attendu.enfants, dedans)

    def _feuille(
        self, element: etree._Element, feuille: Feuille, lieu: _Lieu, chemin: str, seul: bool
    ) -> Iterator[ErreurChamp]:
        champ = feuille.champ
        nil = _NIL in element.attrib
        yield from self._attributs(element, champ.code, champ.libelle, chemin, None, lieu.espace)
        if len(element):
            noms = ", ".join(dict.fromkeys(f"<{_nom(e)}>" for e in islice(element, 5)))
            message = f"un champ simple ne contient pas d'éléments : {noms}"
            yield ligne(CodeChamp.ELEMENT_INATTENDU, champ, chemin, message)
            return
        valeur = element.text or ""
        if not blancs_comptent(champ.type):
            valeur = valeur.strip(BLANCS)
        if not valeur and nil:
            return
        defaut = juger(champ.type, valeur, self._contexte.nomenclatures)
        if defaut is None:
            return
        if valeur:
            yield ligne(defaut.code, champ, chemin, defaut.raison, valeur, defaut.admises)
            return
        admises = codes_admis(champ.type, self._contexte.nomenclatures)
        if feuille.minimum and seul:
            yield ligne(CodeChamp.CHAMP_MANQUANT, champ, chemin, "ce champ obligatoire est vide", admises=admises)
        else:
            raison = "ce champ est vide : le remplir ou ne pas l'envoyer"
            yield ligne(CodeChamp.CHAMP_VIDE, champ, chemin, raison, admises=admises)

    def _choix(self, element: etree._Element, choix: Choix, chemin: str) -> Iterator[ErreurChamp]:
        structures = {s.nom: s for s in choix.structures}
        lieu = _Lieu(choix.code, choix.libelle, f"{chemin}/", "", choix.espace)
        indices = {nom: i for i, nom in enumerate(structures)}
        enfants = [_enfant(e, indices, lieu) for e in islice(element, LIMITE)]
        connus = [enfant for enfant in enfants if enfant.rang is not None]
        noms = list(dict.fromkeys(enfant.nom for enfant in connus))
        if not enfants:
            message = "Aucun formulaire d'Offre : placer ici l'élément de l'Offre de la prestation."
            yield erreur(
                CodeChamp.OFFRE_MANQUANTE, choix.code, choix.libelle, chemin, message, admises=tuple(structures)
            )
        elif len(noms) > 1:
            message = f"Les formulaires de plusieurs Offres sont présents : {', '.join(noms)}. N'en garder qu'un."
            yield erreur(CodeChamp.PLUSIEURS_OFFRES, choix.code, choix.libelle, chemin, message, ", ".join(noms))
            return  # which of them is meant decides what the rest should be
        yield from self._texte(element.text, lieu)
        vus: dict[str, int] = {}
        for enfant in enfants:
            if enfant.rang is None:
                yield _offre_inconnue(enfant, tuple(structures), lieu)
            else:
                structure = structures[enfant.nom]
                vus[enfant.nom] = vus.get(enfant.nom, 0) + 1
                ici = lieu.chemin + enfant.nom + (f"[{vus[enfant.nom]}]" if vus[enfant.nom] > 1 else "")
                if vus[enfant.nom] > 1:
                    message = f"« {structure.libelle} » : un seul formulaire par message"
                    yield erreur(CodeChamp.CHAMP_EN_TROP, structure.nom, structure.libelle, ici, message)
                tolere = None
                if not enfant.bon_espace:
                    tolere = enfant.espace
                    yield mauvais_espace(structure.nom, structure.libelle, ici, enfant.espace, choix.espace)
                if tolere is None or _a_un_enfant_dans(enfant.element, structure.espace):
                    yield from self.structure(enfant.element, structure, f"{ici}/", tolere)
            yield from self._texte(enfant.element.tail, lieu)

    def _attributs(
        self, element: etree._Element, code: str, libelle: str, chemin: str, nom_type: str | None, espace: str
    ) -> Iterator[ErreurChamp]:
        for nom, valeur in element.attrib.items():
            if nom in _ADMIS_PARTOUT:
                continue
            if nom == _TYPE and nom_type is not None and _qname(element, str(valeur)) == (espace, nom_type):
                continue
            yield erreur_attribut(str(nom), str(valeur), code, libelle, chemin, nil=nom == _NIL)

    def _texte(self, texte: str | None, lieu: _Lieu) -> Iterator[ErreurChamp]:
        reste = (texte or "").strip(BLANCS)
        if reste:
            message = f"Du texte se trouve entre les éléments de « {lieu.libelle} » : le retirer."
            yield erreur(CodeChamp.TEXTE_INATTENDU, lieu.nom, lieu.libelle, f"{lieu.chemin}text()", message, reste)

    def _manquant(self, attendu: Element, nombre: int, lieu: _Lieu) -> ErreurChamp:
        chemin = lieu.chemin + attendu.code
        if nombre:
            minimum = attendu.minimum if isinstance(attendu, Branche) else 1
            message = f"« {attendu.libelle} » : {quantite(nombre, 'occurrence')}, {minimum} au moins"
            return erreur(CodeChamp.OCCURRENCES_INSUFFISANTES, attendu.code, attendu.libelle, chemin, message)
        if isinstance(attendu, Feuille):
            admises = codes_admis(attendu.champ.type, self._contexte.nomenclatures)
            return ligne(
                CodeChamp.CHAMP_MANQUANT, attendu.champ, chemin, "ce champ obligatoire manque", admises=admises
            )
        message = f"« {attendu.libelle} » : {_comment_donner(attendu)}"
        return erreur(CodeChamp.CHAMP_MANQUANT, attendu.code, attendu.libelle, chemin, message)

    def _inconnu(self, enfant: _Enfant, attendus: Sequence[Element], lieu: _Lieu) -> ErreurChamp:
        chemin = lieu.chemin + enfant.nom
        libelle = self._contexte.absents.get(lieu.espace, {}).get(lieu.noeud + enfant.nom)
        if libelle is not None:
            message = f"« {libelle} » : l'Offre n'emploie pas ce champ, ne pas l'envoyer"
            return erreur(CodeChamp.CHAMP_ABSENT_OFFRE, enfant.nom, libelle, chemin, message)
        voisin = proche(enfant.nom, [a.code for a in attendus])
        suite = f" ; vouliez-vous « {voisin} » ?" if voisin else ""
        message = f"« {enfant.nom} » n'existe pas dans « {lieu.libelle} »{suite}"
        return erreur(CodeChamp.CHAMP_INCONNU, enfant.nom, enfant.nom, chemin, message)


def _comment_donner(attendu: Branche | Choix) -> str:
    """What to do about a group that is missing altogether."""
    if isinstance(attendu, Choix):
        return "cet élément obligatoire manque"
    if attendu.maximum == 1:
        return "ce groupe est obligatoire : le donner une fois"
    fois = "une fois" if attendu.minimum == 1 else f"{attendu.minimum} fois"
    return f"ce groupe est obligatoire : le donner au moins {fois}"


def _maximum(attendu: Element) -> int:
    return 1 if isinstance(attendu, Choix) else attendu.maximum


def _minimum(attendu: Element) -> int:
    return 1 if isinstance(attendu, Choix) else attendu.minimum


def _nom(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else "?"


def _enfant(element: etree._Element, indices: Mapping[str, int], lieu: _Lieu) -> _Enfant:
    qname = etree.QName(element)
    espace = qname.namespace or ""
    rang = indices.get(qname.localname)
    bon = espace == lieu.espace or (lieu.tolere is not None and espace == lieu.tolere)
    return _Enfant(element, qname.localname, espace, rang, bon)


def _manquants(
    attendus: Sequence[Element], nombre: Sequence[int], enfants: Sequence[_Enfant], places: Mapping[int, Place]
) -> dict[int, list[int]]:
    """Items that occur too rarely, by the position of the child before which they belong."""
    manquants: dict[int, list[int]] = {}
    en_place = [(i, enfants[i].rang or 0) for i, place in places.items() if place is Place.EN_PLACE]
    for rang, attendu in enumerate(attendus):
        if nombre[rang] < _minimum(attendu):
            position = next((i for i, autre in en_place if autre > rang), len(enfants))
            manquants.setdefault(position, []).append(rang)
    return manquants


def _en_trop(attendu: Element, chemin: str) -> ErreurChamp:
    maximum = _maximum(attendu)
    fois = "une seule fois" if maximum == 1 else f"{maximum} fois au plus"
    message = f"« {attendu.libelle} » : admis {fois}"
    return erreur(
        CodeChamp.CHAMP_EN_TROP, attendu.code, attendu.libelle, chemin, message, admises=(f"maximum {maximum}",)
    )


def _mal_place(attendus: Sequence[Element], rang: int, presents: set[int | None], chemin: str) -> ErreurChamp:
    attendu = attendus[rang]
    avant = next((attendus[i] for i in range(rang - 1, -1, -1) if i in presents), None)
    apres = next((attendus[i] for i in range(rang + 1, len(attendus)) if i in presents), None)
    if avant is not None:
        lieu = f"sa place est après « {avant.libelle} » ({avant.code})"
    elif apres is not None:
        lieu = f"sa place est avant « {apres.libelle} » ({apres.code})"
    else:
        lieu = "l'ordre du contrat n'est pas respecté"
    message = f"« {attendu.libelle} » n'est pas à sa place : {lieu}"
    return erreur(CodeChamp.CHAMP_MAL_PLACE, attendu.code, attendu.libelle, chemin, message)


def _a_un_enfant_dans(element: etree._Element, espace: str) -> bool:
    return any(etree.QName(enfant).namespace == espace for enfant in element)


def _offre_inconnue(enfant: _Enfant, connues: tuple[str, ...], lieu: _Lieu) -> ErreurChamp:
    nom, version = enfant.nom, version_de(enfant.espace)
    voisin = proche(nom, connues)
    suite = f" ; vouliez-vous « {voisin} » ?" if voisin else ""
    if version and version != version_de(lieu.espace):
        suite = f" ; son espace de noms est celui de la version {version} : envoyer à l'adresse de cette version"
    message = f"« {nom} » n'est le formulaire d'aucune Offre de cette version du catalogue{suite}"
    return erreur(CodeChamp.OFFRE_INCONNUE, nom, nom, lieu.chemin + nom, message, nom, connues)


def _qname(element: etree._Element, valeur: str) -> tuple[str, str]:
    prefixe, deux_points, local = valeur.strip(BLANCS).rpartition(":")
    espace = element.nsmap.get(prefixe if deux_points else None)
    return espace or "", local
