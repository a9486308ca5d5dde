"""e-SAV: the SOAP platform on which operators deposit and follow signalisations.

Floors, from the highest (each imports only lower ones; ``setup.cfg`` holds the check)::

    cli -> bootstrap -> soap | store | mail | worker -> usecases
        -> reader | contract | intake | signalisation | publication | avis -> model -> names, errors, calendar

``client`` stands apart: it sees ``names`` and ``errors`` only.
"""

__version__ = "0.1.0"
