"""Writes the parts of the documentation that the code knows better: codes, settings, commands.

``python docs/generer.py`` rewrites what stands between ``<!-- genere:NAME -->`` and ``<!-- fin:NAME -->`` in docs/*.md and
README.md; with ``--check`` it writes nothing and fails when something is not up to date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import datetime
from enum import Enum
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the table of tests/exigences.py
from esav_soap.bootstrap.reglages import Reglages
from esav_soap.calendar import PARIS, en_francais
from esav_soap.certificats import MotifRefus
from esav_soap.cli import francais
from esav_soap.cli.__main__ import COMMANDES, esav
from esav_soap.contract.services import SERVICES, requetes
from esav_soap.errors import CodeAvertissement, CodeChamp, CodeErreur
from esav_soap.names import chemin_service
from esav_soap.publication import REGLES, VersionPubliee, decider
from esav_soap.publication.ecarts import CodeEcart
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.rendez_vous import MotifRefus as MotifRefusRendezVous
from esav_soap.signalisation import Attendu, CauseCloture, Etat, MotifRejet, Responsabilite
from esav_soap.signalisation.scenarios import PREFIXE, Scenario, etapes
from esav_soap.signalisation.transitions import TRANSITIONS, Exige, Retour
from esav_soap.souscription.champs import CHAMPS, Champ
from esav_soap.souscription.regles import CodeBon, CodeDenonciation
from esav_soap.usecases.codes_verification import CodeVerification
from esav_soap.usecases.documentation import SENS_ORDINAIRE
from esav_soap.usecases.documentation_essai import faits_essai
from esav_soap.usecases.documentation_suivi import actions, garanties
from esav_soap.usecases.documentation_suivi import delais_rendez_vous as delais
from esav_soap.usecases.pki.raisons import CodePki
from esav_soap.usecases.souscriptions import CodeManque, CodeSouscription
from tests.exigences import EXIGENCES

RACINE = Path(__file__).parents[1]
#: Codes that some code of ours raises; the others are promised for operations to come.
EMPLOYES = {
    CodeErreur[nom]
    for fichier in (RACINE / "esav_soap").rglob("*.py")
    for nom in re.findall(r"CodeErreur\.([A-Z_]+)", fichier.read_text(encoding="utf-8"))
    if nom in CodeErreur.__members__ and not fichier.match("usecases/presentation.py")
}


def _table(entetes: tuple[str, ...], lignes: Iterator[tuple[str, ...]]) -> str:
    rangs = [entetes, tuple("---" for _ in entetes), *lignes]
    return "\n".join("| " + " | ".join(cellule.replace("|", "\\|") for cellule in rang) + " |" for rang in rangs)


def codes_fault() -> str:
    """Codes of the fault, with what to do."""

    def sens(code: CodeErreur) -> str:
        return code.value if code in EMPLOYES else f"*(prévu)* {code.value}"

    return _table(("Code", "Sens, et que faire"), ((f"`{c.name}`", sens(c)) for c in CodeErreur))


def codes_champ() -> str:
    """Codes of one error in a message."""
    return _table(("Code", "Sens"), ((f"`{c.name}`", c.value) for c in CodeChamp))


def codes_verification() -> str:
    """Codes of what the gate finds in a candidate pack."""
    return _table(("Code", "Ce qui ne va pas, et que faire"), ((f"`{c.name}`", c.value) for c in CodeVerification))


def codes_ecart() -> str:
    """Codes of the differences between two versions, by gravity."""
    rangs = sorted(CodeEcart, key=lambda c: -c.gravite.rang)
    return _table(("Gravité", "Code", "Sens"), ((c.gravite.value, f"`{c.name}`", c.sens) for c in rangs))


def codes_avertissement() -> str:
    """Codes of a warning."""
    return _table(("Code", "Sens"), ((f"`{c.name}`", c.value) for c in CodeAvertissement))


def motifs_pki() -> str:
    """Codes of what the commands of the PKI refuse or warn of."""
    return _table(("Motif", "Sens, et que faire"), ((f"`{c.name}`", c.value) for c in CodePki))


def motifs_refus() -> str:
    """Why a certificate is refused."""
    return _table(("Motif", "Ce qui ne va pas, et que faire"), ((f"`{m.name}`", m.value) for m in MotifRefus))


def etats() -> str:
    """States of a signalisation."""
    return _table(("Code", "État"), ((f"`{e.name}`", e.value) for e in Etat))


def transitions() -> str:
    """Every permitted action, by state."""
    lignes = (
        (
            f"`{a.etat}`" if a.etat else "—",
            f"`{a.action}`",
            f"`{a.vers}`" if a.vers else f"*({a.vers_dit})*",
            a.qui,
            ", ".join(f"`{e}`" for e in a.exige) or "—",
            a.remarque,
        )
        for a in actions()
    )
    return _table(("État", "Action", "État suivant", "Qui", "Exigé", "Remarque"), lignes)


def dessin_etats() -> str:
    """The changes of state as a Mermaid diagram; between two states, one arrow with its actions."""
    fleches: dict[tuple[str, str], list[str]] = {}
    gelables = [t.de.name for t in TRANSITIONS if t.vers is Etat.GELE and t.de]
    for t in TRANSITIONS:
        if t.vers is not None:
            de = t.de.name if t.de else "[*]"
            arrivees = dict.fromkeys(gelables) if isinstance(t.vers, Retour) else {t.vers.name: None}
            for arrivee in arrivees:
                actions = fleches.setdefault((de, arrivee), [])
                actions += [t.action.name] if t.action.name not in actions else []
    finals = [e.name for e in Etat if e not in {t.de for t in TRANSITIONS}]
    lignes = [
        *(f'    state "{e.value}" as {e.name}' for e in Etat),
        *(f"    {de} --> {vers} : {', '.join(actions)}" for (de, vers), actions in fleches.items()),
        *(f"    {final} --> [*]" for final in finals),
    ]
    return "\n".join(("```mermaid", "stateDiagram-v2", *lignes, "```"))


def nomenclatures_sav() -> str:
    """Code lists of the SAV."""
    listes: dict[Exige, type[Enum]] = {
        Exige.MOTIF: MotifRejet,
        Exige.ATTENDU: Attendu,
        Exige.CAUSE: CauseCloture,
        Exige.RESPONSABILITE: Responsabilite,
    }

    def lignes() -> Iterator[tuple[str, ...]]:
        for exige, liste in listes.items():
            for code in liste:
                de = f" (de : {code.aupres_de.value})" if isinstance(code, Attendu) else ""
                yield f"`{exige.champ}`", f"`{code.name}`", f"{code.value}{de}"

    return _table(("Élément", "Code", "Sens"), lignes())


def exemples_garantie() -> str:
    """Due times that the guarantee itself gives."""
    lignes = (
        (f"`{g.texte}`", "<br>".join(f"`{etat}` le {le}" for etat, le in g.histoire), g.echeance) for g in garanties()
    )
    return _table(("Garantie", "Histoire", "Échéance"), lignes)


def delais_rendez_vous() -> str:
    """Who may do what to an appointment, until when, with instants that the rules themselves give."""
    lignes = ((d.quoi, d.qui, d.quand, d.exemple) for d in delais())
    return _table(("Ce qui est fait", "Par qui", "Quand", "Exemple"), lignes)


def motifs_rendez_vous() -> str:
    """Why an appointment is refused."""
    motifs = ((m.sens, f"`{m.code.name}`", f"`{m.champ}`" if m.champ else "—") for m in MotifRefusRendezVous)
    return _table(("Pourquoi", "Code", "Élément"), motifs)


def operations_sav() -> str:
    """Operations of the Fournisseur's own systems."""
    structures = requetes("sav", None)
    return _table(("Opération", "Objet"), ((f"`{nom}`", structures[nom].libelle) for nom in SERVICES["sav"]))


def scenarios() -> str:
    """What the test prestations of integration do."""
    lignes = [(f"`{PREFIXE}OFFRE`", SENS_ORDINAIRE, "—")]
    for scenario in Scenario:
        suite = "<br>".join(f"{e.minutes} min : `{e.etat.name}`, « {e.commentaire} »" for e in etapes(scenario))
        lignes.append((f"`{PREFIXE}{scenario.name}-OFFRE`", scenario.value, suite or "—"))
    return _table(("Identifiant", "Ce qui se passe", "Après le dépôt"), iter(lignes))


def etats_essai() -> str:
    """Every state, and the test prestation whose signalisations come to it."""
    lignes = (
        (
            f"`{e.etat}`",
            f"`{PREFIXE}{e.scenario + '-' if e.scenario else ''}OFFRE`",
            f"{e.minutes} min après le dépôt" if e.minutes else "Dès le dépôt",
        )
        for e in faits_essai(()).etats
    )
    return _table(("État", "Prestation", "Quand"), lignes)


def suites_essai() -> str:
    """What the opérateur's actions lead to on the test prestations."""
    return _table(("Opération", "Ce qui s'ensuit"), ((f"`{o}`", dite) for o, dite in faits_essai(()).suites))


def places_essai() -> str:
    """The slots of the test prestations."""
    lignes = (
        (f"`{g.code}` ({g.sens})", ", ".join(f"`{p}`" for p in g.libres), f"`{g.complete}`")
        for g in faits_essai(()).rendez_vous
    )
    return _table(("Genre", "Plages libres", "Plage toujours complète"), lignes)


def reglages() -> str:
    """Settings, each with its French description."""
    connus = {f.name: f.default for f in fields(Reglages)}
    manquants = set(connus) - set(DESCRIPTIONS)
    if manquants or set(DESCRIPTIONS) - set(connus):
        raise SystemExit(f"docs/generer.py: settings without a French description: {sorted(manquants)}")
    lignes = (
        (f"`ESAV_{nom.upper()}`", DESCRIPTIONS[nom], f"`{defaut}`" if defaut != "" else "—")
        for nom, defaut in connus.items()
    )
    return _table(("Variable", "Rôle", "Par défaut"), lignes)


DESCRIPTIONS = {
    "store": "Base de données : `sqlite:///fichier` ou `postgresql://utilisateur@serveur/base`.",
    "adresse": "Adresse d'écoute, `hôte:port`.",
    "url_publique": "Adresse sous laquelle les opérateurs joignent le service, écrite dans les WSDL et les refus. "
    "Sans elle : l'adresse d'écoute.",
    "tls_certificat": "Certificat du serveur, avec sa chaîne (fichier PEM). Avec lui, `ESAV_ADRESSE` est en TLS et demande leur "
    "certificat aux appelants. Relu quand le fichier change.",
    "tls_cle": "Clé de ce certificat (PEM, sans phrase).",
    "adresse_http": "Deuxième adresse, `hôte:port`, sans TLS, qui ne sert que `/pki/…` (listes de révocation) et `/sante`.",
    "socket_mandataire": "Chemin d'un socket Unix pour un mandataire (nginx, HAProxy) qui fait le TLS et transmet le certificat de "
    "l'appelant dans l'en-tête `Client-Cert`.",
    "identite": "Qui dit l'appelant : `certificat` (par défaut avec TLS ou un mandataire), `locale` (en-tête "
    "`X-Esav-Operateur`, boucle locale seulement ; par défaut sinon), ou `paquet.module:fonction`, qui reçoit l'environnement "
    "WSGI et rend le code de l'opérateur ou `None`.",
    "homologation": "`exigee` : en production, un opérateur doit avoir réussi un appel du domaine sur la plate-forme "
    "d'intégration. `non` : rien n'est exigé, pour des essais avec l'identité locale seulement.",
    "processus": "Nombre de processus du serveur.",
    "fils": "Requêtes que chaque processus sert à la fois ; celles dont le client se fait attendre ne comptent pas.",
    "connexions": "Connexions que chaque processus garde au plus, à la limite de fichiers ouverts près (deux par connexion, et 200). "
    "Au-delà, chaque nouvelle en ferme une qui attend son client.",
    "delai_silence": "Secondes pendant lesquelles un client peut ne rien envoyer ni lire au milieu d'une requête.",
    "delai_requete": "Secondes laissées à une requête pour arriver entière.",
    "delai_inactivite": "Secondes pendant lesquelles une connexion gardée attend la requête suivante. Derrière un mandataire : plus "
    "que le délai de celui-ci.",
    "taille_max": "Taille du plus grand message admis, en octets.",
    "taille_pack_max": "Taille du plus grand message admis par le service `publication`, en octets.",
    "rafraichissement": "Secondes entre deux lectures de ce qui est enregistré : versions du catalogue, certificats, souscriptions.",
    "smtp_hote": "Serveur de courrier des avis. Sans lui, rien ne part : les avis attendent dans la file (`esav envois list`).",
    "smtp_port": "Port du serveur de courrier : 587 en général avec `starttls`, 465 avec `tls`, 25 avec `aucun`.",
    "smtp_chiffrement": "`starttls` (exigé, jamais abandonné), `tls`, ou `aucun` (réseau interne sans mot de passe). Le "
    "certificat du serveur est vérifié.",
    "smtp_autorites": "Fichier PEM des autorités de certification à reconnaître. Sans lui : celles de la machine.",
    "smtp_utilisateur": "Utilisateur du serveur de courrier, s'il en demande un.",
    "smtp_mot_de_passe": "Son mot de passe ; jamais écrit dans un journal ni dans une erreur.",
    "smtp_expediteur": "Adresse d'où partent les avis, qui organise aussi les événements des calendriers joints.",
    "smtp_nom": "Nom affiché de l'expéditeur.",
    "smtp_delai": "Secondes laissées à chaque étape d'un envoi.",
    "smtp_essais": "Nombre d'essais avant la mise au rebut d'un avis ; avec les valeurs par défaut, au bout de trois à quatre jours.",
    "smtp_recul": "Secondes avant le deuxième essai ; doublées à chaque échec, six heures au plus.",
    "notifications_certificat": "Certificat que e-SAV montre aux récepteurs des opérateurs, avec sa chaîne (PEM). Sans lui, aucune "
    "notification ne part : les événements attendent. Ce peut être celui de `ESAV_TLS_CERTIFICAT`, s'il vaut aussi pour un client. "
    "Relu quand le fichier change.",
    "notifications_cle": "Clé de ce certificat (PEM, sans phrase).",
    "notifications_autorites": "Fichier PEM des autorités à reconnaître pour les récepteurs. Sans lui : celles de la machine.",
    "notifications_reseaux": "Réseaux joignables en plus de l'Internet public, séparés par des virgules, comme `10.20.0.0/16` : pour une "
    "interconnexion privée ou des essais.",
    "notifications_delai": "Secondes laissées à un échange entier avec un récepteur.",
    "notifications_arret": "Heures d'échecs après lesquelles l'envoi à un récepteur s'arrête, avec un avis à l'opérateur (dix essais au "
    "moins).",
    "notifications_fils": "Récepteurs servis à la fois par un worker.",
    "verrouillage": "`oui` ou `non` : les workers closent au tableau de bord ce qui est validé, à la fin du délai de contestation. Voir "
    "[guide-technicien.md](guide-technicien.md#valider-puis-verrouiller).",
    "archivage_jours": "Jours calendaires après la clôture ou le rejet, avant qu'une signalisation passe aux archives ; au moins "
    "91. Voir [guide-technicien.md](guide-technicien.md).",
    "worker": "`oui` ou `non` : `esav serve` lance aussi un worker, qui envoie les avis et les notifications, verrouille et archive.",
    "journal": "Comment le journal est écrit, une ligne par événement : `texte` ou `json`. Vaut pour le serveur, le worker et les "
    "commandes. Voir [exploitation.md](exploitation.md#le-journal).",
    "horloge": "Pour répéter un changement de version, jamais en service : `paquet.module:fonction` qui donne l'instant.",
}


def operations() -> str:
    """Services, addresses, operations."""
    lu = lire_catalogue(depuis_dossiers(RACINE, "2026.2"))

    def lignes() -> Iterator[tuple[str, ...]]:
        for service, noms in SERVICES.items():
            structures = requetes(service, lu if service == "depot" else None)
            version = "{version}" if service == "depot" else None
            adresse = chemin_service("{plateforme}", service, version)
            for nom in noms:
                yield f"`{adresse}`", f"`{nom}`", structures[nom].libelle

    return _table(("Adresse", "Opération", "Objet"), lignes())


def regles_publication() -> str:
    """The contract's rules for announcements and withdrawals."""
    lignes = ((f"`{r.code}`", r.enonce, f"{r.article} ({r.exigence})") for r in REGLES)
    return _table(("Code", "Règle", "D'après"), lignes)


def exemples_publication() -> str:
    """Dates that the rules themselves give: announced, asked for, then what comes of it."""

    def paris(texte: str) -> datetime:
        return datetime.fromisoformat(texte).replace(tzinfo=PARIS)

    jadis = paris("2026-01-01T00:00")
    en_vigueur = VersionPubliee("2026.2", jadis, jadis)

    def ligne(version: str, annonce: str, demandee: str | None, *connues: VersionPubliee) -> tuple[str, ...]:
        instant = paris(annonce)
        voulue = paris(demandee) if demandee else None
        decision = decider(version, voulue, instant, connues, nouvelles_offres=False)
        debut = (version, en_francais(instant), en_francais(voulue) if voulue else "—")
        if decision.manquements:
            refus = ", ".join(f"`{m.regle}`" for m in decision.manquements)
            return (*debut, f"refusée ({refus}) : au plus tôt le {en_francais(decision.au_plus_tot)}", "—")
        avant = decision.precedente
        assert avant is not None
        assert avant.retrait is not None
        return (*debut, en_francais(decision.nouvelle.ouverture), f"{avant.version} : {en_francais(avant.retrait)}")

    suite = decider(
        "2026.3", paris("2026-12-01T06:00"), paris("2026-09-15T10:00"), [en_vigueur], nouvelles_offres=False
    )
    assert suite.precedente is not None
    annoncees = (suite.precedente, suite.nouvelle)
    lignes = (
        ligne("2026.3", "2026-09-15T10:00", None, en_vigueur),
        ligne("2026.3", "2026-09-15T10:00", "2026-12-01T06:00", en_vigueur),
        ligne("2026.3", "2026-09-15T10:00", "2026-11-01T06:00", en_vigueur),
        ligne("2026.3", "2026-12-31T10:00", None, en_vigueur),
        ligne("2026.3", "2027-01-28T02:30", None, en_vigueur),
        ligne("2026.4", "2026-10-01T10:00", "2026-12-15T06:00", *annoncees),
        ligne("2026.4", "2026-10-01T10:00", None, *annoncees),
    )
    return _table(("Version", "Annoncée le", "Demandée pour le", "Ouverture", "Retrait de celle d'avant"), iter(lignes))


def exigences() -> str:
    """Requirements by number, and how far each is built."""
    return _table(("Number", "Subject", "Built"), ((n, sujet, etat.value) for n, (etat, sujet) in EXIGENCES.items()))


def champs_bon() -> str:
    """Fields of a Bon de commande: in its file, as options, and what each wants."""

    def ligne(champ: Champ) -> tuple[str, ...]:
        groupe = champ.nom.rpartition(".")[0]
        element = f"{groupe}/{champ.element}" if groupe else champ.element
        forme = f"{champ.genre.value}, {champ.maximum} fois au plus" if champ.maximum > 1 else champ.genre.value
        return ("\\*" if champ.obligatoire else "", champ.libelle, f"`{element}`", f"`{champ.option}`", forme)

    return _table(("", "Champ", "Dans le fichier", "Option", "Forme"), map(ligne, CHAMPS))


def codes_bon() -> str:
    """What can be wrong with a Bon de commande."""
    return _table(("Code", "Défaut"), ((f"`{c.name}`", c.value) for c in CodeBon))


def codes_souscription() -> str:
    """Why a subscription or its end is refused."""
    codes = (*CodeSouscription, *CodeDenonciation)
    return _table(("Code", "Pourquoi"), ((f"`{c.name}`", c.value) for c in codes))


def codes_manque() -> str:
    """What keeps an opérateur from production."""
    return _table(("Code", "Ce qui manque"), ((f"`{c.name}`", c.value) for c in CodeManque))


def commandes_en_bref() -> str:
    """The commands, one line each."""
    lignes = ((f"`esav {nom}`", aide.rstrip(".")) for nom, (_, aide) in COMMANDES.items())
    return _table(("Command", "What it does"), lignes)


def commandes() -> str:
    """Help of every command."""
    francais.installer()

    def parcourir(commande: click.Command, ctx: click.Context) -> Iterator[str]:
        if isinstance(commande, click.Group):
            for nom in commande.list_commands(ctx):
                sous = commande.get_command(ctx, nom)
                assert sous is not None
                yield from parcourir(sous, click.Context(sous, info_name=nom, parent=ctx))
        else:
            contexte = click.Context(commande, info_name=ctx.info_name, parent=ctx.parent, max_content_width=100)
            contexte.terminal_width = 100
            aide = commande.get_help(contexte).replace(str(RACINE), ".")
            yield f"### `{ctx.command_path}`\n\n```text\n{aide}\n```"

    racine = click.Context(esav, info_name="esav", help_option_names=["-h", "--help"])
    return "\n\n".join(parcourir(esav, racine))


BLOCS: dict[str, Callable[[], str]] = {
    "codes-fault": codes_fault,
    "codes-champ": codes_champ,
    "codes-avertissement": codes_avertissement,
    "codes-ecart": codes_ecart,
    "codes-verification": codes_verification,
    "delais-rendez-vous": delais_rendez_vous,
    "dessin-etats": dessin_etats,
    "etats": etats,
    "exemples-garantie": exemples_garantie,
    "nomenclatures-sav": nomenclatures_sav,
    "transitions": transitions,
    "motifs-pki": motifs_pki,
    "motifs-refus": motifs_refus,
    "motifs-rendez-vous": motifs_rendez_vous,
    "scenarios": scenarios,
    "etats-essai": etats_essai,
    "suites-essai": suites_essai,
    "places-essai": places_essai,
    "reglages": reglages,
    "operations": operations,
    "operations-sav": operations_sav,
    "commandes": commandes,
    "commandes-en-bref": commandes_en_bref,
    "regles-publication": regles_publication,
    "exemples-publication": exemples_publication,
    "champs-bon": champs_bon,
    "codes-bon": codes_bon,
    "codes-souscription": codes_souscription,
    "codes-manque": codes_manque,
    "exigences": exigences,
}
_BLOC = re.compile(r"(<!-- genere:([\w-]+)[^>]*-->\n).*?(<!-- fin:\2 -->)", re.DOTALL)


def regenerer(texte: str) -> str:
    """The document with every marked block written anew. Raises ``KeyError`` for a block that nobody makes."""
    return _BLOC.sub(lambda m: f"{m[1]}{BLOCS[m[2]]()}\n{m[3]}", texte)


def main(arguments: list[str]) -> int:
    """Rewrite, or with ``--check`` compare; the exit code."""
    faux, vus = [], set()
    for fichier in [RACINE / "README.md", *sorted((RACINE / "docs").glob("*.md"))]:
        texte = fichier.read_text(encoding="utf-8")
        vus |= {m[2] for m in _BLOC.finditer(texte)}
        nouveau = regenerer(texte)
        if nouveau != texte:
            faux.append(fichier.relative_to(RACINE))
            if "--check" not in arguments:
                fichier.write_text(nouveau, encoding="utf-8")
    absents = set(BLOCS) - vus
    if absents:
        print(f"no document shows: {', '.join(sorted(absents))}", file=sys.stderr)
        return 1
    for nom in faux:
        print(f"{nom}: {'not up to date, run: make docs' if '--check' in arguments else 'rewritten'}", file=sys.stderr)
    return 1 if faux and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
