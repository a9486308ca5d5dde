"""Maquettes HTML: one self-contained page per Offre, the list of Offres, and the annex of nomenclatures (R1.1, R1.4).

A page needs no server and no network: its policy forbids both. It shows the form, judges what is typed by the facets and by
the publisher's own XPath, and writes the XML of the form.
"""

from esav_soap.contract.maquettes.rendu import maquettes

__all__ = ["maquettes"]
