"""The contract: from the model to WSDL, XSD, maquettes and pack. Pure; slow parts run once per version."""
