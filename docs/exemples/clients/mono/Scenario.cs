// e-SAV avec des stubs de wsdl.exe (Mono, .NET Framework) : déposer, être refusé, renvoyer, suivre, prendre rendez-vous.
// Voir ../LISEZ-MOI.md pour la construction et les réglages ESAV_*. Si l'autorité du serveur est privée, la mettre une fois
// parmi celles que Mono connaît : cert-sync --user ca.pem
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Web.Services.Protocols;
using System.Xml;
using System.Xml.Serialization;

class Scenario
{
    static readonly string Base = Reglage("ESAV_URL");
    static readonly string Reference = Reglage("ESAV_REFERENCE");

    static string Reglage(string nom) { return Environment.GetEnvironmentVariable(nom); }

    static void Dire(string nom, object valeur) { Console.WriteLine(nom + "=" + valeur); }

    // L'adresse, et le certificat client avec sa clé (PKCS#12).
    static T Ouvrir<T>(string service) where T : SoapHttpClientProtocol, new()
    {
        var client = new T { Url = Base + "/" + service, Timeout = 30000 };
        client.ClientCertificates.Add(new X509Certificate2(Reglage("ESAV_P12"), Reglage("ESAV_P12_SECRET")));
        if (Reglage("ESAV_SOAP") == "1.2") client.SoapVersion = SoapProtocolVersion.Soap12;
        return client;
    }

    static readonly EsavDepotBinding Depot = Ouvrir<EsavDepotBinding>("depot/2026.2");
    static readonly EsavSuiviBinding Suivi = Ouvrir<EsavSuiviBinding>("suivi");
    static readonly EsavRendezVousBinding RendezVousClient = Ouvrir<EsavRendezVousBinding>("rendez-vous");

    static DateTime Instant(string texte) { return DateTimeOffset.Parse(texte).UtcDateTime; }  // DateTimeKind.Utc : envoyé avec « Z »

    // Un champ facultatif qui n'est pas un texte a un « ...Specified » à mettre à vrai, sinon il n'est pas envoyé.
    static FibreNoire Formulaire()
    {
        return new FibreNoire
        {
            nombreFibresLouees = 2,
            nombreFibresTouchees = 1,
            longueurOptique = 42.318m,
            typeFibre = TypeFibre.G652D, typeFibreSpecified = true,
            dateRecette = new DateTime(2023, 6, 30), dateRecetteSpecified = true,
            gtr = Gtr.GTR_4H_S1,
            extremites = new[]
            {
                new FibreNoireExtremites
                {
                    siteExtremite = "NRO Évreux-Gravigny", positionExtremite = "B02-T01-P03",
                    typeConnecteur = TypeConnecteur.SC_APC,
                    puissanceExtremite = -17.2m, puissanceExtremiteSpecified = true, accessible = true,
                },
                new FibreNoireExtremites
                {
                    siteExtremite = "Hôtel de Ville, L'Haÿ", positionExtremite = "B07-T02-P11",
                    typeConnecteur = TypeConnecteur.LC_UPC,
                    puissanceExtremite = -23.45m, puissanceExtremiteSpecified = true, accessible = false,
                },
            },
            dateHeureConstat = Instant("2026-11-02T09:15:00+01:00"),
            familleDefaut = FamilleDefaut.AFFAIBLISSEMENT,
            natureDefaut = NatureDefaut.ATTENUATION_EPISSURE,
            defautIntermittent = true,
            frequenceCoupures = 4, frequenceCoupuresSpecified = true,
            impactService = ImpactService.DEGRADATION,
            responsabilitePresumee = Responsabilite.FOURNISSEUR, responsabilitePresumeeSpecified = true,
            descriptionDefaut = "Liaison dégradée depuis 9 h 15 : épissure à 12,4 km, côté Hôtel-Dieu & gare"
                + " (« œuvre d'été »), < 1 mW, 3 €.",
            moyenMesure = MoyenMesure.REFLECTOMETRE,
            bilanOptique = 11.35m, bilanOptiqueSpecified = true,
            mesuresOtdr = new[]
            {
                new FibreNoireMesuresOtdr
                {
                    longueurOndeOtdr = LongueurOnde.L1550, sensMesure = SensMesure.A_VERS_B, distanceEvenement = 12400,
                    typeEvenement = TypeEvenementOtdr.EPISSURE,
                    attenuationEvenement = 0.385m, attenuationEvenementSpecified = true,
                },
                new FibreNoireMesuresOtdr
                {
                    longueurOndeOtdr = LongueurOnde.L1550, sensMesure = SensMesure.B_VERS_A, distanceEvenement = 29918,
                    typeEvenement = TypeEvenementOtdr.CONNECTEUR,
                    reflectanceEvenement = -58.2m, reflectanceEvenementSpecified = true,
                },
            },
            contactSite = new[]
            {
                new FibreNoireContactSite
                {
                    nomContact = "Zoé Lefèvre", roleContact = RoleContact.TECHNICIEN, telephoneContact = "0612345678",
                    courrielContact = "supervision@operateur.example", contactPrevenu = true, contactPrevenuSpecified = true,
                },
            },
            consignesSecurite = new[] { ConsigneSecurite.RAYONNEMENT_LASER, ConsigneSecurite.ESPACE_CONFINE },
            finCoupureAcceptee = Instant("2026-11-03T05:00:00+01:00"), finCoupureAccepteeSpecified = true,
            referenceSupervision = "INC-2026-004512",
        };
    }

    static AccuseReception Deposer(int numero, FibreNoire contenu)
    {
        var entete = new Entete
        {
            identifiantPrestation = "JDT-FIBRE_NOIRE",  // une prestation d'essai de la plate-forme d'intégration
            referenceOperateur = Reference + "-" + numero,
            contact = new Contact { nom = "Zoé Lefèvre", telephone = "0612345678" },
        };
        return Depot.deposerSignalisation(entete, new Formulaire { Item = contenu });
    }

    // wsdl.exe ne fait pas de classe pour la fault : son détail se lit en XML.
    static void DireRefus(SoapException refus)
    {
        var noms = new XmlNamespaceManager(new NameTable());
        noms.AddNamespace("ws", "urn:esav:ws:1");
        var erreur = refus.Detail.SelectSingleNode(".//ws:ErreurEsav", noms);
        var erreurs = erreur.SelectNodes("ws:erreur", noms).Cast<XmlElement>().ToList();
        Func<XmlElement, string, string> lire = (element, nom) => element.SelectSingleNode("ws:" + nom, noms).InnerText;
        Dire("REFUS_CODE", erreur.SelectSingleNode("ws:code", noms).InnerText);
        Dire("REFUS_ERREURS", string.Join(",", erreurs.Select(e => lire(e, "champ") + ":" + lire(e, "code"))));
        Dire("REFUS_LIBELLE", lire(erreurs.First(e => lire(e, "champ") == "natureDefaut"), "libelle"));
    }

    static void Main()
    {
        ServicePointManager.SecurityProtocol = SecurityProtocolType.Tls12;

        // 1. Un dépôt.
        var accuse = Deposer(1, Formulaire());
        var numero = accuse.numeroSignalisation;
        Dire("DEPOT_NUMERO", numero);
        Dire("DEPOT_ETAT", accuse.etat);
        Dire("DEPOT_DEJA", accuse.dejaDeposee);

        // 2. Un dépôt refusé : toutes les erreurs sont dans le détail de la fault.
        try
        {
            var faux = Formulaire();
            faux.nombreFibresTouchees = 3;
            faux.longueurOptique = 542m;
            faux.natureDefaut = NatureDefaut.FIBRES_INVERSEES;
            Deposer(9, faux);
        }
        catch (SoapException refus)
        {
            DireRefus(refus);
        }

        // 3. Le même dépôt, renvoyé comme après une coupure : le même numéro, et dejaDeposee.
        var encore = Deposer(1, Formulaire());
        Dire("RENVOI_NUMERO", encore.numeroSignalisation);
        Dire("RENVOI_DEJA", encore.dejaDeposee);

        // 4. L'état, puis le détail.
        Dire("ETAT", Suivi.consulterEtat(numero, null).etat);
        var detail = Suivi.consulterDetail(null, Reference + "-1");
        Dire("DETAIL_CHAMPS", detail.champ.Length);
        Dire("DETAIL_DESCRIPTION", detail.champ.First(c => c.chemin == "descriptionDefaut").valeur);

        // 5. La liste, page par page : la plus récente d'abord, et curseurSuivant tant qu'il y a une suite.
        Deposer(2, Formulaire());
        var etats = new[] { "EN_DEPOT", "EN_COURS" };
        var rien = default(DateTime);
        var hier = DateTime.UtcNow.AddDays(-1);
        var page = Suivi.listerSignalisations(etats, null, null, hier, true, rien, false, null, 1, true);
        Dire("LISTE_1", page.signalisation[0].numeroSignalisation);
        page = Suivi.listerSignalisations(etats, null, null, hier, true, rien, false, page.curseurSuivant, 1, true);
        Dire("LISTE_2", page.signalisation[0].numeroSignalisation);
        Dire("LISTE_FIN", page.curseurSuivant == null);

        // 6. Les changements, depuis le premier ; garder « curseur » pour la lecture suivante.
        var changements = Suivi.listerEvenements(null, 50, true);
        Dire("EVENEMENTS", string.Join(",", changements.evenement.Select(e => e.action)));
        Dire("EVENEMENTS_ENCORE", changements.encore);

        // 7. La première plage libre, et un rendez-vous ferme.
        var libres = RendezVousClient.rechercherPlages(
            numero, null, null, "SAV", DateTime.Today.AddDays(3), true, rien, false);
        var libre = libres.plageLibre[0];
        Dire("PLAGES", libre.jour.ToString("yyyy-MM-dd") + " " + libre.plage);
        var rendu = RendezVousClient.reserverRendezVous(
            numero, null, Reference + "-RDV", "SAV", libre.jour, libre.plage, true, true).rendezVous;
        Dire("RENDEZ_VOUS_ETAT", rendu.etat);
        Dire("RENDEZ_VOUS_PLAGE", rendu.jour.ToString("yyyy-MM-dd") + " " + rendu.plage);
    }
}
