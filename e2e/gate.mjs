// The gate that every page goes through, all checks in one pass over the page
// (ux.md §7 and §8). E2E_SHOTS=FOLDER keeps pictures.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { accessible, calm, doubled, fits, markup, onPaper, promises, stage, stretched } from "./checks.mjs";

// free are windows that nobody uses now: to open one takes as long as all checks.
const free = [];

// examine gives every fault of a page.
export async function examine(engine, shot, used = new Set()) {
  const faults = await markup(shot);
  const window = free.pop() ?? await stage(engine);
  const page = await window.show(shot, faults);
  faults.push(...await promises(page), ...await accessible(page, "1280 light", used), ...await pictures(page, shot, 1280, "light"));
  await page.emulateMedia({ colorScheme: "dark" });
  faults.push(...await accessible(page, "1280 dark", used, true), ...await pictures(page, shot, 1280, "dark"));
  await page.setViewportSize({ width: 320, height: 700 });
  faults.push(...await accessible(page, "320 dark", used, true), ...await fits(page, "at 320"));
  await page.emulateMedia({ colorScheme: "light" });
  faults.push(...await accessible(page, "320 light", used), ...await stretched(page));
  await page.setViewportSize({ width: 390, height: 740 });
  faults.push(...await doubled(page), ...await calm(page), ...await pictures(page, shot, 390, "light"));
  await page.emulateMedia({ colorScheme: "dark" });
  await pictures(page, shot, 390, "dark");
  if (shot.paper) faults.push(...await onPaper(page));
  free.push(window);
  return [...new Set(faults)];
}

// pictures keeps what a page looks like, where that is asked for.
export async function pictures(page, shot, width, scheme) {
  if (!process.env.E2E_SHOTS) return [];
  mkdirSync(process.env.E2E_SHOTS, { recursive: true });
  const file = (what) => join(process.env.E2E_SHOTS, `${shot.name.replaceAll(/[^a-zåäö0-9]+/gi, "-")}-${what}.png`);
  await page.screenshot({ path: file(`${width}-${scheme}`), fullPage: true });
  if (shot.paper && scheme === "light" && width === 1280) {
    await page.emulateMedia({ media: "print" });
    await page.screenshot({ path: file("print"), fullPage: true });
    await page.emulateMedia({ media: "screen" });
  }
  return [];
}
