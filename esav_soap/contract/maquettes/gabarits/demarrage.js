/* Démarrage : les gestes de la personne. */
function controleDe(element) {
  let trouve = null;
  lieux().forEach(function (lieu) {
    lieu.controles.forEach(function (c) { if (c.entrees && c.entrees.indexOf(element) >= 0) { trouve = c; } });
  });
  return trouve;
}

function toucher(evenement) {
  const controle = controleDe(evenement.target);
  if (!controle) { return; }
  /* Quitter un champ vide sans y avoir rien écrit n'est pas une faute : on ne gronde qu'après une saisie. */
  if (evenement.type === "change" || !vide(controle)) { controle.touche = true; }
  actualiser();
}

function retirerOccurrence(groupe, occurrence) {
  groupe.occurrences.splice(groupe.occurrences.indexOf(occurrence), 1);
  occurrence.boite.remove();
  groupe.touche = true;
  numeroter(groupe);
  actualiser();
  annoncer("« " + groupe.def.libelle + " » retiré ; il en reste " + groupe.occurrences.length + ".");
  groupe.boite.querySelector(".ajouter").focus();
}

function garnir(groupe) {
  while (groupe.occurrences.length > groupe.def.min) { groupe.occurrences.pop().boite.remove(); }
  while (groupe.occurrences.length < groupe.def.min) { ajouterOccurrence(groupe); }
  numeroter(groupe);
}

function effacer() {
  verifie = false;
  formulaire.reset();
  racine.controles.forEach(function (c) {
    c.touche = false;
    if (c.occurrences) {
      c.occurrences.splice(0).forEach(function (o) { o.boite.remove(); });
      garnir(c);
    }
  });
  actualiser();
  annoncer("Le formulaire est effacé.");
}

function copier() {
  const fini = function () { annoncer("Message XML copié."); page("copier").textContent = "Copié"; };
  const autrement = function () {
    getSelection().selectAllChildren(page("xml"));
    if (document.execCommand("copy")) { fini(); } else { annoncer("Le message est sélectionné : le copier au clavier."); }
  };
  if (navigator.clipboard) { navigator.clipboard.writeText(texteXml).then(fini, autrement); } else { autrement(); }
}

function telecharger() {
  const adresse = URL.createObjectURL(new Blob([texteXml], { type: "application/xml" }));
  const lien = document.createElement("a");
  lien.href = adresse;
  lien.download = modele.nom + ".xml";
  lien.click();
  setTimeout(function () { URL.revokeObjectURL(adresse); }, 1000);
}

formulaire.noValidate = true;
racine.controles.forEach(function (c) {
  if (!c.occurrences) { return; }
  garnir(c);
  c.boite.querySelector(".ajouter").addEventListener("click", function () {
    const occurrence = ajouterOccurrence(c);
    numeroter(c);
    c.touche = true;
    actualiser();
    annoncer("« " + c.def.libelle + " » ajouté.");
    occurrence.controles[0].entrees[0].focus();
  });
});
formulaire.addEventListener("input", function () { page("copier").textContent = "Copier"; actualiser(); });
formulaire.addEventListener("change", toucher);
formulaire.addEventListener("focusout", toucher);
formulaire.addEventListener("submit", function (evenement) {
  evenement.preventDefault();
  verifie = true;
  actualiser();
  page("erreurs").focus();
});
page("effacer").addEventListener("click", effacer);
page("copier").addEventListener("click", copier);
page("telecharger").addEventListener("click", telecharger);
document.querySelectorAll(".sommaire a").forEach(function (lien) {
  lien.addEventListener("click", function () { if (lien.hash === "#page-message") { page("message").open = true; } });
});
actualiser();
