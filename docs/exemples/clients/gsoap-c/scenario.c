/* e-SAV avec des stubs C de gSOAP : déposer, être refusé, renvoyer, suivre, prendre rendez-vous.
   Voir ../LISEZ-MOI.md pour la construction et les réglages ESAV_*. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "soapH.h"
#include "EsavDepotBinding.nsmap"

static struct soap *esav;
static char DEPOT[200], SUIVI[200], RENDEZ_VOUS[200];

static void dire(const char *nom, const char *valeur) { printf("%s=%s\n", nom, valeur); }

static const char *oui_non(enum xsd__boolean valeur) { return valeur ? "true" : "false"; }

/* Finit le programme quand un appel échoue sans que ce soit attendu. */
static void verifier(int rendu) {
    if (rendu != SOAP_OK) {
        soap_print_fault(esav, stderr);
        exit(1);
    }
}

/* La référence de l'opérateur, avec une suite. */
static char *reference(const char *suite) {
    char texte[100];
    snprintf(texte, sizeof texte, "%s-%s", getenv("ESAV_REFERENCE"), suite);
    return soap_strdup(esav, texte);
}

/* gSOAP envoie un time_t en UTC, avec « Z ». */
static time_t instant_utc(int annee, int mois, int jour, int heure, int minute) {
    struct tm moment = {.tm_year = annee - 1900, .tm_mon = mois - 1, .tm_mday = jour, .tm_hour = heure, .tm_min = minute};
    return timegm(&moment);
}

/* Un champ facultatif est un pointeur, nul quand il n'a pas de valeur ; une liste a sa taille dans __size... */
static enum cat__TypeFibre fibre = cat__TypeFibre__G652D;
static enum cat__Responsabilite responsabilite = cat__Responsabilite__FOURNISSEUR;
static enum xsd__boolean oui = xsd__boolean__true_;
static int quatre = 4, un = 1, cinquante = 50;
static time_t fin_coupure;

static struct fn__FibreNoireExtremites extremites[] = {
    {.siteExtremite = "NRO Évreux-Gravigny", .positionExtremite = "B02-T01-P03",
     .typeConnecteur = cat__TypeConnecteur__SC_USCOREAPC, .puissanceExtremite = "-17.2", .accessible = xsd__boolean__true_},
    {.siteExtremite = "Hôtel de Ville, L'Haÿ", .positionExtremite = "B07-T02-P11",
     .typeConnecteur = cat__TypeConnecteur__LC_USCOREUPC, .puissanceExtremite = "-23.45", .accessible = xsd__boolean__false_},
};
static struct fn__FibreNoireMesuresOtdr mesures[] = {
    {.longueurOndeOtdr = cat__LongueurOnde__L1550, .sensMesure = cat__SensMesure__A_USCOREVERS_USCOREB,
     .distanceEvenement = 12400, .typeEvenement = cat__TypeEvenementOtdr__EPISSURE, .attenuationEvenement = "0.385"},
    {.longueurOndeOtdr = cat__LongueurOnde__L1550, .sensMesure = cat__SensMesure__B_USCOREVERS_USCOREA,
     .distanceEvenement = 29918, .typeEvenement = cat__TypeEvenementOtdr__CONNECTEUR, .reflectanceEvenement = "-58.2"},
};
static struct fn__FibreNoireContactSite contacts[] = {
    {.nomContact = "Zoé Lefèvre", .roleContact = cat__RoleContact__TECHNICIEN, .telephoneContact = "0612345678",
     .courrielContact = "supervision@operateur.example", .contactPrevenu = &oui},
};
static enum cat__ConsigneSecurite consignes[] = {
    cat__ConsigneSecurite__RAYONNEMENT_USCORELASER,
    cat__ConsigneSecurite__ESPACE_USCORECONFINE,
};

/* Les décimaux sont des textes. Un code a son nom de constante : « _ » y devient « _USCORE ». */
static struct fn__FibreNoire formulaire(void) {
    fin_coupure = instant_utc(2026, 11, 3, 4, 0);
    return (struct fn__FibreNoire){
        .nombreFibresLouees = 2,
        .nombreFibresTouchees = 1,
        .longueurOptique = "42.318",
        .typeFibre = &fibre,
        .dateRecette = "2023-06-30",
        .gtr = cat__Gtr__GTR_USCORE4H_USCORES1,
        .__sizeextremites = 2,
        .extremites = extremites,
        .dateHeureConstat = instant_utc(2026, 11, 2, 8, 15), /* 9 h 15 à Paris */
        .familleDefaut = cat__FamilleDefaut__AFFAIBLISSEMENT,
        .natureDefaut = cat__NatureDefaut__ATTENUATION_USCOREEPISSURE,
        .defautIntermittent = xsd__boolean__true_,
        .frequenceCoupures = &quatre,
        .impactService = cat__ImpactService__DEGRADATION,
        .responsabilitePresumee = &responsabilite,
        .descriptionDefaut = "Liaison dégradée depuis 9 h 15 : épissure à 12,4 km, côté Hôtel-Dieu & gare"
                             " (« œuvre d'été »), < 1 mW, 3 €.",
        .moyenMesure = cat__MoyenMesure__REFLECTOMETRE,
        .bilanOptique = "11.35",
        .__sizemesuresOtdr = 2,
        .mesuresOtdr = mesures,
        .__sizecontactSite = 1,
        .contactSite = contacts,
        .__sizeconsignesSecurite = 2,
        .consignesSecurite = consignes,
        .finCoupureAcceptee = &fin_coupure,
        .referenceSupervision = "INC-2026-004512",
    };
}

static int deposer(const char *numero, struct fn__FibreNoire contenu, struct ws__deposerSignalisationResponse *reponse) {
    struct ws__Contact contact = {.nom = "Zoé Lefèvre", .telephone = "0612345678"};
    struct ws__Entete entete = {
        .identifiantPrestation = "JDT-FIBRE_NOIRE", /* une prestation d'essai de la plate-forme d'intégration */
        .referenceOperateur = reference(numero),
        .contact = &contact,
    };
    struct cat__Formulaire choix = {.__union_Formulaire = SOAP_UNION__cat__union_Formulaire_fibreNoire};
    choix.union_Formulaire.fibreNoire = &contenu;
    struct ws__deposerSignalisation demande = {.entete = &entete, .formulaire = &choix};
    return soap_call___ws__deposerSignalisation(esav, DEPOT, NULL, &demande, reponse);
}

/* Toutes les erreurs sont dans le détail de la fault, en SOAP 1.1 ou 1.2. */
static void dire_refus(void) {
    struct SOAP_ENV__Detail *detail =
        !esav->fault ? NULL : esav->fault->detail ? esav->fault->detail : esav->fault->SOAP_ENV__Detail;
    if (!detail || !detail->ws__ErreurEsav) verifier(esav->error);
    struct ws__ErreurEsav *refus = detail->ws__ErreurEsav;
    dire("REFUS_CODE", refus->code);
    for (int i = 0; i < refus->__sizeerreur; i++)
        if (!strcmp(refus->erreur[i].champ, "natureDefaut")) dire("REFUS_LIBELLE", refus->erreur[i].libelle);
    printf("REFUS_ERREURS=");
    for (int i = 0; i < refus->__sizeerreur; i++)
        printf("%s%s:%s", i ? "," : "", refus->erreur[i].champ, refus->erreur[i].code);
    printf("\n");
}

int main(void) {
    snprintf(DEPOT, sizeof DEPOT, "%s/depot/2026.2", getenv("ESAV_URL"));
    snprintf(SUIVI, sizeof SUIVI, "%s/suivi", getenv("ESAV_URL"));
    snprintf(RENDEZ_VOUS, sizeof RENDEZ_VOUS, "%s/rendez-vous", getenv("ESAV_URL"));
    /* SOAP_C_UTFSTRING : les textes sont en UTF-8, sans quoi gSOAP les lit en ISO 8859-1. */
    esav = soap_new1(SOAP_C_UTFSTRING);
    /* Le certificat client et sa clé, en PEM, dans un même fichier ; puis l'autorité du serveur. */
    soap_ssl_init();
    verifier(soap_ssl_client_context(esav, SOAP_SSL_DEFAULT, getenv("ESAV_PEM"), NULL, getenv("ESAV_CA"), NULL, NULL));

    /* 1. Un dépôt. */
    struct ws__deposerSignalisationResponse depose;
    verifier(deposer("1", formulaire(), &depose));
    char *numero = depose.accuseReception->numeroSignalisation;
    dire("DEPOT_NUMERO", numero);
    dire("DEPOT_ETAT", depose.accuseReception->etat);
    dire("DEPOT_DEJA", oui_non(depose.accuseReception->dejaDeposee));

    /* 2. Un dépôt refusé. */
    struct fn__FibreNoire faux = formulaire();
    struct ws__deposerSignalisationResponse refuse;
    faux.nombreFibresTouchees = 3;
    faux.longueurOptique = "542";
    faux.natureDefaut = cat__NatureDefaut__FIBRES_USCOREINVERSEES;
    if (deposer("9", faux, &refuse) != SOAP_OK) dire_refus();

    /* 3. Le même dépôt, renvoyé comme après une coupure : le même numéro, et dejaDeposee. */
    struct ws__deposerSignalisationResponse encore;
    verifier(deposer("1", formulaire(), &encore));
    dire("RENVOI_NUMERO", encore.accuseReception->numeroSignalisation);
    dire("RENVOI_DEJA", oui_non(encore.accuseReception->dejaDeposee));

    /* 4. L'état, puis le détail. */
    struct ws__consulterEtat demande_etat = {.numeroSignalisation = numero};
    struct ws__consulterEtatResponse etat;
    verifier(soap_call___ws__consulterEtat(esav, SUIVI, NULL, &demande_etat, &etat));
    dire("ETAT", etat.etatSignalisation->etat);
    struct ws__consulterDetail demande_detail = {.referenceOperateur = reference("1")};
    struct ws__consulterDetailResponse detail;
    verifier(soap_call___ws__consulterDetail(esav, SUIVI, NULL, &demande_detail, &detail));
    printf("DETAIL_CHAMPS=%d\n", detail.detailSignalisation->__sizechamp);
    for (int i = 0; i < detail.detailSignalisation->__sizechamp; i++) {
        struct ws__ChampRempli *champ = &detail.detailSignalisation->champ[i];
        if (!strcmp(champ->chemin, "descriptionDefaut")) dire("DETAIL_DESCRIPTION", champ->valeur);
    }

    /* 5. La liste, page par page : la plus récente d'abord, et curseurSuivant tant qu'il y a une suite. */
    struct ws__deposerSignalisationResponse seconde;
    verifier(deposer("2", formulaire(), &seconde));
    char *etats[] = {"EN_DEPOT", "EN_COURS"};
    struct ws__listerSignalisations filtres = {.__sizeetat = 2, .etat = etats, .maximum = &un};
    struct ws__listerSignalisationsResponse page, suite;
    verifier(soap_call___ws__listerSignalisations(esav, SUIVI, NULL, &filtres, &page));
    dire("LISTE_1", page.listeSignalisations->signalisation[0].numeroSignalisation);
    filtres.curseur = page.listeSignalisations->curseurSuivant;
    verifier(soap_call___ws__listerSignalisations(esav, SUIVI, NULL, &filtres, &suite));
    dire("LISTE_2", suite.listeSignalisations->signalisation[0].numeroSignalisation);
    dire("LISTE_FIN", suite.listeSignalisations->curseurSuivant ? "false" : "true");

    /* 6. Les changements, depuis le premier ; garder « curseur » pour la lecture suivante. */
    struct ws__listerEvenements depuis = {.maximum = &cinquante};
    struct ws__listerEvenementsResponse changements;
    verifier(soap_call___ws__listerEvenements(esav, SUIVI, NULL, &depuis, &changements));
    printf("EVENEMENTS=");
    for (int i = 0; i < changements.listeEvenements->__sizeevenement; i++)
        printf("%s%s", i ? "," : "", changements.listeEvenements->evenement[i].action);
    printf("\n");
    dire("EVENEMENTS_ENCORE", oui_non(changements.listeEvenements->encore));

    /* 7. La première plage libre, et un rendez-vous ferme. */
    struct ws__rechercherPlages recherche = {.numeroSignalisation = numero, .genre = "SAV"};
    struct ws__rechercherPlagesResponse libres;
    verifier(soap_call___ws__rechercherPlages(esav, RENDEZ_VOUS, NULL, &recherche, &libres));
    struct ws__PlageLibre *libre = libres.plagesLibres->plageLibre;
    printf("PLAGES=%s %s\n", libre->jour, libre->plage);
    struct ws__reserverRendezVous reservation = {
        .numeroSignalisation = numero,
        .referenceRendezVous = reference("RDV"),
        .genre = "SAV",
        .jour = libre->jour,
        .plage = libre->plage,
        .ferme = &oui,
    };
    struct ws__reserverRendezVousResponse reserve;
    verifier(soap_call___ws__reserverRendezVous(esav, RENDEZ_VOUS, NULL, &reservation, &reserve));
    struct ws__RendezVous *rendu = reserve.rendezVousRendu->rendezVous;
    dire("RENDEZ_VOUS_ETAT", rendu->etat);
    printf("RENDEZ_VOUS_PLAGE=%s %s\n", rendu->jour, rendu->plage);
    soap_destroy(esav);
    soap_end(esav);
    soap_free(esav);
    return 0;
}
