/* Valeurs : ce qui part sur le fil pour une saisie, et ce que les facettes du champ en disent. */
const HORS_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const HORLOGE = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/Paris", hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
  hour: "2-digit", minute: "2-digit", second: "2-digit"
});
const MINUTE = 60000;
const JOUR = 1440 * MINUTE;

function decalageParis(instant) {
  const parties = {};
  HORLOGE.formatToParts(new Date(instant)).forEach(function (p) { parties[p.type] = Number(p.value); });
  const affiche = Date.UTC(parties.year, parties.month - 1, parties.day, parties.hour, parties.minute, parties.second);
  return Math.round((affiche - Math.floor(instant / 1000) * 1000) / MINUTE) * MINUTE;
}

/* Une heure que l'horloge de Paris montre deux fois est la première ; une heure qu'elle saute est une heure plus tard. */
function instantParis(saisie) {
  const m = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?$/.exec(saisie);
  if (!m) { return saisie; }
  const horloge = Date.UTC(Number(m[1]), Number(m[2]) - 1, Number(m[3]), Number(m[4]), Number(m[5]), Number(m[6] || 0));
  const avant = decalageParis(horloge - JOUR);
  const apres = decalageParis(horloge + JOUR);
  let instant = horloge - avant;
  if (decalageParis(instant) !== avant && decalageParis(horloge - apres) === apres) { instant = horloge - apres; }
  const decalage = decalageParis(instant);
  const minutes = Math.abs(decalage) / MINUTE;
  const deux = function (n) { return String(n).padStart(2, "0"); };
  return new Date(instant + decalage).toISOString().slice(0, 19) + (decalage < 0 ? "-" : "+") +
    deux(Math.floor(minutes / 60)) + ":" + deux(minutes % 60);
}

/* La valeur du fil ; "" : le champ n'est pas envoyé. Les blancs autour d'une valeur ne sont jamais voulus. */
function normaliser(def, saisie) {
  switch (def.type) {
    case "telephone": return saisie.replace(/[\s.()\-]/gu, "");
    case "dateHeure": return instantParis(saisie);
    case "texteLong": return saisie.replace(/\r\n?/g, "\n").trim();
    default: return saisie.trim();
  }
}

function pluriel(nombre, mot) { return nombre + " " + mot + (nombre > 1 ? "s" : ""); }
function enFrancais(nombre) { return nombre.replace(".", ",").replace("-", "\u2212"); }
function jourEnFrancais(iso) { return iso.split("-").reverse().join("/"); }

function jugerTexte(def, valeur) {
  const longueur = Array.from(valeur).length;
  if (HORS_XML.test(valeur)) { return "Ce texte contient un caractère qui ne peut pas figurer dans un message XML."; }
  if (def.longueurMin && longueur < def.longueurMin) {
    return "Trop court : " + pluriel(def.longueurMin, "caractère") + " au moins, " + longueur + " ici.";
  }
  if (def.longueurMax && longueur > def.longueurMax) {
    return "Trop long : " + pluriel(def.longueurMax, "caractère") + " au plus, " + longueur + " ici.";
  }
  if (def.motif && !new RegExp("^(?:" + def.motif + ")$", "u").test(valeur)) {
    if (def.type === "telephone") { return "Numéro attendu : 10 chiffres, ou format international (+33…)."; }
    if (def.type === "courriel") { return "Adresse attendue sous la forme nom@domaine."; }
    return "La valeur n’a pas la forme attendue" + (def.exemple ? " (par exemple " + def.exemple + ")." : ".");
  }
  return "";
}

function jugerNombre(def, valeur) {
  const entier = def.type === "entier";
  if (!(entier ? /^[+-]?\d+$/ : /^[+-]?(\d+(\.\d*)?|\.\d+)$/).test(valeur)) {
    return entier ? "Nombre entier attendu." : "Nombre attendu, écrit sans exposant.";
  }
  const unite = def.unite ? "\u202f" + def.unite : "";
  if (def.minimum !== undefined && Number(valeur) < Number(def.minimum)) {
    return "Trop petit : " + enFrancais(def.minimum) + unite + " au moins.";
  }
  if (def.maximum !== undefined && Number(valeur) > Number(def.maximum)) {
    return "Trop grand : " + enFrancais(def.maximum) + unite + " au plus.";
  }
  const decimales = (valeur.split(".")[1] || "").replace(/0+$/, "").length;
  if (!entier && decimales > def.decimales) { return pluriel(def.decimales, "décimale") + " au plus."; }
  return "";
}

function jugerDate(def, valeur) {
  if (!/^[12]\d{3}-\d\d-\d\d$/.test(valeur)) { return "Date attendue, avec une année de quatre chiffres."; }
  if (valeur < def.minimum) { return "Trop tôt : à partir du " + jourEnFrancais(def.minimum) + "."; }
  if (valeur > def.maximum) { return "Trop tard : jusqu’au " + jourEnFrancais(def.maximum) + "."; }
  return "";
}

/* Ce qui ne va pas dans une valeur non vide, ou "". */
function juger(def, valeur) {
  switch (def.type) {
    case "entier":
    case "decimal": return jugerNombre(def, valeur);
    case "date": return jugerDate(def, valeur);
    case "dateHeure": return /^[12]\d{3}-/.test(valeur) ? "" : "Date et heure attendues, avec une année de quatre chiffres.";
    case "texte":
    case "texteLong":
    case "telephone":
    case "courriel": return jugerTexte(def, valeur);
    default: return "";
  }
}
