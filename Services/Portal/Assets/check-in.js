// What a check-in gains by a script: lines to answer on, and answers that survive a bad connection. Without it the same
// forms are filled in with numbers and sent as forms are.
"use strict";

(() => {
  const prefix = "attune-check-in:";
  const longestKept = 24 * 3600 * 1000;

  // Storage may be switched off; then nothing is kept, and all else works.
  const kept = {
    read(name) {
      try { return JSON.parse(localStorage.getItem(prefix + name)); } catch { return null; }
    },
    write(name, fields) {
      try { localStorage.setItem(prefix + name, JSON.stringify({ at: Date.now(), fields })); } catch { /* full or off */ }
    },
    remove(test) {
      try {
        for (const name of Object.keys(localStorage)) {
          if (name.startsWith(prefix) && test(name.slice(prefix.length))) localStorage.removeItem(name);
        }
      } catch { /* off */ }
    },
  };
  kept.remove((name) => !(Date.now() - (kept.read(name)?.at ?? 0) < longestKept));

  // Whatever the summary shows has arrived or was put aside.
  const done = document.querySelector("[data-done]");
  if (done) kept.remove((name) => name.startsWith(done.dataset.done + ":"));

  const form = document.getElementById("answers");
  if (!form) return;
  const said = document.getElementById("send-state");
  const name = form.dataset.kept;

  // What the browser knows of other measures of this check-in was sent before this page came.
  if (name) kept.remove((other) => other !== name && other.startsWith(name.split(":")[0] + ":"));

  // ---- Lines

  const places = (text) => (text.split(".")[1] || "").length;

  function line(item) {
    const field = item.querySelector("input");
    const data = item.dataset;
    const [low, high, step] = [data.lowest, data.highest, data.step].map(Number);
    const digits = places(data.step);
    const middle = (low + high) / 2;
    const shown = (number) => number.toFixed(digits).replace(".", form.dataset.mark);
    const read = () => {
      const text = field.value.trim().replace(",", ".");
      const number = Number(text);
      return text !== "" && number >= low && number <= high ? number : null;
    };

    const slider = document.createElement("div");
    slider.className = "line";
    slider.id = field.id + "-line";
    slider.tabIndex = 0;
    slider.setAttribute("role", "slider");
    slider.setAttribute("aria-orientation", "horizontal");
    slider.setAttribute("aria-labelledby", field.id + "-label");
    const fault = document.getElementById(field.id + "-fault");
    if (fault) slider.setAttribute("aria-describedby", fault.id);
    slider.setAttribute("aria-valuemin", low);
    slider.setAttribute("aria-valuemax", high);
    if (field.getAttribute("aria-invalid")) slider.setAttribute("aria-invalid", "true");
    slider.innerHTML =
      '<svg aria-hidden="true"><line class="track" x1="14" x2="14" y1="50%" y2="50%"></line>' +
      '<circle class="thumb" r="14" cy="50%"></circle></svg>';
    const [track, thumb] = [slider.querySelector(".track"), slider.querySelector(".thumb")];
    const words = document.createElement("p");
    words.className = "line-said";
    words.setAttribute("aria-hidden", "true");
    item.querySelector(".ends span:first-child").textContent = data.lowEnd;
    item.querySelector(".ends span:last-child").textContent = data.highEnd;
    document.getElementById(field.id + "-hint").hidden = true;
    item.insertBefore(slider, field);
    item.insertBefore(words, field);
    const leads = field.autofocus;
    field.type = "hidden";
    const label = item.querySelector("label");
    label.removeAttribute("for");
    label.addEventListener("click", () => slider.focus());

    function text(number) {
      if (number === null) return form.dataset.none;
      const side = number === middle ? "middle" : (number > middle) === (data.better === "high") ? "good" : "hard";
      return form.dataset[side].replace("VALUE", shown(number)).replace("HIGHEST", shown(high));
    }

    function draw() {
      const number = read();
      const width = slider.clientWidth;
      track.setAttribute("x2", Math.max(14, width - 14));
      thumb.setAttribute("visibility", number === null ? "hidden" : "visible");
      if (number !== null) thumb.setAttribute("cx", 14 + ((number - low) / (high - low)) * Math.max(0, width - 28));
      // A slider must have a number; while there is no answer the words say so.
      slider.setAttribute("aria-valuenow", number ?? middle);
      slider.setAttribute("aria-valuetext", text(number));
      words.textContent = text(number);
    }

    function set(number) {
      const steps = Math.round((Math.min(high, Math.max(low, number)) - low) / step);
      field.value = (low + steps * step).toFixed(digits);
      slider.removeAttribute("aria-invalid");
      draw();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }

    const at = (event) => {
      const box = slider.getBoundingClientRect();
      return low + ((event.clientX - box.left - 14) / Math.max(1, box.width - 28)) * (high - low);
    };
    slider.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      slider.setPointerCapture(event.pointerId);
      slider.focus({ preventScroll: true });
      // A finger may be about to scroll: its answer counts when it is lifted or drawn sideways.
      if (event.pointerType === "mouse") set(at(event));
    });
    slider.addEventListener("pointermove", (event) => {
      if (slider.hasPointerCapture(event.pointerId)) set(at(event));
    });
    slider.addEventListener("pointerup", (event) => {
      if (slider.hasPointerCapture(event.pointerId)) set(at(event));
    });

    const page = Math.max(step, (high - low) / 10);
    const moves = {
      ArrowRight: step, ArrowUp: step, ArrowLeft: -step, ArrowDown: -step, PageUp: page, PageDown: -page,
    };
    slider.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const number = read();
      if (event.key === "Home") set(low);
      else if (event.key === "End") set(high);
      // The first key only puts the mark on the line, in its middle: no side goes before the other.
      else if (event.key in moves) set(number === null ? middle : number + moves[event.key]);
      else return;
      event.preventDefault();
    });

    addEventListener("resize", draw);
    field.redraw = draw;
    draw();
    if (leads) slider.focus();
  }

  for (const item of form.querySelectorAll("[data-line]")) line(item);

  // ---- Kept while it is filled in

  const fields = () => Object.fromEntries(
    [...new FormData(form)].filter(([field]) => field !== "_token"));
  const say = (text, isUrgent) => {
    const words = document.createElement("p");
    words.className = isUrgent ? "note watch" : "note";
    words.textContent = text;
    said.replaceChildren(words);
  };

  if (name) {
    const before = kept.read(name)?.fields;
    if (before && "fresh" in form.dataset && Object.values(before).some((value) => value !== "")) {
      for (const [field, value] of Object.entries(before)) {
        const control = form.elements[field];
        if (!control) continue;
        control.value = value;
        control.redraw?.();
      }
      say(said.dataset.restored);
    }
    form.addEventListener("input", () => kept.write(name, fields()));
  }

  // ---- Sent once, also over a bad connection

  let sending = null;

  async function send() {
    let answer;
    try {
      answer = await fetch(form.action, {
        method: "POST", body: sending.body, redirect: "manual", signal: AbortSignal.timeout(20_000),
      });
    } catch {
      return wait();
    }
    if ([502, 503, 504].includes(answer.status)) return wait();
    // The server leads on; it knows the answer again should it come twice. What is kept goes when the next page of the
    // check-in is there: where the session had ended meanwhile, it is still needed.
    if (answer.type === "opaqueredirect") return location.assign(form.dataset.next);
    // Something else is the matter; the page that says so comes by the ordinary way.
    form.inert = false;
    const choice = document.createElement("input");
    Object.assign(choice, { type: "hidden", name: sending.name, value: "1" });
    form.append(choice);
    form.submit();
  }

  function wait() {
    if (!sending.isWaiting) {
      sending.isWaiting = true;
      say(said.dataset.offline, true);
      said.focus();
      said.scrollIntoView({ block: "center" });
    }
    clearTimeout(sending.timer);
    sending.timer = setTimeout(send, 5000);
  }

  // Some browsers know when the connection is back; where they do not, the timer tries.
  addEventListener("online", () => {
    if (!sending?.isWaiting) return;
    clearTimeout(sending.timer);
    sending.timer = setTimeout(send, 0);
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (sending) return;
    const button = event.submitter?.name || "answer";
    const body = new URLSearchParams(new FormData(form));
    body.set(button, "1");
    sending = { body, name: button, isWaiting: false, timer: 0 };
    form.inert = true;
    say(said.dataset.sending);
    send();
  });

  // A page that comes back from the browser's memory is not sending any more.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
