"""A store with many rows in each table, for the tests that read how queries find theirs.

The rows belong to twenty opérateurs, ``OP1`` to ``OP19`` and ``OP0``, in turn: a test that writes takes one of its own.
"""

from __future__ import annotations

from esav_soap.store import Magasin

#: n from 1 to the number of rows, and how each engine writes bytes.
_SUITE = {
    "sqlite": "WITH RECURSIVE suite(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM suite WHERE n < {lignes})",
    "postgresql": "WITH suite(n) AS (SELECT generate_series(1, {lignes}))",
}
_OCTETS = {"sqlite": "X'78'", "postgresql": "decode('78', 'hex')"}
_OPERATEUR = "'OP' || (n - n / 20 * 20)"
_DATE = "CAST('2026-07-01T10:00:00.000000+00:00' AS {instant})"
_INSTANT = {"sqlite": "text", "postgresql": "timestamptz"}
#: Every twentieth row a day further.
_JOUR_N = {
    "sqlite": "date('2026-12-01', '+' || (n / 20) || ' days')",
    "postgresql": "CAST('2026-12-01' AS date) + CAST(n / 20 AS integer)",
}
_JOUR = {"sqlite": "text", "postgresql": "date"}
_REMPLIR = (
    f"INSERT INTO prestation {{suite}} SELECT 'production', {_OPERATEUR}, 'P' || n, 'ACCES_FTTH', '', '', '', '', '' FROM suite",
    f"INSERT INTO signalisation {{suite}} SELECT n, 'N' || n, 'production', {_OPERATEUR}, 'R' || n, {{octets}}, 'EN_DEPOT', "
    f"'P' || n, 'ACCES_FTTH', '2026.1', {_DATE}, {_DATE}, '', '', NULL, {{octets}}, NULL, NULL FROM suite",
    "INSERT INTO evenement (id, signalisation, plateforme, operateur, rang, date, etat, cote, auteur, visibilite, commentaire) "
    f"{{suite}} SELECT n, n, 'production', {_OPERATEUR}, 1 + n / 20, {_DATE}, 'EN_DEPOT', 'OPERATEUR', '', 'PARTAGE', '' "
    "FROM suite",
    "INSERT INTO compteur_evenements (plateforme, operateur, dernier) "
    "SELECT plateforme, operateur, max(rang) FROM evenement GROUP BY plateforme, operateur",
    # Many opérateurs, so that a scan of the counters would cost something.
    "INSERT INTO compteur_evenements {suite} SELECT 'integration', 'OP' || n, 7 FROM suite",
    f"INSERT INTO version_catalogue (version, annonce, ouverture, pack) {{suite}} "
    f"SELECT 'V' || n, {_DATE}, {_DATE}, {{octets}} FROM suite WHERE n < 3000",
    f"INSERT INTO homologation {{suite}} SELECT 'OP' || n, 'TEST', {_DATE}, '', '' FROM suite",
    f"INSERT INTO demande_certificat {{suite}} SELECT n, 'EMISSION', 'OP' || n, 'OPERATEUR', '', {_DATE}, "
    f"CAST('2026-07-22' AS {{jour}}), {_DATE}, '', {{octets}} FROM suite",
    f"INSERT INTO certificat {{suite}} SELECT 'C' || n, 'OP' || n, 'OPERATEUR', 'RECONNUE', '', '', '', '', '', "
    f"{_DATE}, {_DATE}, {_DATE}, {_DATE}, NULL, '', {{octets}} FROM suite",
    "INSERT INTO capacite {suite} SELECT n, 'production', 'Z' || (n - n / 20 * 20), 'SAV', {jour_n}, 'MATIN', 2 FROM suite",
    f"INSERT INTO reservation {{suite}} SELECT n, 'A' || n, 'production', {_OPERATEUR}, 'R' || n, 'N' || n, n, 'CONFIRMEE', "
    f"{_DATE}, {_DATE}, {_DATE}, {_DATE}, NULL, NULL FROM suite",
    f"INSERT INTO archive_signalisation {{suite}} SELECT 'X' || n, 'production', {_OPERATEUR}, 'XR' || n, {{octets}}, "
    f"'EN_REJET', 'P' || n, 'ACCES_FTTH', '2026.1', {_DATE}, {_DATE}, {_DATE}, {_DATE}, NULL, NULL, {{octets}} FROM suite",
    f"INSERT INTO archive_evenement {{suite}} SELECT 'integration', {_OPERATEUR}, 1 + n / 20, 'X' || n FROM suite",
    f"INSERT INTO archive_reservation {{suite}} SELECT 'XA' || n, 'production', {_OPERATEUR}, 'XR' || n, 'X' || n FROM suite",
    "INSERT INTO envoi (numero, cle, genre, objet, operateur, etat, essais, cree_le, prochain, erreur) {suite} SELECT n, "
    "'K' || n, 'VERSION_ANNONCEE', 'V7', 'OP' || n, CASE WHEN n < 50 THEN 'EN_ATTENTE' ELSE 'ENVOYE' END, 1, "
    f"{_DATE}, CASE WHEN n < 50 THEN {_DATE} END, '' FROM suite",
)


def remplir(magasin: Magasin, lignes: int) -> None:
    """``lignes`` rows in each table that grows with the use, in new database."""
    moteur = "sqlite" if magasin._moteur.sqlite else "postgresql"
    with magasin._moteur.ecriture() as connexion:
        for ordre in _REMPLIR:
            connexion.exec_driver_sql(
                ordre.format(
                    suite=_SUITE[moteur].format(lignes=lignes),
                    octets=_OCTETS[moteur],
                    instant=_INSTANT[moteur],
                    jour=_JOUR[moteur],
                    jour_n=_JOUR_N[moteur],
                )
            )
        if moteur == "postgresql":
            connexion.exec_driver_sql(
                "SELECT setval('signalisation_id_seq', 200000), setval('evenement_id_seq', 200000), "
                "setval('envoi_numero_seq', 200000), setval('demande_certificat_numero_seq', 200000), "
                "setval('capacite_id_seq', 200000), setval('reservation_id_seq', 200000)"
            )
    with magasin._moteur.ecrivains.connect() as connexion:
        connexion.exec_driver_sql("ANALYZE")
