"""Templates, style and script of the maquettes; :mod:`esav_soap.contract.maquettes.rendu` puts them together."""
