"""From a catalogue to the bytes of its maquettes; the same catalogue always gives the same bytes (R1.4)."""

from __future__ import annotations

import json

from markupsafe import Markup

from esav_soap.contract.maquettes.vue import VueOffre, vue_offre
from esav_soap.contract.pages import environnement, politique, textes
from esav_soap.model import Catalogue, Choisi, Statut, structure_offre

_PAQUET = "esav_soap.contract.maquettes.gabarits"
_STYLES = ("couleurs.css", "page.css", "formulaire.css", "impression.css")
#: In this order: each file uses only functions of those before it.
_SCRIPTS = ("valeurs.js", "controles.js", "regles.js", "affichage.js", "demarrage.js")
#: Before anything is drawn: what needs the script is shown, what replaces it is not.
_AMORCE = 'document.documentElement.className = "avec-script";'
_STATUTS = {Statut.ACTIF.value: "actif", Statut.DEPRECIE.value: "déprécié", Statut.RETIRE.value: "retiré"}


def maquettes(catalogue: Catalogue) -> dict[str, bytes]:
    """Every page of a version: ``index.html``, ``<OFFRE>.html`` in the catalogue's order, ``nomenclatures.html``.

    UTF-8, line feeds only. Raises ``ExpressionInvalide`` when a rule is not XPath 1.0 (a checked pack has none).
    """
    vues = [vue_offre(catalogue, offre) for offre in catalogue.offres]
    rendu = _Rendu(catalogue)
    pages = {"index.html": rendu.page("index.html", offres=vues)}
    pages |= {vue.fichier: rendu.offre(vue) for vue in vues}
    nomenclatures = sorted(catalogue.nomenclatures.values(), key=lambda n: n.code)
    pages["nomenclatures.html"] = rendu.page(
        "nomenclatures.html", nomenclatures=nomenclatures, emplois=_emplois(catalogue), statuts=_STATUTS
    )
    return pages


def _emplois(catalogue: Catalogue) -> dict[str, list[tuple[str, str]]]:
    """For each nomenclature, the pages (file, label) of the Offres that use it."""
    emplois: dict[str, list[tuple[str, str]]] = {code: [] for code in catalogue.nomenclatures}
    for offre in catalogue.offres:
        types = [feuille.champ.type for _, feuille in structure_offre(catalogue, offre).feuilles()]
        for code in {genre.nomenclature for genre in types if isinstance(genre, Choisi)}:
            emplois[code].append((f"{offre.code}.html", offre.libelle))
    return emplois


class _Rendu:
    """The templates, with style and script read once for all pages of a version."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.style = textes(_PAQUET, *_STYLES)
        self.script = f'(function () {{\n"use strict";\n{textes(_PAQUET, *_SCRIPTS)}}})();\n'
        self.environnement = environnement(_PAQUET)

    def offre(self, vue: VueOffre) -> bytes:
        scripts = {"script": Markup(self.script), "modele": _json_en_page(vue.modele)}  # noqa: S704 - our own file
        return self.page("offre.html", offre=vue, csp=politique(self.style, _AMORCE, self.script), **scripts)

    def page(self, gabarit: str, **contexte: object) -> bytes:
        contexte.setdefault("csp", politique(self.style, _AMORCE))
        html = self.environnement.get_template(gabarit).render(
            catalogue=self.catalogue,
            version=self.catalogue.version,
            style=Markup(self.style),  # noqa: S704 - our own file
            amorce=Markup(_AMORCE),  # noqa: S704 - our own constant
            **contexte,
        )
        return html.encode()


def _json_en_page(valeur: object) -> Markup:
    """JSON that cannot end its ``<script>`` element, whatever a label holds."""
    texte = json.dumps(valeur, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for caractere in "<>&\u2028\u2029":
        texte = texte.replace(caractere, f"\\u{ord(caractere):04x}")
    return Markup(texte)  # noqa: S704 - escaped just above
