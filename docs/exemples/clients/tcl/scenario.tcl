# e-SAV avec tclws (WS::Client) : déposer, être refusé, renvoyer, suivre, prendre rendez-vous.
# Les WSDL se prennent une fois (curl) et se gardent à côté du programme ; voir ../LISEZ-MOI.md pour les réglages ESAV_*.
# À lancer par « tclsh -encoding utf-8 scenario.tcl ».
package require tls
package require WS::Client

fconfigure stdout -encoding utf-8

# Le certificat client et sa clé, en PEM, pour toutes les adresses https.
http::register https 443 [list ::tls::socket -autoservername true -require true \
    -certfile $env(ESAV_CERTIFICAT) -keyfile $env(ESAV_CLE) -cafile $env(ESAV_CA)]

foreach service {depot suivi rendez-vous} {
    set fichier [open $env(ESAV_WSDL)/$service.wsdl]
    fconfigure $fichier -encoding utf-8
    ::WS::Client::ParseWsdl [read $fichier] -serviceAlias $service
    close $fichier
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

# 2. Un dépôt refusé. tclws rend la fault comme une erreur de Tcl : ::errorCode contient le détail, en XML.
set faux [dict replace $formulaire nombreFibresTouchees 3 longueurOptique 542 natureDefaut FIBRES_INVERSEES]
if {[catch {deposer 9 $faux} message]} {
    puts stderr "DEBUG $message || $::errorCode"
}
