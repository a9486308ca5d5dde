"""The same rule, under its former name."""

from esav_soap.adresses import adresse_correcte

__all__ = ["adresse_correcte"]
