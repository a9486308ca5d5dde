<?php
// e-SAV avec l'extension soap de PHP : déposer, être refusé, renvoyer, suivre, prendre rendez-vous.
// Les WSDL se prennent une fois (curl) et se gardent à côté du programme ; voir ../LISEZ-MOI.md pour les réglages ESAV_*.

// Le certificat client et sa clé, en PEM, dans le contexte « ssl » ; « cafile » si l'autorité du serveur est privée.
$tls = stream_context_create(['ssl' => [
    'local_cert' => getenv('ESAV_CERTIFICAT'),
    'local_pk' => getenv('ESAV_CLE'),
    'cafile' => getenv('ESAV_CA'),
]]);

function ouvrir(string $service): SoapClient
{
    global $tls;
    return new SoapClient(getenv('ESAV_WSDL') . "/$service.wsdl", [
        'soap_version' => getenv('ESAV_SOAP') === '1.2' ? SOAP_1_2 : SOAP_1_1,
        'stream_context' => $tls,
        'cache_wsdl' => WSDL_CACHE_NONE,                   // à ôter en exploitation
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS,          // sans cela, une liste d'un seul élément arrive comme un objet
        'exceptions' => true,
    ]);
}

$depot = ouvrir('depot');
$suivi = ouvrir('suivi');
$rendezVous = ouvrir('rendez-vous');
$reference = getenv('ESAV_REFERENCE');

function dire(string $nom, $valeur): void
{
    echo $nom, '=', is_bool($valeur) ? ($valeur ? 'true' : 'false') : $valeur, "\n";
}

// Un champ facultatif qui n'a pas de valeur ne se met pas (jamais null) ; un champ répété est un tableau.
// Les décimaux se donnent en texte : un float de PHP peut s'écrire avec plus de chiffres que permis.
$formulaire = [
    'nombreFibresLouees' => 2,
    'nombreFibresTouchees' => 1,
    'longueurOptique' => '42.318',
    'typeFibre' => 'G652D',
    'dateRecette' => '2023-06-30',
    'gtr' => 'GTR_4H_S1',
    'extremites' => [
        ['siteExtremite' => 'NRO Évreux-Gravigny', 'positionExtremite' => 'B02-T01-P03',
         'typeConnecteur' => 'SC_APC', 'puissanceExtremite' => '-17.2', 'accessible' => true],
        ['siteExtremite' => "Hôtel de Ville, L'Haÿ", 'positionExtremite' => 'B07-T02-P11',
         'typeConnecteur' => 'LC_UPC', 'puissanceExtremite' => '-23.45', 'accessible' => false],
    ],
    'dateHeureConstat' => '2026-11-02T09:15:00+01:00',     // le décalage est obligatoire
    'familleDefaut' => 'AFFAIBLISSEMENT',
    'natureDefaut' => 'ATTENUATION_EPISSURE',
    'defautIntermittent' => true,
    'frequenceCoupures' => 4,
    'impactService' => 'DEGRADATION',
    'responsabilitePresumee' => 'FOURNISSEUR',
    'descriptionDefaut' => 'Liaison dégradée depuis 9 h 15 : épissure à 12,4 km, côté Hôtel-Dieu & gare'
        . " (« œuvre d'été »), < 1 mW, 3 €.",
    'moyenMesure' => 'REFLECTOMETRE',
    'bilanOptique' => '11.35',
    'mesuresOtdr' => [
        ['longueurOndeOtdr' => 'L1550', 'sensMesure' => 'A_VERS_B', 'distanceEvenement' => 12400,
         'typeEvenement' => 'EPISSURE', 'attenuationEvenement' => '0.385'],
        ['longueurOndeOtdr' => 'L1550', 'sensMesure' => 'B_VERS_A', 'distanceEvenement' => 29918,
         'typeEvenement' => 'CONNECTEUR', 'reflectanceEvenement' => '-58.2'],
    ],
    'contactSite' => [
        ['nomContact' => 'Zoé Lefèvre', 'roleContact' => 'TECHNICIEN', 'telephoneContact' => '0612345678',
         'courrielContact' => 'supervision@operateur.example', 'contactPrevenu' => true],
    ],
    'consignesSecurite' => ['RAYONNEMENT_LASER', 'ESPACE_CONFINE'],
    'finCoupureAcceptee' => '2026-11-03T05:00:00+01:00',
    'referenceSupervision' => 'INC-2026-004512',
];

function deposer(int $numero, array $formulaire): object
{
    global $depot, $reference;
    return $depot->deposerSignalisation([
        'entete' => [
            'identifiantPrestation' => 'JDT-FIBRE_NOIRE',  // une prestation d'essai de la plate-forme d'intégration
            'referenceOperateur' => "$reference-$numero",
            'contact' => ['nom' => 'Zoé Lefèvre', 'telephone' => '0612345678'],
        ],
        'formulaire' => ['fibreNoire' => $formulaire],
    ])->accuseReception;
}

// 1. Un dépôt.
$accuse = deposer(1, $formulaire);
$numero = $accuse->numeroSignalisation;
dire('DEPOT_NUMERO', $numero);
dire('DEPOT_ETAT', $accuse->etat);
dire('DEPOT_DEJA', $accuse->dejaDeposee);

// 2. Un dépôt refusé : toutes les erreurs sont dans le détail de la fault.
try {
    deposer(9, array_replace($formulaire, [
        'nombreFibresTouchees' => 3, 'longueurOptique' => '542', 'natureDefaut' => 'FIBRES_INVERSEES']));
} catch (SoapFault $fault) {
    $erreur = $fault->detail->ErreurEsav;
    dire('REFUS_CODE', $erreur->code);
    dire('REFUS_ERREURS', implode(',', array_map(fn ($e) => "$e->champ:$e->code", $erreur->erreur)));
    foreach ($erreur->erreur as $e) {
        if ($e->champ === 'natureDefaut') {
            dire('REFUS_LIBELLE', $e->libelle);
        }
    }
}

// 3. Le même dépôt, renvoyé comme après une coupure : le même numéro, et dejaDeposee.
$encore = deposer(1, $formulaire);
dire('RENVOI_NUMERO', $encore->numeroSignalisation);
dire('RENVOI_DEJA', $encore->dejaDeposee);

// 4. L'état, puis le détail.
dire('ETAT', $suivi->consulterEtat(['numeroSignalisation' => $numero])->etatSignalisation->etat);
$detail = $suivi->consulterDetail(['referenceOperateur' => "$reference-1"])->detailSignalisation;
dire('DETAIL_CHAMPS', count($detail->champ));
foreach ($detail->champ as $champ) {
    if ($champ->chemin === 'descriptionDefaut') {
        dire('DETAIL_DESCRIPTION', $champ->valeur);
    }
}

// 5. La liste, page par page : la plus récente d'abord, et curseurSuivant tant qu'il y a une suite.
deposer(2, $formulaire);
$filtres = ['etat' => ['EN_DEPOT', 'EN_COURS'], 'maximum' => 1];
$page = $suivi->listerSignalisations($filtres)->listeSignalisations;
dire('LISTE_1', $page->signalisation[0]->numeroSignalisation);
$page = $suivi->listerSignalisations($filtres + ['curseur' => $page->curseurSuivant])->listeSignalisations;
dire('LISTE_2', $page->signalisation[0]->numeroSignalisation);
dire('LISTE_FIN', !isset($page->curseurSuivant));

// 6. Les changements, depuis le premier ; garder « curseur » pour la lecture suivante.
$changements = $suivi->listerEvenements(['maximum' => 50])->listeEvenements;
dire('EVENEMENTS', implode(',', array_map(fn ($e) => $e->action, $changements->evenement)));
dire('EVENEMENTS_ENCORE', $changements->encore);

// 7. La première plage libre, et un rendez-vous ferme.
$libre = $rendezVous->rechercherPlages(['numeroSignalisation' => $numero, 'genre' => 'SAV'])
    ->plagesLibres->plageLibre[0];
dire('PLAGES', "$libre->jour $libre->plage");
$rendu = $rendezVous->reserverRendezVous([
    'numeroSignalisation' => $numero,
    'referenceRendezVous' => "$reference-RDV",
    'genre' => 'SAV',
    'jour' => $libre->jour,
    'plage' => $libre->plage,
    'ferme' => true,
])->rendezVousRendu->rendezVous;
dire('RENDEZ_VOUS_ETAT', $rendu->etat);
dire('RENDEZ_VOUS_PLAGE', "$rendu->jour $rendu->plage");
