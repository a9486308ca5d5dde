"""The way to the receivers of opérateurs: HTTPS, and nothing but public addresses."""

from esav_soap.push.https import RecepteurHttps, ReglagesPush

__all__ = ["RecepteurHttps", "ReglagesPush"]
