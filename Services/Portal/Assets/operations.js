// Brings fresh figures into the page now and then. Nothing moves while somebody is in a table, has looked away, or has
// switched it off.
"use strict";

(() => {
  const figures = document.getElementById("figures");
  const choice = document.getElementById("refresh-self");
  if (!figures || !choice) return;
  document.getElementById("refresh-choice").hidden = false;

  const refresh = async () => {
    if (!choice.checked || document.hidden || figures.contains(document.activeElement)) return;
    try {
      const answer = await fetch(figures.dataset.address, {
        credentials: "same-origin", redirect: "error", headers: { "Attune-Background": "1" },
      });
      if (answer.ok) figures.innerHTML = await answer.text();
    } catch {
      // The figures say how old they are.
    }
  };
  setInterval(refresh, 15_000);
})();
