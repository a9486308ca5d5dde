#!/bin/sh
# Jeu de test e-SAV, catalogue @VERSION@ : envoie chaque message à la plate-forme d'intégration et compare la réponse à
# celle du jeu. Fichier généré depuis le catalogue : ne pas le modifier.
#
#   sh jeu-de-test.sh [OFFRE...]           toutes les Offres, ou celles-là
#   sh jeu-de-test.sh --apres [OFFRE...]   plus tard, avec le même ESAV_SERIE : les cas qui viennent après quelques minutes
#
#   ESAV_URL                           adresse du service  [@URL@]
#   ESAV_CERTIFICAT, ESAV_CLE, ESAV_CA fichiers PEM : certificat client, sa clé, autorité du serveur
#   ESAV_OPERATEUR                     code de l'opérateur, sur un service local d'essai
#   ESAV_SERIE                         mis devant les références, pour pouvoir rejouer le jeu  [la date et l'heure]
#
# Code de sortie : 0 toutes les réponses sont conformes ; 1 au moins une ne l'est pas ; 2 rien n'est envoyé ;
# 3 le service est injoignable.
set -u
LC_ALL=C
export LC_ALL
ici=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 2
command -v curl >/dev/null || { echo "curl est introuvable." >&2; exit 2; }
travail=$(mktemp -d) || exit 2
trap 'rm -rf "$travail"' EXIT
trap 'exit 130' INT TERM

url=${ESAV_URL:-@URL@}
serie=${ESAV_SERIE:-$(date +%Y%m%d%H%M%S)-$$}
moment=0
if [ "${1:-}" = --apres ]; then
    moment=1
    shift
    [ -n "${ESAV_SERIE:-}" ] || { echo "ESAV_SERIE : indiquer la série du premier passage." >&2; exit 2; }
fi
offres=" $* "
set --
if [ -n "${ESAV_OPERATEUR:-}" ]; then set -- "$@" -H "X-Esav-Operateur: $ESAV_OPERATEUR"; fi
if [ -n "${ESAV_CERTIFICAT:-}" ]; then set -- "$@" --cert "$ESAV_CERTIFICAT"; fi
if [ -n "${ESAV_CLE:-}" ]; then set -- "$@" --key "$ESAV_CLE"; fi
if [ -n "${ESAV_CA:-}" ]; then set -- "$@" --cacert "$ESAV_CA"; fi

# Ce qui change d'un appel à l'autre est remplacé par ce qui en tient lieu dans les réponses du jeu.
jokers() {
    sed @JOKERS@ | motifs
}

# De même pour ce qui change dans les réponses d'un seul service.
motifs() {
    case $chemin in
@MOTIFS@
    *) cat ;;
    esac
}

# Le contenu du dernier de ces éléments dans la réponse.
contenu() {
    lignes <"$travail/brut" | sed -n "s|^<ws:$1>\([^<]*\)<.*|\1|p" | tail -n 1
}

# Une balise par ligne, pour montrer un écart.
lignes() {
    sed 's|><|>\
<|g'
    echo
}

bons=0
ecarts=0
plus_tard=0
@VIDES@
tabulation=$(printf '\t')
while IFS="$tabulation" read -r cas operation message reponse statut chemin apres; do
    if [ "$offres" != "  " ]; then
        case $offres in *" ${cas%%-*} "*) ;; *) continue ;; esac
    fi
    if [ "$moment" = 0 ] && [ "$apres" != 0 ]; then
        plus_tard=$apres
        continue
    fi
    [ "$moment" = 0 ] || [ "$apres" != 0 ] || continue
    sed @SERIE@ "$ici/$message" >"$travail/message.xml"
    recu=$(curl -sS -o "$travail/brut" -w '%{http_code}' "$@" -H 'Content-Type: text/xml; charset=utf-8' \
        -H "SOAPAction: \"urn:esav:ws:1:$operation\"" --data-binary "@$travail/message.xml" \
        "${url%/}$chemin" </dev/null) || exit 3
    case $chemin in */rendez-vous) @RETENUS@ ;; esac
    jokers <"$travail/brut" >"$travail/recue.xml"
    if [ "$recu" = "$statut" ] && [ "$(cat "$travail/recue.xml")" = "$(cat "$ici/$reponse")" ]; then
        bons=$((bons + 1))
        echo "conforme  $cas"
    else
        ecarts=$((ecarts + 1))
        echo "ÉCART     $cas : HTTP $recu reçu, $statut attendu ; < attendu, > reçu"
        lignes <"$ici/$reponse" >"$travail/attendu.txt"
        lignes <"$travail/recue.xml" >"$travail/recu.txt"
        diff "$travail/attendu.txt" "$travail/recu.txt"
    fi
done <"$ici/cas.tsv"

echo "Réponses conformes : $bons. Écarts : $ecarts."
if [ "$plus_tard" != 0 ]; then
    echo "Dans $plus_tard minutes, les autres états : ESAV_SERIE=$serie sh jeu-de-test.sh --apres"
fi
[ $((bons + ecarts)) -gt 0 ] || { echo "Aucun cas pour$offres." >&2; exit 2; }
[ "$ecarts" -eq 0 ]
