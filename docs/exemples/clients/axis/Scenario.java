// e-SAV avec des stubs d'Axis 1.4 : déposer, être refusé, renvoyer, suivre, prendre rendez-vous.
// Voir ../LISEZ-MOI.md pour la construction et les réglages ESAV_*. Le certificat client (PKCS#12) et l'autorité du serveur se
// donnent à la machine virtuelle : -Djavax.net.ssl.keyStore=... -Djavax.net.ssl.trustStore=...
import fr.esav.*;
import java.math.BigDecimal;
import java.net.URL;
import java.text.SimpleDateFormat;
import java.util.Calendar;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.TimeZone;

public class Scenario {
    static final String REFERENCE = System.getenv("ESAV_REFERENCE");
    static EsavDepotPortType depot;
    static EsavSuiviPortType suivi;
    static EsavRendezVousPortType rendezVous;

    static void dire(String nom, Object valeur) {
        System.out.println(nom + "=" + valeur);
    }

    /** L'adresse du service : celle du WSDL peut être d'une autre plate-forme. */
    static URL adresse(String service) throws Exception {
        return new URL(System.getenv("ESAV_URL") + "/" + service);
    }

    static String jour(Date date) {
        return new SimpleDateFormat("yyyy-MM-dd").format(date);
    }

    static Date jour(String texte) throws Exception {
        return new SimpleDateFormat("yyyy-MM-dd").parse(texte);
    }

    /** Axis l'envoie en UTC, avec « Z ». */
    static Calendar instant(String texte) throws Exception {
        Calendar instant = new GregorianCalendar(TimeZone.getTimeZone("UTC"));
        instant.setTime(new SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ssXXX").parse(texte));
        return instant;
    }

    static FibreNoireExtremites extremite(String site, String position, TypeConnecteur connecteur, String puissance, boolean accessible) {
        FibreNoireExtremites e = new FibreNoireExtremites();
        e.setSiteExtremite(site);
        e.setPositionExtremite(position);
        e.setTypeConnecteur(connecteur);
        e.setPuissanceExtremite(new BigDecimal(puissance));
        e.setAccessible(accessible);
        return e;
    }

    static FibreNoireMesuresOtdr mesure(SensMesure sens, int distance, TypeEvenementOtdr type) {
        FibreNoireMesuresOtdr m = new FibreNoireMesuresOtdr();
        m.setLongueurOndeOtdr(LongueurOnde.L1550);
        m.setSensMesure(sens);
        m.setDistanceEvenement(distance);
        m.setTypeEvenement(type);
        return m;
    }

    /** Un champ facultatif qui n'a pas de valeur reste null. */
    static FibreNoire formulaire() throws Exception {
        FibreNoire f = new FibreNoire();
        f.setNombreFibresLouees(2);
        f.setNombreFibresTouchees(1);
        f.setLongueurOptique(new BigDecimal("42.318"));
        f.setTypeFibre(TypeFibre.G652D);
        f.setDateRecette(jour("2023-06-30"));
        f.setGtr(Gtr.GTR_4H_S1);
        f.setExtremites(new FibreNoireExtremites[] {
            extremite("NRO Évreux-Gravigny", "B02-T01-P03", TypeConnecteur.SC_APC, "-17.2", true),
            extremite("Hôtel de Ville, L'Haÿ", "B07-T02-P11", TypeConnecteur.LC_UPC, "-23.45", false),
        });
        f.setDateHeureConstat(instant("2026-11-02T09:15:00+01:00"));
        f.setFamilleDefaut(FamilleDefaut.AFFAIBLISSEMENT);
        f.setNatureDefaut(NatureDefaut.ATTENUATION_EPISSURE);
        f.setDefautIntermittent(true);
        f.setFrequenceCoupures(4);
        f.setImpactService(ImpactService.DEGRADATION);
        f.setResponsabilitePresumee(Responsabilite.FOURNISSEUR);
        f.setDescriptionDefaut("Liaison dégradée depuis 9 h 15 : épissure à 12,4 km, côté Hôtel-Dieu & gare"
                + " (« œuvre d'été »), < 1 mW, 3 €.");
        f.setMoyenMesure(MoyenMesure.REFLECTOMETRE);
        f.setBilanOptique(new BigDecimal("11.35"));
        FibreNoireMesuresOtdr epissure = mesure(SensMesure.A_VERS_B, 12400, TypeEvenementOtdr.EPISSURE);
        epissure.setAttenuationEvenement(new BigDecimal("0.385"));
        FibreNoireMesuresOtdr connecteur = mesure(SensMesure.B_VERS_A, 29918, TypeEvenementOtdr.CONNECTEUR);
        connecteur.setReflectanceEvenement(new BigDecimal("-58.2"));
        f.setMesuresOtdr(new FibreNoireMesuresOtdr[] {epissure, connecteur});
        FibreNoireContactSite contact = new FibreNoireContactSite();
        contact.setNomContact("Zoé Lefèvre");
        contact.setRoleContact(RoleContact.TECHNICIEN);
        contact.setTelephoneContact("0612345678");
        contact.setCourrielContact("supervision@operateur.example");
        contact.setContactPrevenu(true);
        f.setContactSite(new FibreNoireContactSite[] {contact});
        f.setConsignesSecurite(new ConsigneSecurite[] {ConsigneSecurite.RAYONNEMENT_LASER, ConsigneSecurite.ESPACE_CONFINE});
        f.setFinCoupureAcceptee(instant("2026-11-03T05:00:00+01:00"));
        f.setReferenceSupervision("INC-2026-004512");
        return f;
    }

    static AccuseReception deposer(int numero, FibreNoire contenu) throws Exception {
        Contact contact = new Contact();
        contact.setNom("Zoé Lefèvre");
        contact.setTelephone("0612345678");
        Entete entete = new Entete();
        entete.setIdentifiantPrestation("JDT-FIBRE_NOIRE"); // une prestation d'essai de la plate-forme d'intégration
        entete.setReferenceOperateur(REFERENCE + "-" + numero);
        entete.setContact(contact);
        Formulaire formulaire = new Formulaire();
        formulaire.setFibreNoire(contenu);
        return depot.deposerSignalisation(entete, formulaire);
    }

    public static void main(String[] arguments) throws Exception {
        System.setOut(new java.io.PrintStream(System.out, true, "UTF-8"));
        depot = new EsavDepotLocator().getEsavDepotPort(adresse("depot/2026.2"));
        suivi = new EsavSuiviLocator().getEsavSuiviPort(adresse("suivi"));
        rendezVous = new EsavRendezVousLocator().getEsavRendezVousPort(adresse("rendez-vous"));

        // 1. Un dépôt.
        AccuseReception accuse = deposer(1, formulaire());
        String numero = accuse.getNumeroSignalisation();
        dire("DEPOT_NUMERO", numero);
        dire("DEPOT_ETAT", accuse.getEtat());
        dire("DEPOT_DEJA", accuse.isDejaDeposee());

        // 2. Un dépôt refusé : toutes les erreurs sont dans le détail de la fault.
        try {
            FibreNoire faux = formulaire();
            faux.setNombreFibresTouchees(3);
            faux.setLongueurOptique(new BigDecimal("542"));
            faux.setNatureDefaut(NatureDefaut.FIBRES_INVERSEES);
            deposer(9, faux);
        } catch (ErreurEsav erreur) { // la classe de la fault est celle de son détail
            dire("REFUS_CODE", erreur.getCode());
            StringBuilder codes = new StringBuilder();
            for (Erreur e : erreur.getErreur()) {
                codes.append(codes.length() > 0 ? "," : "").append(e.getChamp()).append(":").append(e.getCode());
                if (e.getChamp().equals("natureDefaut")) {
                    dire("REFUS_LIBELLE", e.getLibelle());
                }
            }
            dire("REFUS_ERREURS", codes);
        }

        // 3. Le même dépôt, renvoyé comme après une coupure : le même numéro, et dejaDeposee.
        AccuseReception encore = deposer(1, formulaire());
        dire("RENVOI_NUMERO", encore.getNumeroSignalisation());
        dire("RENVOI_DEJA", encore.isDejaDeposee());

        // 4. L'état, puis le détail.
        dire("ETAT", suivi.consulterEtat(numero, null).getEtat());
        ChampRempli[] champs = suivi.consulterDetail(null, REFERENCE + "-1").getChamp();
        dire("DETAIL_CHAMPS", champs.length);
        for (ChampRempli champ : champs) {
            if (champ.getChemin().equals("descriptionDefaut")) {
                dire("DETAIL_DESCRIPTION", champ.getValeur());
            }
        }

        // 5. La liste, page par page : la plus récente d'abord, et curseurSuivant tant qu'il y a une suite.
        deposer(2, formulaire());
        String[] etats = {"EN_DEPOT", "EN_COURS"};
        Calendar hier = Calendar.getInstance();
        hier.add(Calendar.DATE, -1);
        ListeSignalisations page = suivi.listerSignalisations(etats, null, null, hier, null, null, 1);
        dire("LISTE_1", page.getSignalisation(0).getNumeroSignalisation());
        page = suivi.listerSignalisations(etats, null, null, hier, null, page.getCurseurSuivant(), 1);
        dire("LISTE_2", page.getSignalisation(0).getNumeroSignalisation());
        dire("LISTE_FIN", page.getCurseurSuivant() == null);

        // 6. Les changements, depuis le premier ; garder « curseur » pour la lecture suivante.
        ListeEvenements changements = suivi.listerEvenements(null, 50);
        StringBuilder actions = new StringBuilder();
        for (EvenementSuivi changement : changements.getEvenement()) {
            actions.append(actions.length() > 0 ? "," : "").append(changement.getAction());
        }
        dire("EVENEMENTS", actions);
        dire("EVENEMENTS_ENCORE", changements.isEncore());

        // 7. La première plage libre, et un rendez-vous ferme.
        Calendar dansTroisJours = Calendar.getInstance();
        dansTroisJours.add(Calendar.DATE, 3);
        PlageLibre libre = rendezVous.rechercherPlages(
                numero, null, null, "SAV", dansTroisJours.getTime(), null).getPlageLibre(0);
        dire("PLAGES", jour(libre.getJour()) + " " + libre.getPlage());
        RendezVous rendu = rendezVous.reserverRendezVous(
                numero, null, REFERENCE + "-RDV", "SAV", libre.getJour(), libre.getPlage(), true).getRendezVous();
        dire("RENDEZ_VOUS_ETAT", rendu.getEtat());
        dire("RENDEZ_VOUS_PLAGE", jour(rendu.getJour()) + " " + rendu.getPlage());
    }
}
