#!/usr/bin/perl
# e-SAV avec SOAP::Lite : déposer, être refusé, renvoyer, suivre, prendre rendez-vous.
# SOAP::Lite ne lit pas assez le WSDL (document/literal) : les messages se composent ici, champ par champ, dans l'ordre du
# WSDL. Voir ../LISEZ-MOI.md pour les réglages ESAV_*.
use strict;
use warnings;
use utf8;
use SOAP::Lite;
binmode STDOUT, ':encoding(UTF-8)';

my $WS  = 'urn:esav:ws:1';
my $CAT = 'urn:esav:catalogue:2026.2';
my $reference = $ENV{ESAV_REFERENCE};

# Un client par service. Le certificat client et sa clé, en PEM, sont des options de LWP (IO::Socket::SSL).
sub ouvrir {
    my ($service) = @_;
    SOAP::Lite->soapversion($ENV{ESAV_SOAP});    # avant « new » : 1.1 ou 1.2
    my $client = SOAP::Lite->new->proxy(
        "$ENV{ESAV_URL}/$service",
        timeout  => 30,
        ssl_opts => {
            SSL_cert_file => $ENV{ESAV_CERTIFICAT},
            SSL_key_file  => $ENV{ESAV_CLE},
            SSL_ca_file   => $ENV{ESAV_CA},
        },
    );
    $client->autotype(0);    # aucun xsi:type, et pas de base64 pour un texte accentué
    $client->serializer->register_ns($WS, 'ws');
    $client->serializer->register_ns($CAT, 'cat');
    $client->serializer->register_ns("$CAT:FIBRE_NOIRE", 'f');
    $client->on_action(sub { qq("$WS:$_[1]") });
    $client->on_fault(sub { $_[1] });    # une fault se lit comme une réponse : voir « refus »
    return $client;
}
my ($depot, $suivi, $rendez_vous) = map { ouvrir($_) } 'depot/2026.2', 'suivi', 'rendez-vous';

# Des couples nom => valeur, dans l'ordre ; une valeur qui est une liste contient elle-même des couples.
sub elements {
    my ($prefixe, @couples) = @_;
    my @rendus;
    while (my ($nom, $valeur) = splice @couples, 0, 2) {
        my $element = SOAP::Data->name("$prefixe:$nom");
        # sans types, SOAP::Lite n'échappe ni « & » ni « < » : encode_data le fait
        push @rendus, ref $valeur eq 'ARRAY' ? $element->value(\SOAP::Data->value(elements($prefixe, @$valeur)))
            : $element->value(SOAP::Utils::encode_data($valeur));
    }
    return @rendus;
}

sub essayer {
    my ($client, $operation, @contenu) = @_;
    my $reponse = $client->call(SOAP::Data->name("ws:$operation"), @contenu);
    die "pas de réponse SOAP : $reponse\n" unless ref $reponse;
    return $reponse;
}

# Une fault qui n'est pas attendue arrête tout.
sub reussi {
    my ($reponse) = @_;
    die $reponse->faultstring, "\n" if $reponse->fault;
    return $reponse;
}

sub appeler { return reussi(essayer(@_)) }

# Un champ facultatif qui n'a pas de valeur ne se met pas.
sub formulaire {
    my %autre = @_;
    my @champs = (
        nombreFibresLouees    => 2,
        nombreFibresTouchees  => 1,
        longueurOptique       => '42.318',
        typeFibre             => 'G652D',
        dateRecette           => '2023-06-30',
        gtr                   => 'GTR_4H_S1',
        extremites            => [
            siteExtremite      => 'NRO Évreux-Gravigny',
            positionExtremite  => 'B02-T01-P03',
            typeConnecteur     => 'SC_APC',
            puissanceExtremite => '-17.2',
            accessible         => 'true',
        ],
        extremites            => [
            siteExtremite      => "Hôtel de Ville, L'Haÿ",
            positionExtremite  => 'B07-T02-P11',
            typeConnecteur     => 'LC_UPC',
            puissanceExtremite => '-23.45',
            accessible         => 'false',
        ],
        dateHeureConstat      => '2026-11-02T09:15:00+01:00',    # le décalage est obligatoire
        familleDefaut         => 'AFFAIBLISSEMENT',
        natureDefaut          => 'ATTENUATION_EPISSURE',
        defautIntermittent    => 'true',
        frequenceCoupures     => 4,
        impactService         => 'DEGRADATION',
        responsabilitePresumee => 'FOURNISSEUR',
        descriptionDefaut     => 'Liaison dégradée depuis 9 h 15 : épissure à 12,4 km, côté Hôtel-Dieu & gare'
            . " (« œuvre d'été »), < 1 mW, 3 €.",
        moyenMesure           => 'REFLECTOMETRE',
        bilanOptique          => '11.35',
        mesuresOtdr           => [
            longueurOndeOtdr     => 'L1550',
            sensMesure           => 'A_VERS_B',
            distanceEvenement    => 12400,
            typeEvenement        => 'EPISSURE',
            attenuationEvenement => '0.385',
        ],
        mesuresOtdr           => [
            longueurOndeOtdr     => 'L1550',
            sensMesure           => 'B_VERS_A',
            distanceEvenement    => 29918,
            typeEvenement        => 'CONNECTEUR',
            reflectanceEvenement => '-58.2',
        ],
        contactSite           => [
            nomContact       => 'Zoé Lefèvre',
            roleContact      => 'TECHNICIEN',
            telephoneContact => '0612345678',
            courrielContact  => 'supervision@operateur.example',
            contactPrevenu   => 'true',
        ],
        consignesSecurite     => 'RAYONNEMENT_LASER',
        consignesSecurite     => 'ESPACE_CONFINE',
        finCoupureAcceptee    => '2026-11-03T05:00:00+01:00',
        referenceSupervision  => 'INC-2026-004512',
    );
    for (my $i = 0; $i < @champs; $i += 2) {
        $champs[ $i + 1 ] = $autre{ $champs[$i] } if exists $autre{ $champs[$i] };
    }
    return @champs;
}

sub deposer {
    my ($numero, @champs) = @_;
    return essayer($depot, 'deposerSignalisation',
        elements('ws', entete => [
            identifiantPrestation => 'JDT-FIBRE_NOIRE',    # une prestation d'essai de la plate-forme d'intégration
            referenceOperateur    => "$reference-$numero",
            contact               => [ nom => 'Zoé Lefèvre', telephone => '0612345678' ],
        ]),
        SOAP::Data->name('ws:formulaire')->value(
            \SOAP::Data->name('cat:fibreNoire')->value(\SOAP::Data->value(elements('f', @champs)))),
    );
}

# 1. Un dépôt.
my $accuse = reussi(deposer(1, formulaire()))->valueof('//accuseReception');
my $numero = $accuse->{numeroSignalisation};
print "DEPOT_NUMERO=$numero\nDEPOT_ETAT=$accuse->{etat}\nDEPOT_DEJA=$accuse->{dejaDeposee}\n";

# 2. Un dépôt refusé : toutes les erreurs sont dans le détail de la fault. valueof rend toujours une liste.
my $refus = deposer(9,
    formulaire(nombreFibresTouchees => 3, longueurOptique => '542', natureDefaut => 'FIBRES_INVERSEES'));
if ($refus->fault) {
    my @erreurs = $refus->valueof('//ErreurEsav/erreur');
    print 'REFUS_CODE=', $refus->valueof('//ErreurEsav/code'), "\n";
    print 'REFUS_ERREURS=', join(',', map {"$_->{champ}:$_->{code}"} @erreurs), "\n";
    print "REFUS_LIBELLE=$_->{libelle}\n" for grep { $_->{champ} eq 'natureDefaut' } @erreurs;
}

# 3. Le même dépôt, renvoyé comme après une coupure : le même numéro, et dejaDeposee.
my $encore = reussi(deposer(1, formulaire()))->valueof('//accuseReception');
print "RENVOI_NUMERO=$encore->{numeroSignalisation}\nRENVOI_DEJA=$encore->{dejaDeposee}\n";

# 4. L'état, puis le détail.
my $etat = appeler($suivi, 'consulterEtat', elements('ws', numeroSignalisation => $numero));
print 'ETAT=', $etat->valueof('//etatSignalisation/etat'), "\n";
my $detail = appeler($suivi, 'consulterDetail', elements('ws', referenceOperateur => "$reference-1"));
my @champs = $detail->valueof('//detailSignalisation/champ');
print 'DETAIL_CHAMPS=', scalar @champs, "\n";
print "DETAIL_DESCRIPTION=$_->{valeur}\n" for grep { $_->{chemin} eq 'descriptionDefaut' } @champs;

# 5. La liste, page par page : la plus récente d'abord, et curseurSuivant tant qu'il y a une suite.
reussi(deposer(2, formulaire()));
my @etats = (etat => 'EN_DEPOT', etat => 'EN_COURS');
my $page = appeler($suivi, 'listerSignalisations', elements('ws', @etats, maximum => 1));
print 'LISTE_1=', $page->valueof('//signalisation/numeroSignalisation'), "\n";
my $curseur = $page->valueof('//curseurSuivant');
$page = appeler($suivi, 'listerSignalisations', elements('ws', @etats, curseur => $curseur, maximum => 1));
print 'LISTE_2=', $page->valueof('//signalisation/numeroSignalisation'), "\n";
print 'LISTE_FIN=', defined $page->valueof('//curseurSuivant') ? 'false' : 'true', "\n";

# 6. Les changements, depuis le premier ; garder « curseur » pour la lecture suivante.
my $changements = appeler($suivi, 'listerEvenements', elements('ws', maximum => 50));
print 'EVENEMENTS=', join(',', map { $_->{action} } $changements->valueof('//evenement')), "\n";
print 'EVENEMENTS_ENCORE=', $changements->valueof('//listeEvenements/encore'), "\n";

# 7. La première plage libre, et un rendez-vous ferme.
my $libres = appeler($rendez_vous, 'rechercherPlages',
    elements('ws', numeroSignalisation => $numero, genre => 'SAV'));
my ($libre) = $libres->valueof('//plageLibre');
print "PLAGES=$libre->{jour} $libre->{plage}\n";
my $rendu = appeler($rendez_vous, 'reserverRendezVous', elements('ws',
    numeroSignalisation => $numero,
    referenceRendezVous => "$reference-RDV",
    genre               => 'SAV',
    jour                => $libre->{jour},
    plage               => $libre->{plage},
    ferme               => 'true',
))->valueof('//rendezVousRendu/rendezVous');
print "RENDEZ_VOUS_ETAT=$rendu->{etat}\nRENDEZ_VOUS_PLAGE=$rendu->{jour} $rendu->{plage}\n";
