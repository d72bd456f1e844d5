// What every page can do with a script and need not have: a warning before somebody who is idle is signed out.
"use strict";

(() => {
  const body = document.body;
  const limit = Number(body.dataset.idleSeconds || 0) * 1000;
  const dialog = document.getElementById("idle-warning");
  if (!limit || !dialog) return;

  const warnAfter = Math.max(limit - 60_000, limit / 2);
  let lastSeen = Date.now();
  let lastTold = Date.now();

  const tell = () => {
    lastTold = Date.now();
    const form = new URLSearchParams({ _token: body.dataset.token });
    return fetch("/session", { method: "POST", body: form, redirect: "error" })
      .then((answer) => { if (answer.status === 403) location.reload(); })
      .catch(() => {});
  };

  const seen = () => {
    if (dialog.open) return;
    lastSeen = Date.now();
    // Reading and typing count as being there, though nothing is sent: say so now and then.
    if (lastSeen - lastTold > warnAfter / 3) tell();
  };
  for (const name of ["pointerdown", "keydown", "scroll", "input"]) {
    addEventListener(name, seen, { passive: true });
  }
  dialog.addEventListener("close", () => { lastSeen = Date.now(); tell(); });

  setInterval(() => {
    const idle = Date.now() - lastSeen;
    if (idle >= limit) location.assign(body.dataset.away || "/sign-in?to=" + encodeURIComponent(location.pathname + location.search));
    else if (idle >= warnAfter && !dialog.open) dialog.showModal();
  }, 1000);
})();
