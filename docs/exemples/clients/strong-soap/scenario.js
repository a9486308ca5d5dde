// e-SAV avec le module « strong-soap » de Node : déposer, être refusé, renvoyer, suivre, prendre rendez-vous.
// Les WSDL se prennent une fois (curl) et se gardent à côté du programme ; voir ../LISEZ-MOI.md pour les réglages ESAV_*.
const fs = require('fs');
const { soap } = require('strong-soap');

const env = process.env;
const reference = env.ESAV_REFERENCE;

function ouvrir(service) {
    return new Promise((rendre, refuser) => {
        const options = { forceSoap12Headers: env.ESAV_SOAP === '1.2' };
        soap.createClient(`${env.ESAV_WSDL}/${service}.wsdl`, options, (erreur, client) => {
            if (erreur) {
                refuser(erreur);
                return;
            }
            // Le certificat client et sa clé, en PEM ; « ca » si l'autorité du serveur est privée.
            client.setSecurity(new soap.ClientSSLSecurity(
                fs.readFileSync(env.ESAV_CLE), fs.readFileSync(env.ESAV_CERTIFICAT), fs.readFileSync(env.ESAV_CA)));
            rendre(client);
        });
    });
}

// Une opération, en promesse de sa réponse.
async function appeler(client, operation, contenu) {
    const { result } = await client[operation](contenu);
    return result;
}

const dire = (nom, valeur) => console.log(`${nom}=${valeur}`);

// Le module ne rend un tableau que si l'élément vient plusieurs fois.
const liste = (valeur) => (valeur === undefined ? [] : Array.isArray(valeur) ? valeur : [valeur]);

// L'ordre des champs est celui du WSDL. Un champ facultatif qui n'a pas de valeur ne se met pas ; un champ répété est
// un tableau. Décimaux, dates et heures se donnent en texte : le décalage d'une heure est obligatoire.
const formulaire = {
    nombreFibresLouees: 2,
    nombreFibresTouchees: 1,
    longueurOptique: '42.318',
    typeFibre: 'G652D',
    dateRecette: '2023-06-30',
    gtr: 'GTR_4H_S1',
    extremites: [
        {
            siteExtremite: 'NRO Évreux-Gravigny',
            positionExtremite: 'B02-T01-P03',
            typeConnecteur: 'SC_APC',
            puissanceExtremite: '-17.2',
            accessible: true,
        },
        {
            siteExtremite: "Hôtel de Ville, L'Haÿ",
            positionExtremite: 'B07-T02-P11',
            typeConnecteur: 'LC_UPC',
            puissanceExtremite: '-23.45',
            accessible: false,
        },
    ],
    dateHeureConstat: '2026-11-02T09:15:00+01:00',
    familleDefaut: 'AFFAIBLISSEMENT',
    natureDefaut: 'ATTENUATION_EPISSURE',
    defautIntermittent: true,
    frequenceCoupures: 4,
    impactService: 'DEGRADATION',
    responsabilitePresumee: 'FOURNISSEUR',
    descriptionDefaut: "Liaison dégradée depuis 9 h 15 : épissure à 12,4 km, côté Hôtel-Dieu & gare" +
        " (« œuvre d'été »), < 1 mW, 3 €.",
    moyenMesure: 'REFLECTOMETRE',
    bilanOptique: '11.35',
    mesuresOtdr: [
        {
            longueurOndeOtdr: 'L1550',
            sensMesure: 'A_VERS_B',
            distanceEvenement: 12400,
            typeEvenement: 'EPISSURE',
            attenuationEvenement: '0.385',
        },
        {
            longueurOndeOtdr: 'L1550',
            sensMesure: 'B_VERS_A',
            distanceEvenement: 29918,
            typeEvenement: 'CONNECTEUR',
            reflectanceEvenement: '-58.2',
        },
    ],
    contactSite: [
        {
            nomContact: 'Zoé Lefèvre',
            roleContact: 'TECHNICIEN',
            telephoneContact: '0612345678',
            courrielContact: 'supervision@operateur.example',
            contactPrevenu: true,
        },
    ],
    consignesSecurite: ['RAYONNEMENT_LASER', 'ESPACE_CONFINE'],
    finCoupureAcceptee: '2026-11-03T05:00:00+01:00',
    referenceSupervision: 'INC-2026-004512',
};

async function scenario() {
    const [depot, suivi, rendezVous] = await Promise.all(['depot', 'suivi', 'rendez-vous'].map(ouvrir));

    async function deposer(numero, contenu) {
        const reponse = await appeler(depot, 'deposerSignalisation', {
            entete: {
                identifiantPrestation: 'JDT-FIBRE_NOIRE', // une prestation d'essai de la plate-forme d'intégration
                referenceOperateur: `${reference}-${numero}`,
                contact: { nom: 'Zoé Lefèvre', telephone: '0612345678' },
            },
            formulaire: { fibreNoire: contenu },
        });
        return reponse.accuseReception;
    }

    // 1. Un dépôt.
    const accuse = await deposer(1, formulaire);
    const numero = accuse.numeroSignalisation;
    dire('DEPOT_NUMERO', numero);
    dire('DEPOT_ETAT', accuse.etat);
    dire('DEPOT_DEJA', accuse.dejaDeposee);

    // 2. Un dépôt refusé : toutes les erreurs sont dans le détail de la fault (« Detail » en SOAP 1.2).
    try {
        await deposer(9, {
            ...formulaire, nombreFibresTouchees: 3, longueurOptique: '542', natureDefaut: 'FIBRES_INVERSEES',
        });
    } catch (refus) {
        const fault = refus.root.Envelope.Body.Fault;
        const erreur = (fault.detail || fault.Detail).ErreurEsav;
        const erreurs = liste(erreur.erreur);
        dire('REFUS_CODE', erreur.code);
        dire('REFUS_ERREURS', erreurs.map((e) => `${e.champ}:${e.code}`).join(','));
        dire('REFUS_LIBELLE', erreurs.find((e) => e.champ === 'natureDefaut').libelle);
    }

    // 3. Le même dépôt, renvoyé comme après une coupure : le même numéro, et dejaDeposee.
    const encore = await deposer(1, formulaire);
    dire('RENVOI_NUMERO', encore.numeroSignalisation);
    dire('RENVOI_DEJA', encore.dejaDeposee);

    // 4. L'état, puis le détail.
    const { etatSignalisation } = await appeler(suivi, 'consulterEtat', { numeroSignalisation: numero });
    dire('ETAT', etatSignalisation.etat);
    const { detailSignalisation } = await appeler(suivi, 'consulterDetail', { referenceOperateur: `${reference}-1` });
    const champs = liste(detailSignalisation.champ);
    dire('DETAIL_CHAMPS', champs.length);
    dire('DETAIL_DESCRIPTION', champs.find((c) => c.chemin === 'descriptionDefaut').valeur);

    // 5. La liste, page par page : la plus récente d'abord, et curseurSuivant tant qu'il y a une suite.
    await deposer(2, formulaire);
    const etat = ['EN_DEPOT', 'EN_COURS'];
    const dateHeureDebut = new Date(Date.now() - 86400000);
    let { listeSignalisations: page } = await appeler(suivi, 'listerSignalisations', { etat, dateHeureDebut, maximum: 1 });
    dire('LISTE_1', liste(page.signalisation)[0].numeroSignalisation);
    const curseur = page.curseurSuivant;
    ({ listeSignalisations: page } = await appeler(suivi, 'listerSignalisations', { etat, dateHeureDebut, curseur, maximum: 1 }));
    dire('LISTE_2', liste(page.signalisation)[0].numeroSignalisation);
    dire('LISTE_FIN', page.curseurSuivant === undefined);

    // 6. Les changements, depuis le premier ; garder « curseur » pour la lecture suivante.
    const { listeEvenements } = await appeler(suivi, 'listerEvenements', { maximum: 50 });
    dire('EVENEMENTS', liste(listeEvenements.evenement).map((e) => e.action).join(','));
    dire('EVENEMENTS_ENCORE', listeEvenements.encore);

    // 7. La première plage libre, et un rendez-vous ferme. Un xs:date arrive comme un objet Date, à minuit UTC.
    const { plagesLibres } = await appeler(rendezVous, 'rechercherPlages', { numeroSignalisation: numero, genre: 'SAV' });
    const libre = liste(plagesLibres.plageLibre)[0];
    const jour = (date) => new Date(date).toISOString().slice(0, 10);
    dire('PLAGES', `${jour(libre.jour)} ${libre.plage}`);
    const { rendezVousRendu } = await appeler(rendezVous, 'reserverRendezVous', {
        numeroSignalisation: numero,
        referenceRendezVous: `${reference}-RDV`,
        genre: 'SAV',
        jour: jour(libre.jour),
        plage: libre.plage,
        ferme: true,
    });
    dire('RENDEZ_VOUS_ETAT', rendezVousRendu.rendezVous.etat);
    dire('RENDEZ_VOUS_PLAGE', `${jour(rendezVousRendu.rendezVous.jour)} ${rendezVousRendu.rendezVous.plage}`);
}

scenario().catch((erreur) => {
    console.error(erreur.message);
    process.exitCode = 1;
});
