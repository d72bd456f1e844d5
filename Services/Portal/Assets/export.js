// Saves a graph as SVG or as a picture. Without this script the page still has a link to the SVG file and can be printed.
//
// <div class="chart-tools" hidden data-svg="/the/standalone.svg" data-name="course">
//   <button type="button" data-export="svg">…</button> <button type="button" data-export="png">…</button>
//   <button type="button" data-export="print">…</button>
// </div>
"use strict";

(() => {
  // Twice the size on paper, so that print stays sharp.
  const scale = 2;

  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  const fetchGraph = async (address) => {
    const response = await fetch(address, { credentials: "same-origin" });
    if (!response.ok) throw new Error(String(response.status));
    return new Blob([await response.text()], { type: "image/svg+xml" });
  };

  const picture = async (svg) => {
    const image = new Image();
    image.src = URL.createObjectURL(svg);
    try {
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.naturalWidth * scale;
      canvas.height = image.naturalHeight * scale;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    } finally {
      URL.revokeObjectURL(image.src);
    }
  };

  for (const tools of document.querySelectorAll(".chart-tools[data-svg]")) {
    const name = tools.dataset.name || "graph";
    tools.hidden = false;
    tools.addEventListener("click", async (event) => {
      const kind = event.target.closest("[data-export]")?.dataset.export;
      if (!kind) return;
      if (kind === "print") return window.print();
      try {
        const svg = await fetchGraph(tools.dataset.svg);
        if (kind === "svg") save(svg, `${name}.svg`);
        else save(await picture(svg), `${name}.png`);
      } catch {
        // The server's own answer says more than a script could: go where the file is.
        window.location.assign(tools.dataset.svg);
      }
    });
  }
})();
