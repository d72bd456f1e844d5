// Checks the proof that a page shows, from what stands in the page and nothing else: the content against the leaf, the
// leaf against the root (RFC 9162, 2.1.3.2), the root against the checkpoint's note, the note against the log's keys.
"use strict";

(() => {
  const table = document.getElementById("proof-checks");
  const said = document.getElementById("proof-said");
  const again = document.getElementById("proof-again");
  const proof = document.getElementById("proof");
  if (!table || !proof) return;

  const text = (id) => document.getElementById(id).textContent;
  const utf8 = (string) => new TextEncoder().encode(string);
  const bytes = (base64) => Uint8Array.from(atob(base64.trim()), (c) => c.charCodeAt(0));
  const equal = (a, b) => a.length === b.length && a.every((byte, place) => byte === b[place]);
  const joined = (...parts) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let place = 0;
    for (const part of parts) { all.set(part, place); place += part.length; }
    return all;
  };
  const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
  const node = (left, right) => sha256(Uint8Array.of(1), left, right);

  // The leaf: a version byte, then nine fields, each behind its length in four bytes.
  const fields = (leaf) => {
    const view = new DataView(leaf.buffer);
    const found = [];
    if (view.getUint8(0) !== 1) throw new Error("unknown form of a leaf");
    for (let place = 1; place < leaf.length;) {
      const length = view.getUint32(place);
      found.push(leaf.slice(place + 4, place + 4 + length));
      place += 4 + length;
    }
    if (found.length !== 9) throw new Error("not a leaf");
    return found;
  };
  const uuid = (id) => bytes(btoa(id.replaceAll("-", "").match(/../g).map((h) => String.fromCharCode(parseInt(h, 16))).join("")));
  const number = (field) => new DataView(field.buffer).getBigInt64(0);

  const content = async () => {
    const [, event, type, episode, version, site, , , digest] = fields(bytes(text("proof-leaf")));
    const shown = proof.dataset;
    return equal(event, uuid(shown.event)) && equal(type, utf8(shown.type)) && equal(episode, uuid(shown.episode))
      && number(version) === BigInt(shown.version) && equal(site, utf8(shown.site))
      && equal(digest, await sha256(bytes(text("proof-payload"))));
  };

  const path = async () => {
    let place = BigInt(text("proof-index"));
    let last = BigInt(text("proof-size")) - 1n;
    if (place < 0n || place > last) return false;
    let hash = await sha256(Uint8Array.of(0), bytes(text("proof-leaf")));
    for (const item of document.querySelectorAll("#proof-path code")) {
      if (last === 0n) return false;
      const sibling = bytes(item.textContent);
      if (place & 1n || place === last) {
        hash = await node(sibling, hash);
        while (!(place & 1n) && place > 0n) { place >>= 1n; last >>= 1n; }
      } else {
        hash = await node(hash, sibling);
      }
      place >>= 1n;
      last >>= 1n;
    }
    return last === 0n && equal(hash, bytes(text("proof-root")));
  };

  const parts = () => {
    const whole = text("proof-note");
    const end = whole.lastIndexOf("\n\n");
    if (end < 0) throw new Error("not a note");
    return { body: whole.slice(0, end + 1), lines: whole.slice(end + 2).split("\n").filter((line) => line) };
  };

  const note = async () => {
    const [, size, root] = parts().body.split("\n");
    return size === text("proof-size").trim() && equal(bytes(root), bytes(text("proof-root")));
  };

  // True, false, or null where this browser does not know Ed25519.
  const signature = async () => {
    const { body, lines } = parts();
    const [origin, size] = body.split("\n");
    let valid = false;
    for (const item of document.querySelectorAll("#proof-keys code")) {
      const [name, id, ...rest] = item.textContent.trim().split("+");
      const key = bytes(rest.join("+"));
      if (key[0] !== 1 || key.length !== 33 || name !== origin) continue;
      const expected = (await sha256(utf8(name + "\n"), key)).slice(0, 4);
      if ([...expected].map((byte) => byte.toString(16).padStart(2, "0")).join("") !== id) return false;
      const until = item.dataset.until;
      if (until && BigInt(size) > BigInt(until)) continue;
      for (const line of lines) {
        const [dash, signer, encoded] = line.split(" ");
        const signed = bytes(encoded);
        if (dash !== "—" || signer !== name || !equal(signed.slice(0, 4), expected)) continue;
        let known;
        try {
          known = await crypto.subtle.importKey("raw", key.slice(1), "Ed25519", false, ["verify"]);
        } catch {
          return null;
        }
        // A false signature in the name of a known key spoils the note.
        if (!await crypto.subtle.verify("Ed25519", known, signed.slice(4), utf8(body))) return false;
        valid = true;
      }
    }
    return valid;
  };

  const show = (name, holds) => {
    const place = table.querySelector(`[data-check="${name}"]`);
    place.textContent = holds === null ? table.dataset.unknown : holds ? table.dataset.holds : table.dataset.fails;
    place.className = "tag " + (holds === null ? "plain" : holds ? "good" : "act");
  };

  const check = async () => {
    const results = [];
    for (const [name, work] of Object.entries({ content, path, note, signature })) {
      let holds = false;
      // What cannot be read is not proved.
      try { holds = await work(); } catch { holds = false; }
      show(name, holds);
      results.push(holds);
    }
    const outcome = results.includes(false) ? "bad" : results.includes(null) ? "partly" : "good";
    said.textContent = said.dataset[outcome];
    said.className = "note " + { bad: "act", partly: "watch", good: "good" }[outcome];
    said.dataset.outcome = outcome;
  };

  if (!window.crypto?.subtle) {
    said.textContent = said.dataset.insecure;
    return;
  }
  again.hidden = false;
  again.addEventListener("click", check);
  check();
})();
