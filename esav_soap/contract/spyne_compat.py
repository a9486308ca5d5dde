"""The one door to Spyne 2.14: its import repaired for Python 3.12+, and the few names of it that we use.

Spyne bundles a ``six`` that Python 3.12 cannot load (``spyne.util.six.moves``); the real ``six`` takes its place, on every version. On
3.13 the standard library has no ``cgi``: the ``legacy-cgi`` distribution provides it. Both repairs can go when a
release of Spyne imports on Python 3.12 by itself. Nothing else may import Spyne (checked: ``setup.cfg``).
"""

from __future__ import annotations

import importlib
import logging
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_ICI = "spyne.util.six.moves"


class _SixMoves(MetaPathFinder, Loader):
    """Gives ``six.moves[.*]`` for ``spyne.util.six.moves[.*]``."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == _ICI or fullname.startswith(_ICI + "."):
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return importlib.import_module(spec.name.removeprefix("spyne.util."))

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to do: the module is already whole."""


sys.meta_path.insert(0, _SixMoves())

with warnings.catch_warnings():
    # Invalid escapes and the deprecated cgi module inside Spyne: not ours to mend.
    warnings.simplefilter("ignore", DeprecationWarning)
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", ImportWarning)
    from spyne import (
        AnyXml,
        Application,
        Boolean,
        ByteArray,
        ComplexModel,
        Date,
        DateTime,
        Decimal,
        Fault,
        Integer32,
        MethodContext,
        ServiceBase,
        Unicode,
        rpc,
    )
    from spyne.interface.wsdl import Wsdl11
    from spyne.model.complex import ComplexModelMeta
    from spyne.protocol.soap import Soap11, Soap12
    from spyne.server import ServerBase

# Spyne logs the values of refused messages, and warns when an application is built twice.
logging.getLogger("spyne").setLevel(logging.CRITICAL + 1)
# The bundled six leaves an importer of the old protocol behind, which warns at every later failed import.
sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]


def type_complexe(nom: str, espace: str, membres: Sequence[tuple[str, Any]], doc: str, base: Any = ComplexModel) -> Any:
    """A Spyne complex type made at run time: its members in this order, ``doc`` as the type's annotation."""
    annotations = type("Annotations", (base.Annotations,), {"doc": doc})
    return ComplexModelMeta(
        nom,
        (base,),
        {"__namespace__": espace, "__type_name__": nom, "_type_info": list(membres), "Annotations": annotations},
    )


__all__ = [
    "AnyXml",
    "Application",
    "Boolean",
    "ByteArray",
    "ComplexModel",
    "ComplexModelMeta",
    "Date",
    "DateTime",
    "Decimal",
    "Fault",
    "Integer32",
    "MethodContext",
    "ServerBase",
    "ServiceBase",
    "Soap11",
    "Soap12",
    "Unicode",
    "Wsdl11",
    "rpc",
    "type_complexe",
]
