# e-SAV avec tclws (WS::Client) : déposer, être refusé, renvoyer, suivre, prendre rendez-vous.
# Les WSDL se prennent une fois (curl) et se gardent à côté du programme ; voir ../LISEZ-MOI.md pour les réglages ESAV_*.
# À lancer par « tclsh -encoding utf-8 scenario.tcl ».
package require tls
package require tdom
package require WS::Client

fconfigure stdout -encoding utf-8

# Le certificat client et sa clé, en PEM, pour toutes les adresses https.
http::register https 443 [list ::tls::socket -autoservername true -require true \
    -certfile $env(ESAV_CERTIFICAT) -keyfile $env(ESAV_CLE) -cafile $env(ESAV_CA)]

# Garde chaque réponse telle que reçue.
proc garder {service operation sens xml args} {
    set ::reponse $xml
    return $xml
}

foreach service {depot suivi rendez-vous} {
    set fichier [open $env(ESAV_WSDL)/$service.wsdl]
    fconfigure $fichier -encoding utf-8
    ::WS::Client::ParseWsdl [read $fichier] -serviceAlias $service
    close $fichier
    ::WS::Client::SetServiceTransforms $service {} garder
}

proc appeler {service operation demande} {
    return [::WS::Client::DoCall $service $operation $demande]
}

# Un champ facultatif qui n'a pas de valeur ne se met pas ; un champ répété est une liste.
set formulaire [dict create \
    nombreFibresLouees 2 \
    nombreFibresTouchees 1 \
    longueurOptique 42.318 \
    typeFibre G652D \
    dateRecette 2023-06-30 \
    gtr GTR_4H_S1 \
    extremites [list \
        [dict create siteExtremite "NRO Évreux-Gravigny" positionExtremite B02-T01-P03 \
            typeConnecteur SC_APC puissanceExtremite -17.2 accessible true] \
        [dict create siteExtremite "Hôtel de Ville, L'Haÿ" positionExtremite B07-T02-P11 \
            typeConnecteur LC_UPC puissanceExtremite -23.45 accessible false]] \
    dateHeureConstat 2026-11-02T09:15:00+01:00 \
    familleDefaut AFFAIBLISSEMENT \
    natureDefaut ATTENUATION_EPISSURE \
    defautIntermittent true \
    frequenceCoupures 4 \
    impactService DEGRADATION \
    responsabilitePresumee FOURNISSEUR \
    descriptionDefaut "Liaison dégradée depuis 9 h 15 : épissure à 12,4 km, côté Hôtel-Dieu & gare (« œuvre d'été »), < 1 mW, 3 €." \
    moyenMesure REFLECTOMETRE \
    bilanOptique 11.35 \
    mesuresOtdr [list \
        [dict create longueurOndeOtdr L1550 sensMesure A_VERS_B distanceEvenement 12400 \
            typeEvenement EPISSURE attenuationEvenement 0.385] \
        [dict create longueurOndeOtdr L1550 sensMesure B_VERS_A distanceEvenement 29918 \
            typeEvenement CONNECTEUR reflectanceEvenement -58.2]] \
    contactSite [list \
        [dict create nomContact "Zoé Lefèvre" roleContact TECHNICIEN telephoneContact 0612345678 \
            courrielContact supervision@operateur.example contactPrevenu true]] \
    consignesSecurite {RAYONNEMENT_LASER ESPACE_CONFINE} \
    finCoupureAcceptee 2026-11-03T05:00:00+01:00 \
    referenceSupervision INC-2026-004512]

proc deposer {numero formulaire} {
    global env
    # JDT-FIBRE_NOIRE : une prestation d'essai de la plate-forme d'intégration
    set entete [dict create identifiantPrestation JDT-FIBRE_NOIRE referenceOperateur $env(ESAV_REFERENCE)-$numero \
        contact [dict create nom "Zoé Lefèvre" telephone 0612345678]]
    set demande [dict create entete $entete formulaire [dict create fibreNoire $formulaire]]
    return [dict get [appeler depot deposerSignalisation $demande] accuseReception]
}

# 1. Un dépôt.
set accuse [deposer 1 $formulaire]
set numero [dict get $accuse numeroSignalisation]
puts "DEPOT_NUMERO=$numero"
puts "DEPOT_ETAT=[dict get $accuse etat]"
puts "DEPOT_DEJA=[dict get $accuse dejaDeposee]"

# 2. Un dépôt refusé. tclws en fait une erreur de Tcl, dont le message est faultstring ; du détail de la fault il ne garde que le
# texte, sans les éléments. La réponse entière, gardée au passage (garder, plus haut), se lit avec tdom.
set faux [dict replace $formulaire nombreFibresTouchees 3 longueurOptique 542 natureDefaut FIBRES_INVERSEES]
if {[catch {deposer 9 $faux} message]} {
    set document [dom parse $::reponse]
    $document selectNodesNamespaces {ws urn:esav:ws:1}
    puts "REFUS_CODE=[$document selectNodes string(//ws:ErreurEsav/ws:code)]"
    set codes {}
    foreach erreur [$document selectNodes //ws:ErreurEsav/ws:erreur] {
        set champ [$erreur selectNodes string(ws:champ)]
        lappend codes $champ:[$erreur selectNodes string(ws:code)]
        if {$champ eq "natureDefaut"} {
            puts "REFUS_LIBELLE=[$erreur selectNodes string(ws:libelle)]"
        }
    }
    puts "REFUS_ERREURS=[join $codes ,]"
}

# 3. Le même dépôt, renvoyé comme après une coupure : le même numéro, et dejaDeposee.
set encore [deposer 1 $formulaire]
puts "RENVOI_NUMERO=[dict get $encore numeroSignalisation]"
puts "RENVOI_DEJA=[dict get $encore dejaDeposee]"

# 4. L'état, puis le détail.
set etat [appeler suivi consulterEtat [dict create numeroSignalisation $numero]]
puts "ETAT=[dict get $etat etatSignalisation etat]"
set detail [appeler suivi consulterDetail [dict create referenceOperateur $env(ESAV_REFERENCE)-1]]
set champs [dict get $detail detailSignalisation champ]
puts "DETAIL_CHAMPS=[llength $champs]"
foreach champ $champs {
    if {[dict get $champ chemin] eq "descriptionDefaut"} {
        puts "DETAIL_DESCRIPTION=[dict get $champ valeur]"
    }
}

# 5. La liste, page par page : la plus récente d'abord, et curseurSuivant tant qu'il y a une suite.
deposer 2 $formulaire
set filtres [dict create etat {EN_DEPOT EN_COURS} maximum 1]
set page [dict get [appeler suivi listerSignalisations $filtres] listeSignalisations]
puts "LISTE_1=[dict get [lindex [dict get $page signalisation] 0] numeroSignalisation]"
dict set filtres curseur [dict get $page curseurSuivant]
set page [dict get [appeler suivi listerSignalisations $filtres] listeSignalisations]
puts "LISTE_2=[dict get [lindex [dict get $page signalisation] 0] numeroSignalisation]"
puts "LISTE_FIN=[expr {[dict exists $page curseurSuivant] ? "false" : "true"}]"

# 6. Les changements, depuis le premier ; garder « curseur » pour la lecture suivante.
set changements [dict get [appeler suivi listerEvenements [dict create maximum 50]] listeEvenements]
puts "EVENEMENTS=[join [lmap changement [dict get $changements evenement] {dict get $changement action}] ,]"
puts "EVENEMENTS_ENCORE=[dict get $changements encore]"

# 7. La première plage libre, et un rendez-vous ferme.
set demande [dict create numeroSignalisation $numero genre SAV]
set libre [lindex [dict get [appeler rendez-vous rechercherPlages $demande] plagesLibres plageLibre] 0]
puts "PLAGES=[dict get $libre jour] [dict get $libre plage]"
set demande [dict create numeroSignalisation $numero referenceRendezVous $env(ESAV_REFERENCE)-RDV genre SAV \
    jour [dict get $libre jour] plage [dict get $libre plage] ferme true]
set rendu [dict get [appeler rendez-vous reserverRendezVous $demande] rendezVousRendu rendezVous]
puts "RENDEZ_VOUS_ETAT=[dict get $rendu etat]"
puts "RENDEZ_VOUS_PLAGE=[dict get $rendu jour] [dict get $rendu plage]"
