/* Règles : le document XML du formulaire, et les règles du catalogue évaluées dessus par le XPath du navigateur. */
function vide(controle) {
  return controle.occurrences ? controle.occurrences.every(function (o) { return !o.noeud; }) : saisies(controle).length === 0;
}

function remplir(document_, noeud, controles) {
  controles.forEach(function (c) {
    if (c.interdit) { return; }
    if (!c.occurrences) {
      saisies(c).forEach(function (valeur) {
        noeud.appendChild(document_.createElementNS(null, c.def.code)).textContent = valeur;
      });
      return;
    }
    c.occurrences.forEach(function (occurrence, rang) {
      const enfant = document_.createElementNS(null, c.def.code);
      remplir(document_, enfant, occurrence.controles);
      const present = enfant.hasChildNodes() || rang < c.def.min;
      occurrence.noeud = present ? noeud.appendChild(enfant) : null;
    });
  });
}

function construire() {
  const document_ = document.implementation.createDocument(null, modele.nom, null);
  racine.noeud = document_.documentElement;
  remplir(document_, racine.noeud, racine.controles);
  return document_;
}

/* Vrai, faux, ou null quand il n'y a pas d'où regarder. */
function tient(regle, lieu) {
  if (!lieu.noeud) { return null; }
  const type = XPathResult.BOOLEAN_TYPE;
  return lieu.noeud.ownerDocument.evaluate("boolean(" + regle.condition + ")", lieu.noeud, null, type, null).booleanValue;
}

function reglesDe(lieu) { return lieu.groupe ? lieu.groupe.def.regles : modele.regles; }
function cibleDe(regle, lieu) { return lieu.controles.find(function (c) { return c.def.code === regle.champ; }); }

/* Un champ interdit sort du message, ce qui peut changer d'autres règles : on recommence jusqu'à ce que rien ne bouge. */
function interdire() {
  lieux().forEach(function (lieu) { filtrer(lieu.controles); });
  let document_ = construire();
  for (let passe = 0, change = true; change && passe < 10; passe += 1) {
    change = false;
    lieux().forEach(function (lieu) {
      lieu.controles.forEach(function (c) {
        const regles = reglesDe(lieu).filter(function (r) { return r.genre === "interditSi" && r.champ === c.def.code; });
        if (!regles.length || c.def.min > 0) { return; }
        const active = regles.find(function (r) { return tient(r, lieu) === true; });
        const interdit = active ? active.message : "";
        if (Boolean(interdit) !== Boolean(c.interdit)) {
          c.interdit = interdit;
          filtrer(lieu.controles);
          document_ = construire();
          change = true;
        }
        c.interdit = interdit;
      });
    });
  }
  return document_;
}

function exiger(lieu) {
  lieu.controles.forEach(function (c) {
    c.exige = c.def.min > 0;
    c.exigePar = "";
    c.regle = "";
    c.actives = [];
  });
  reglesDe(lieu).forEach(function (regle) {
    const c = cibleDe(regle, lieu);
    if (regle.genre !== "obligatoireSi" || !c || c.interdit || !tient(regle, lieu)) { return; }
    c.exige = true;
    c.exigePar = c.exigePar || regle.message;
    c.actives.push(regle.code);
  });
}

function defautDe(controle) {
  const def = controle.def;
  if (controle.occurrences) {
    const nombre = controle.occurrences.filter(function (o) { return o.noeud; }).length;
    if (nombre === 0 && controle.exige) { return controle.exigePar || "Ce groupe est obligatoire : l’ajouter et le remplir."; }
    return nombre && nombre < def.min ? def.min + " occurrences au moins." : "";
  }
  const valeurs = saisies(controle);
  if (illisible(controle)) { return "La saisie n’est pas lisible : la corriger ou l’effacer."; }
  if (!valeurs.length) {
    return controle.exige ? controle.exigePar || (controle.coches ? "Faire un choix." : "Ce champ est obligatoire.") : "";
  }
  if (valeurs.length > def.max) { return def.max + " choix au plus, " + valeurs.length + " ici."; }
  return valeurs.map(function (v) { return juger(def, v); }).find(Boolean) || "";
}

/* Tout ce qui ne va pas, dans l'ordre du formulaire. "regle" : la règle en cause, pour les autres que le champ lui-même. */
function erreursDe(lieu, codesTouches) {
  const erreurs = [];
  lieu.controles.forEach(function (c) {
    if (c.interdit) { return; }
    const message = defautDe(c);
    if (message) { erreurs.push({ controle: c, lieu: lieu, message: message, montrer: c.touche }); }
    else {
      reglesDe(lieu).filter(function (r) { return r.champ === c.def.code; }).forEach(function (regle) {
        const enfreinte = regle.genre === "regle" ? tient(regle, lieu) === false
          : regle.genre === "interditSi" && tient(regle, lieu) === true && !vide(c);
        if (enfreinte) { erreurs.push(erreurDeRegle(regle, c, lieu, codesTouches)); }
      });
    }
    (c.occurrences || []).forEach(function (o) { erreurs.push.apply(erreurs, erreursDe(o, codesTouches)); });
  });
  reglesDe(lieu).forEach(function (regle) {
    if (cibleDe(regle, lieu) || regle.genre === "interditSi") { return; }
    const tenue = tient(regle, lieu);
    if (tenue === (regle.genre === "obligatoireSi")) { erreurs.push(erreurDeRegle(regle, null, lieu, codesTouches)); }
  });
  return erreurs;
}

/* Ce qui n'empêche pas de déposer : les codes dépréciés qui sont choisis. */
function avertissementsDe() {
  const avertissements = [];
  lieux().forEach(function (lieu) {
    lieu.controles.forEach(function (c) {
      const deprecies = modele.deprecies[c.def.nomenclature];
      if (c.interdit || !deprecies) { return; }
      saisies(c).forEach(function (code) {
        if (deprecies[code]) { avertissements.push({ controle: c, lieu: lieu, message: deprecies[code] }); }
      });
    });
  });
  return avertissements;
}

function erreurDeRegle(regle, controle, lieu, codesTouches) {
  const montrer = regle.regarde.some(function (code) { return codesTouches.has(code); });
  return { controle: controle, lieu: lieu, message: regle.message, montrer: montrer };
}

function calculer() {
  const document_ = interdire();
  const codesTouches = new Set();
  lieux().forEach(function (lieu) {
    exiger(lieu);
    lieu.controles.forEach(function (c) { if (c.touche) { codesTouches.add(c.def.code); } });
  });
  return { document: document_, erreurs: erreursDe(racine, codesTouches) };
}
