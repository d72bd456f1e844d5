// Keeps a list up to date: when the server says that something has changed, the list is asked for again.
"use strict";

(() => {
  const place = document.querySelector("[data-live]");
  if (!place || !window.EventSource) return;
  const note = document.getElementById("live-note");
  const source = new EventSource(place.dataset.live);
  let isAsking = false;

  source.addEventListener("change", async () => {
    if (isAsking) return;
    isAsking = true;
    try {
      const answer = await fetch(place.dataset.part, { redirect: "error", headers: { "Attune-Background": "1" } });
      if (!answer.ok) return;
      const text = await answer.text();
      const focused = place.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      place.replaceChildren(new DOMParser().parseFromString(text, "text/html").body);
      place.firstElementChild.replaceWith(...place.firstElementChild.childNodes);
      if (focused) place.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
      if (note) note.textContent = note.dataset.text;
    } catch {
      // The next change tries again.
    } finally {
      isAsking = false;
    }
  });
  addEventListener("pagehide", () => source.close());
})();
