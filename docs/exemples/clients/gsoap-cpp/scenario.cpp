// e-SAV avec des stubs C++ de gSOAP : déposer, être refusé, renvoyer, suivre, prendre rendez-vous.
// Voir ../LISEZ-MOI.md pour la construction et les réglages ESAV_*.
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string>

#include "EsavDepotBinding.nsmap"
#include "soapEsavDepotBindingProxy.h"

// Les trois WSDL ont le même espace de noms : wsdl2h en fait un seul proxy, et l'adresse se donne à chaque appel.
// SOAP_C_UTFSTRING : les textes sont en UTF-8, sans quoi gSOAP les lit en ISO 8859-1.
static EsavDepotBindingProxy esav(SOAP_C_UTFSTRING);
static struct soap *const contexte = esav.soap;
static const std::string base = getenv("ESAV_URL");
static const std::string reference = getenv("ESAV_REFERENCE");
static const std::string DEPOT = base + "/depot/2026.2", SUIVI = base + "/suivi", RENDEZ_VOUS = base + "/rendez-vous";

template <class T> static void dire(const char *nom, const T &valeur) {
    std::cout << nom << "=" << std::boolalpha << valeur << "\n";
}

// Un champ facultatif est un pointeur, nul quand il n'a pas de valeur.
static std::string *texte(const std::string &valeur) {
    std::string *tenu = soap_new_std__string(contexte);
    *tenu = valeur;
    return tenu;
}

template <class T> static T *tenir(T valeur) {
    T *tenu = static_cast<T *>(soap_malloc(contexte, sizeof(T)));
    *tenu = valeur;
    return tenu;
}

// gSOAP envoie un time_t en UTC, avec « Z ».
static time_t instant_utc(int annee, int mois, int jour, int heure, int minute) {
    struct tm moment = {};
    moment.tm_year = annee - 1900, moment.tm_mon = mois - 1, moment.tm_mday = jour;
    moment.tm_hour = heure, moment.tm_min = minute;
    return timegm(&moment);
}

static fn__FibreNoireExtremites *extremite(const char *site, const char *position, cat__TypeConnecteur connecteur,
                                           const char *puissance, bool accessible) {
    fn__FibreNoireExtremites *rendue = soap_new_fn__FibreNoireExtremites(contexte);
    rendue->siteExtremite = site;
    rendue->positionExtremite = position;
    rendue->typeConnecteur = connecteur;
    rendue->puissanceExtremite = texte(puissance);
    rendue->accessible = accessible;
    return rendue;
}

static fn__FibreNoireMesuresOtdr *mesure(cat__SensMesure sens, int distance, cat__TypeEvenementOtdr type) {
    fn__FibreNoireMesuresOtdr *rendue = soap_new_fn__FibreNoireMesuresOtdr(contexte);
    rendue->longueurOndeOtdr = cat__LongueurOnde__L1550;
    rendue->sensMesure = sens;
    rendue->distanceEvenement = distance;
    rendue->typeEvenement = type;
    return rendue;
}

// Les décimaux sont des textes. Un code a son nom de constante : « _ » y devient « _USCORE ».
static fn__FibreNoire *formulaire() {
    fn__FibreNoire *f = soap_new_fn__FibreNoire(contexte);
    f->nombreFibresLouees = 2;
    f->nombreFibresTouchees = 1;
    f->longueurOptique = "42.318";
    f->typeFibre = tenir(cat__TypeFibre__G652D);
    f->dateRecette = texte("2023-06-30");
    f->gtr = cat__Gtr__GTR_USCORE4H_USCORES1;
    f->extremites.push_back(
        extremite("NRO Évreux-Gravigny", "B02-T01-P03", cat__TypeConnecteur__SC_USCOREAPC, "-17.2", true));
    f->extremites.push_back(
        extremite("Hôtel de Ville, L'Haÿ", "B07-T02-P11", cat__TypeConnecteur__LC_USCOREUPC, "-23.45", false));
    f->dateHeureConstat = instant_utc(2026, 11, 2, 8, 15);  // 9 h 15 à Paris
    f->familleDefaut = cat__FamilleDefaut__AFFAIBLISSEMENT;
    f->natureDefaut = cat__NatureDefaut__ATTENUATION_USCOREEPISSURE;
    f->defautIntermittent = true;
    f->frequenceCoupures = tenir(4);
    f->impactService = cat__ImpactService__DEGRADATION;
    f->responsabilitePresumee = tenir(cat__Responsabilite__FOURNISSEUR);
    f->descriptionDefaut = "Liaison dégradée depuis 9 h 15 : épissure à 12,4 km, côté Hôtel-Dieu & gare"
                           " (« œuvre d'été »), < 1 mW, 3 €.";
    f->moyenMesure = cat__MoyenMesure__REFLECTOMETRE;
    f->bilanOptique = texte("11.35");
    f->mesuresOtdr.push_back(mesure(cat__SensMesure__A_USCOREVERS_USCOREB, 12400, cat__TypeEvenementOtdr__EPISSURE));
    f->mesuresOtdr.back()->attenuationEvenement = texte("0.385");
    f->mesuresOtdr.push_back(mesure(cat__SensMesure__B_USCOREVERS_USCOREA, 29918, cat__TypeEvenementOtdr__CONNECTEUR));
    f->mesuresOtdr.back()->reflectanceEvenement = texte("-58.2");
    fn__FibreNoireContactSite *contact = soap_new_fn__FibreNoireContactSite(contexte);
    contact->nomContact = "Zoé Lefèvre";
    contact->roleContact = cat__RoleContact__TECHNICIEN;
    contact->telephoneContact = texte("0612345678");
    contact->courrielContact = texte("supervision@operateur.example");
    contact->contactPrevenu = tenir(true);
    f->contactSite.push_back(contact);
    f->consignesSecurite.push_back(cat__ConsigneSecurite__RAYONNEMENT_USCORELASER);
    f->consignesSecurite.push_back(cat__ConsigneSecurite__ESPACE_USCORECONFINE);
    f->finCoupureAcceptee = tenir(instant_utc(2026, 11, 3, 4, 0));
    f->referenceSupervision = texte("INC-2026-004512");
    return f;
}

// Finit le programme quand un appel échoue sans que ce soit attendu.
static void verifier(int rendu) {
    if (rendu != SOAP_OK) {
        soap_stream_fault(contexte, std::cerr);
        exit(1);
    }
}

static int deposer(int numero, fn__FibreNoire *contenu, ws__deposerSignalisationResponse &reponse) {
    ws__deposerSignalisation demande;
    demande.entete = soap_new_ws__Entete(contexte);
    demande.entete->identifiantPrestation = "JDT-FIBRE_NOIRE";  // une prestation d'essai de la plate-forme d'intégration
    demande.entete->referenceOperateur = reference + "-" + std::to_string(numero);
    demande.entete->contact = soap_new_ws__Contact(contexte);
    demande.entete->contact->nom = "Zoé Lefèvre";
    demande.entete->contact->telephone = "0612345678";
    demande.formulaire = soap_new_cat__Formulaire(contexte);
    demande.formulaire->__union_Formulaire = SOAP_UNION__cat__union_Formulaire_fibreNoire;
    demande.formulaire->union_Formulaire.fibreNoire = contenu;
    return esav.deposerSignalisation(DEPOT.c_str(), nullptr, &demande, reponse);
}

// Le détail de la fault, en SOAP 1.1 ou 1.2 ; nul s'il n'y en a pas (réseau, TLS).
static ws__ErreurEsav *erreur_esav() {
    if (!contexte->fault) return nullptr;
    SOAP_ENV__Detail *detail = contexte->fault->detail ? contexte->fault->detail : contexte->fault->SOAP_ENV__Detail;
    return detail ? detail->ws__ErreurEsav_ : nullptr;
}

int main() {
    // Le certificat client et sa clé, en PEM, dans un même fichier ; puis l'autorité du serveur.
    soap_ssl_init();
    if (soap_ssl_client_context(contexte, SOAP_SSL_DEFAULT, getenv("ESAV_PEM"), nullptr, getenv("ESAV_CA"), nullptr, nullptr))
        verifier(contexte->error);

    // 1. Un dépôt.
    ws__deposerSignalisationResponse depose;
    verifier(deposer(1, formulaire(), depose));
    const std::string numero = depose.accuseReception->numeroSignalisation;
    dire("DEPOT_NUMERO", numero);
    dire("DEPOT_ETAT", depose.accuseReception->etat);
    dire("DEPOT_DEJA", depose.accuseReception->dejaDeposee);

    // 2. Un dépôt refusé : toutes les erreurs sont dans le détail de la fault.
    fn__FibreNoire *faux = formulaire();
    faux->nombreFibresTouchees = 3;
    faux->longueurOptique = "542";
    faux->natureDefaut = cat__NatureDefaut__FIBRES_USCOREINVERSEES;
    ws__deposerSignalisationResponse refuse;
    if (deposer(9, faux, refuse) != SOAP_OK) {
        ws__ErreurEsav *refus = erreur_esav();
        if (!refus) verifier(contexte->error);
        dire("REFUS_CODE", refus->code);
        std::string codes;
        for (ws__Erreur *erreur : refus->erreur) {
            codes += (codes.empty() ? "" : ",") + erreur->champ + ":" + erreur->code;
            if (erreur->champ == "natureDefaut") dire("REFUS_LIBELLE", erreur->libelle);
        }
        dire("REFUS_ERREURS", codes);
    }

    // 3. Le même dépôt, renvoyé comme après une coupure : le même numéro, et dejaDeposee.
    ws__deposerSignalisationResponse encore;
    verifier(deposer(1, formulaire(), encore));
    dire("RENVOI_NUMERO", encore.accuseReception->numeroSignalisation);
    dire("RENVOI_DEJA", encore.accuseReception->dejaDeposee);

    // 4. L'état, puis le détail.
    ws__consulterEtat demande_etat;
    ws__consulterEtatResponse etat;
    demande_etat.numeroSignalisation = texte(numero);
    verifier(esav.consulterEtat(SUIVI.c_str(), nullptr, &demande_etat, etat));
    dire("ETAT", etat.etatSignalisation->etat);
    ws__consulterDetail demande_detail;
    ws__consulterDetailResponse detail;
    demande_detail.referenceOperateur = texte(reference + "-1");
    verifier(esav.consulterDetail(SUIVI.c_str(), nullptr, &demande_detail, detail));
    dire("DETAIL_CHAMPS", detail.detailSignalisation->champ.size());
    for (ws__ChampRempli *champ : detail.detailSignalisation->champ)
        if (champ->chemin == "descriptionDefaut") dire("DETAIL_DESCRIPTION", champ->valeur);

    // 5. La liste, page par page : la plus récente d'abord, et curseurSuivant tant qu'il y a une suite.
    ws__deposerSignalisationResponse seconde;
    verifier(deposer(2, formulaire(), seconde));
    ws__listerSignalisations filtres;
    ws__listerSignalisationsResponse page;
    filtres.etat = {"EN_DEPOT", "EN_COURS"};
    filtres.maximum = tenir(1);
    verifier(esav.listerSignalisations(SUIVI.c_str(), nullptr, &filtres, page));
    dire("LISTE_1", page.listeSignalisations->signalisation.front()->numeroSignalisation);
    filtres.curseur = page.listeSignalisations->curseurSuivant;
    ws__listerSignalisationsResponse suite;
    verifier(esav.listerSignalisations(SUIVI.c_str(), nullptr, &filtres, suite));
    dire("LISTE_2", suite.listeSignalisations->signalisation.front()->numeroSignalisation);
    dire("LISTE_FIN", suite.listeSignalisations->curseurSuivant == nullptr);

    // 6. Les changements, depuis le premier ; garder « curseur » pour la lecture suivante.
    ws__listerEvenements depuis;
    ws__listerEvenementsResponse changements;
    depuis.maximum = tenir(50);
    verifier(esav.listerEvenements(SUIVI.c_str(), nullptr, &depuis, changements));
    std::string actions;
    for (ws__EvenementSuivi *changement : changements.listeEvenements->evenement)
        actions += (actions.empty() ? "" : ",") + *changement->action;
    dire("EVENEMENTS", actions);
    dire("EVENEMENTS_ENCORE", changements.listeEvenements->encore);

    // 7. La première plage libre, et un rendez-vous ferme.
    ws__rechercherPlages recherche;
    ws__rechercherPlagesResponse libres;
    recherche.numeroSignalisation = texte(numero);
    recherche.genre = "SAV";
    verifier(esav.rechercherPlages(RENDEZ_VOUS.c_str(), nullptr, &recherche, libres));
    const ws__PlageLibre *libre = libres.plagesLibres->plageLibre.front();
    dire("PLAGES", libre->jour + " " + libre->plage);
    ws__reserverRendezVous reservation;
    ws__reserverRendezVousResponse reserve;
    reservation.numeroSignalisation = texte(numero);
    reservation.referenceRendezVous = reference + "-RDV";
    reservation.genre = "SAV";
    reservation.jour = libre->jour;
    reservation.plage = libre->plage;
    reservation.ferme = tenir(true);
    verifier(esav.reserverRendezVous(RENDEZ_VOUS.c_str(), nullptr, &reservation, reserve));
    const ws__RendezVous *rendu = reserve.rendezVousRendu->rendezVous;
    dire("RENDEZ_VOUS_ETAT", rendu->etat);
    dire("RENDEZ_VOUS_PLAGE", rendu->jour + " " + rendu->plage);
    esav.destroy();
}
