/* Affichage : la page dit ce que les règles et les facettes ont trouvé. */
let verifie = false;
let texteXml = "";

function page(id) { return document.getElementById("page-" + id); }
function annoncer(texte) { page("annonce").textContent = texte; }

function montrerTexte(element, texte) {
  element.textContent = texte;
  element.hidden = !texte;
}

function propre(controle, selecteur) {
  return Array.from(controle.boite.children).find(function (e) { return e.matches(selecteur); });
}

function montrerControle(c, message) {
  const annonces = [];
  const marque = controleMarque(c);
  if (marque.hidden === c.exige && !c.interdit && c.exigePar) { annonces.push("« " + c.def.libelle + " » devient obligatoire."); }
  marque.hidden = !c.exige || Boolean(c.interdit);
  const objet = propre(c, ".sans-objet");
  const avant = c.boite.classList.contains("interdit");
  if (avant !== Boolean(c.interdit)) { annonces.push("« " + c.def.libelle + " » " + (avant ? "redevient possible." : "est sans objet.")); }
  c.boite.classList.toggle("interdit", Boolean(c.interdit));
  montrerTexte(objet, c.interdit ? "Sans objet ici. " + c.interdit : "");
  const liste = propre(c, ".regles");
  if (liste) {
    Array.from(liste.children).forEach(function (li) {
      const active = !c.interdit && c.actives.indexOf(li.dataset.regle) >= 0;
      const genre = li.querySelector(".genre");
      li.dataset.titre = li.dataset.titre || genre.textContent;
      genre.textContent = active ? "Obligatoire ici" : li.dataset.titre;
      li.classList.toggle("active", active);
    });
  }
  decrire(c);
  montrerTexte(propre(c, ".erreur"), message);
  c.boite.classList.toggle("fautif", Boolean(message));
  c.boite.classList.toggle("rempli", !vide(c));
  if (!c.occurrences) { montrerEntrees(c, message); }
  else { c.boite.querySelector(".ajouter").disabled = Boolean(c.interdit); }
  return annonces;
}

/* Un lecteur d'écran ne dit que les règles qui jouent ; les autres se lisent dans la liste des règles. */
function decrire(c) {
  const porteur = c.occurrences || c.coches ? c.boite : c.entrees[0];
  porteur.dataset.decrit = porteur.dataset.decrit || porteur.getAttribute("aria-describedby");
  const jouent = c.actives.length > 0;
  porteur.setAttribute("aria-describedby", porteur.dataset.decrit.split(" ").filter(function (id) {
    return jouent || !id.endsWith("-regles");
  }).join(" "));
}

function controleMarque(c) { return c.boite.querySelector(".marque"); }

function montrerEntrees(c, message) {
  const attendu = c.exige && !c.interdit;
  const porteur = c.coches ? c.boite : c.entrees[0];
  if (porteur.getAttribute("role") === "radiogroup") { porteur.setAttribute("aria-required", String(attendu)); }
  if (!c.coches || porteur.getAttribute("role") === "radiogroup") {
    if (message) { porteur.setAttribute("aria-invalid", "true"); } else { porteur.removeAttribute("aria-invalid"); }
  }
  c.entrees.forEach(function (e) {
    if (e.type !== "checkbox") { e.required = attendu && (e.type !== "radio" || e.value !== ""); }
    if (c.coches && e.value === "") { e.closest(".option").hidden = attendu; }
    if (!c.def.depend || !c.coches) { e.disabled = Boolean(c.interdit); }
    else if (c.interdit) { e.disabled = true; }
  });
  if (c.def.type === "dateHeure") {
    const valeur = saisies(c)[0];
    montrerTexte(propre(c, ".instant"), valeur ? "Envoyé : " + valeur : "");
  }
}

function ecrire(noeud, retrait) {
  const echapper = function (t) {
    return t.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\r/g, "&#13;");
  };
  const espace = retrait ? "" : ' xmlns="' + echapper(modele.espace).replace(/"/g, "&quot;") + '"';
  const ouverture = retrait + "<" + noeud.nodeName + espace;
  if (!noeud.hasChildNodes()) { return ouverture + "/>\n"; }
  if (!noeud.firstElementChild) { return ouverture + ">" + echapper(noeud.textContent) + "</" + noeud.nodeName + ">\n"; }
  const enfants = Array.from(noeud.children).map(function (e) { return ecrire(e, retrait + "  "); });
  return ouverture + ">\n" + enfants.join("") + retrait + "</" + noeud.nodeName + ">\n";
}

function montrerXml(document_) {
  texteXml = '<?xml version="1.0" encoding="UTF-8"?>\n' + ecrire(document_.documentElement, "");
  page("xml").replaceChildren.apply(page("xml"), texteXml.split(/(<[^>]*>)/).filter(Boolean).map(function (morceau) {
    if (morceau[0] !== "<") { return document.createTextNode(morceau); }
    const balise = document.createElement("span");
    balise.className = "balise";
    balise.textContent = morceau;
    return balise;
  }));
}

function libelleComplet(erreur) {
  const parties = [];
  if (erreur.lieu.groupe) {
    const rang = erreur.lieu.groupe.occurrences.indexOf(erreur.lieu) + 1;
    parties.push(erreur.lieu.groupe.def.libelle + (erreur.lieu.groupe.def.max > 1 ? " " + rang : ""));
  }
  if (erreur.controle) { parties.push(erreur.controle.def.libelle); }
  return parties.join(" › ");
}

function cibleDuFocus(erreur) {
  const c = erreur.controle;
  if (!c) { return erreur.lieu.boite ? erreur.lieu.controles[0].entrees[0] : page("regles-vives"); }
  return c.occurrences ? c.boite.querySelector(".ajouter") : c.entrees.find(function (e) { return !e.disabled; }) || c.entrees[0];
}

function montrerResume(erreurs, avertissements) {
  page("erreurs").classList.toggle("reussite", erreurs.length === 0);
  lister("erreurs", erreurs, erreurs.length
    ? pluriel(erreurs.length, "erreur") + " à corriger" : "Le formulaire est complet : son message XML peut être déposé.");
  lister("avertissements", avertissements, pluriel(avertissements.length, "avertissement"));
  page("avertissements").hidden = !verifie || !avertissements.length;
}

/* Une boîte du haut de la page : son titre, et un lien vers le champ de chaque remarque. */
function lister(id, remarques, titre) {
  const boite = page(id);
  boite.hidden = !verifie;
  page(id + "-titre").textContent = titre;
  boite.querySelector("ul").replaceChildren.apply(boite.querySelector("ul"), remarques.map(function (erreur) {
    const lien = document.createElement("a");
    const libelle = libelleComplet(erreur);
    const cible = cibleDuFocus(erreur);
    lien.href = "#" + (erreur.controle ? erreur.controle.id : cible.id);
    lien.textContent = (libelle ? libelle + " : " : "") + erreur.message;
    lien.addEventListener("click", function (evenement) {
      evenement.preventDefault();
      if (!cible.hasAttribute("tabindex") && cible.tagName === "DIV") { cible.tabIndex = -1; }
      cible.focus();
      cible.scrollIntoView({ block: "center" });
    });
    const li = document.createElement("li");
    li.appendChild(lien);
    return li;
  }));
}

function montrerReglesVives(lieu, erreurs) {
  const boite = lieu.boite ? lieu.boite.querySelector(".regles-vives") : page("regles-vives");
  const messages = erreurs.filter(function (e) { return e.lieu === lieu && !e.controle && (e.montrer || verifie); });
  boite.replaceChildren.apply(boite, messages.map(function (e) {
    const p = document.createElement("p");
    p.className = "erreur";
    p.textContent = e.message;
    return p;
  }));
}

function montrerAvancement() {
  let exiges = 0;
  let remplis = 0;
  lieux().forEach(function (lieu) {
    lieu.controles.forEach(function (c) {
      if (!c.exige || c.interdit || c.occurrences) { return; }
      exiges += 1;
      remplis += vide(c) ? 0 : 1;
    });
  });
  page("avancement").max = exiges || 1;
  page("avancement").value = exiges ? remplis : 1;
  page("avancement-compte").textContent = remplis + " sur " + exiges;
}

function actualiser() {
  const etat = calculer();
  const annonces = [];
  lieux().forEach(function (lieu) {
    lieu.controles.forEach(function (c) {
      const erreur = etat.erreurs.find(function (e) { return e.controle === c && (e.montrer || verifie); });
      annonces.push.apply(annonces, montrerControle(c, erreur ? erreur.message : ""));
    });
    montrerReglesVives(lieu, etat.erreurs);
  });
  montrerResume(etat.erreurs, avertissementsDe());
  montrerAvancement();
  montrerXml(etat.document);
  const nombre = etat.erreurs.length;
  page("etat").textContent = nombre ? "Incomplet" : "Prêt à déposer";
  page("etat").className = "pastille " + (nombre ? "attente" : "active");
  if (annonces.length) { annoncer(annonces.join(" ")); }
  return etat;
}
