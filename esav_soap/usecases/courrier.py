"""Sending a message, as a port: what it takes, and how it fails."""

from __future__ import annotations

from typing import Protocol

from esav_soap.avis.message import Message


class EchecCourrier(Exception):
    """A message was not sent. The text is French, for those who run the platform, and holds no secret."""


class EchecTemporaire(EchecCourrier):
    """It may be accepted later: the server is out of reach, busy, or badly set up."""


class EchecServeur(EchecTemporaire):
    """The server takes no message at all for now: others need not be tried before long."""


class EchecDefinitif(EchecCourrier):
    """This message will never be accepted as it is."""


class Courrier(Protocol):
    """A mail server."""

    def envoyer(self, message: Message) -> None:
        """Hand the message over; returns once the server has taken it.

        Raises :class:`EchecTemporaire`, :class:`EchecServeur`, :class:`EchecDefinitif`.
        """
        ...
