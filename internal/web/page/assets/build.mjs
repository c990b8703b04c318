// Copies the parts of Designsystemet's style sheet that the pages use, with
// its licence, into assets/dist. Run by "make assets"; needs npm ci first.
// Without it the pages stand on our own style sheet.
import { mkdir, readFile, writeFile, copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const from = join(here, "../../../../node_modules/@digdir/designsystemet-css");
const to = join(here, "dist");

// Controls, where years of testing by others pay. Layout and the rest is ours.
const parts = ["base", "button", "input", "field", "fieldset", "tag", "dialog"];

const { version, license } = JSON.parse(await readFile(join(from, "package.json"), "utf8"));
let css = `/*! @digdir/designsystemet-css ${version}, ${license}: see LICENSE beside. Parts: ${parts.join(", ")}. */\n`;
for (const part of parts) {
  const body = await readFile(join(from, "dist/src", `${part}.css`), "utf8");
  const layer = part === "base" ? "ds.base" : "ds.components";
  css += `@layer ${layer}{${body.trim()}}\n`;
}
await mkdir(to, { recursive: true });
await writeFile(join(to, "designsystemet.css"), css);
await copyFile(join(from, "LICENSE"), join(to, "designsystemet.LICENSE.txt"));
console.log(`assets: designsystemet.css ${version}, ${css.length} bytes`);
