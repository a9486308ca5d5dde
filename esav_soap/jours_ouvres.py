"""Jours ouvrés: Monday to Friday outside French public holidays (glossary; art. 1). Days are Paris days."""
