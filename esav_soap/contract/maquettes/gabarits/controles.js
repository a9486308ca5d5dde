/* Contrôles : le formulaire de la page, champ par champ et groupe par groupe, dans l'ordre du fil. */
const modele = JSON.parse(document.getElementById("page-modele").textContent);
const formulaire = document.getElementById("formulaire");

function monterChamp(def, prefixe) {
  const boite = document.getElementById(prefixe + def.code).closest("[data-champ]");
  const entrees = Array.from(boite.querySelectorAll("input, select, textarea"));
  const coches = entrees[0].type === "radio" || entrees[0].type === "checkbox";
  const controle = {
    def: def, boite: boite, id: prefixe + def.code, entrees: entrees, coches: coches,
    touche: false, interdit: "", exige: false, exigePar: "", regle: "", options: null
  };
  if (def.depend && !coches) {
    controle.options = Array.from(entrees[0].options);
    entrees[0].dataset.vide = controle.options[0].textContent;
  }
  return controle;
}

function monterGroupe(def) {
  const boite = document.getElementById("c-" + def.code);
  const gabarit = boite.querySelector(".modele");
  gabarit.hidden = true;
  gabarit.disabled = true;
  return {
    def: def, boite: boite, id: "c-" + def.code, gabarit: gabarit, occurrences: [], compteur: 0,
    touche: false, interdit: "", exige: false, exigePar: "", regle: ""
  };
}

function monter(defs, prefixe) {
  return defs.map(function (def) { return def.type === "groupe" ? monterGroupe(def) : monterChamp(def, prefixe); });
}

function ajouterOccurrence(groupe) {
  groupe.compteur += 1;
  const avant = groupe.id + "-0";
  const apres = groupe.id + "-" + groupe.compteur;
  const boite = groupe.gabarit.cloneNode(true);
  boite.classList.remove("modele");
  boite.hidden = false;
  boite.disabled = false;
  [boite].concat(Array.from(boite.querySelectorAll("*"))).forEach(function (element) {
    ["id", "name", "for", "aria-describedby"].forEach(function (nom) {
      const valeur = element.getAttribute(nom);
      if (valeur) {
        element.setAttribute(nom, valeur.split(" ").map(function (mot) {
          return mot === avant || mot.startsWith(avant + "-") ? apres + mot.slice(avant.length) : mot;
        }).join(" "));
      }
    });
  });
  groupe.boite.querySelector(".occurrences").appendChild(boite);
  const occurrence = { boite: boite, groupe: groupe, noeud: null, controles: monter(groupe.def.enfants, apres + "-") };
  groupe.occurrences.push(occurrence);
  boite.querySelector(".retirer").addEventListener("click", function () { retirerOccurrence(groupe, occurrence); });
  return occurrence;
}

function numeroter(groupe) {
  groupe.occurrences.forEach(function (occurrence, rang) {
    occurrence.boite.querySelectorAll(".rang").forEach(function (e) {
      e.textContent = groupe.def.max > 1 ? String(rang + 1) : "";
    });
    occurrence.boite.querySelector(".retirer").hidden = groupe.occurrences.length <= groupe.def.min;
  });
  groupe.boite.classList.toggle("vide", groupe.occurrences.length === 0);
  const ajouter = groupe.boite.querySelector(".ajouter");
  ajouter.hidden = groupe.occurrences.length >= groupe.def.max;
}

const racine = { groupe: null, noeud: null, controles: monter(modele.enfants, "c-") };

/* Le formulaire lui-même, puis chaque occurrence de ses groupes : les lieux d'où les règles regardent. */
function lieux() {
  const tous = [racine];
  racine.controles.forEach(function (c) { if (c.occurrences && !c.interdit) { tous.push.apply(tous, c.occurrences); } });
  return tous;
}

function saisies(controle) {
  if (controle.coches) {
    return controle.entrees.filter(function (e) { return e.checked && e.value; }).map(function (e) { return e.value; });
  }
  const valeur = normaliser(controle.def, controle.entrees[0].value);
  return valeur ? [valeur] : [];
}

/* Une saisie que le navigateur ne sait pas lire ("12/x" dans un nombre) vaut vide : elle se voit à part. */
function illisible(controle) {
  return !controle.coches && controle.entrees[0].validity && controle.entrees[0].validity.badInput;
}

/* Les listes dépendantes ne gardent que les valeurs rattachées au choix du parent. */
function filtrer(controles) {
  controles.forEach(function (c) {
    if (!c.def.depend) { return; }
    const parent = controles.find(function (p) { return p.def.code === c.def.depend; });
    const choisi = parent && !parent.interdit ? saisies(parent)[0] || "" : "";
    const parents = modele.parents[c.def.nomenclature];
    const rattachee = function (code) { return choisi !== "" && (parents[code] || []).indexOf(choisi) >= 0; };
    if (c.coches) {
      c.entrees.forEach(function (e) {
        const admise = e.value === "" || rattachee(e.value);
        e.closest(".option").hidden = !admise || (e.value === "" && c.exige);
        e.disabled = !admise;
        if (!admise) { e.checked = false; }
      });
      return;
    }
    const liste = c.entrees[0];
    const admises = c.options.filter(function (o) { return o.value === "" || rattachee(o.value); });
    const invite = choisi ? liste.dataset.vide : "Choisir d’abord « " + (parent ? parent.def.libelle : c.def.depend) + " »";
    if (liste.dataset.parent === choisi && liste.dataset.filtree) { return; }
    const valeur = liste.value;
    liste.replaceChildren.apply(liste, admises);
    c.options[0].textContent = invite;
    liste.value = admises.some(function (o) { return o.value === valeur; }) ? valeur : "";
    liste.dataset.parent = choisi;
    liste.dataset.filtree = "oui";
  });
}
