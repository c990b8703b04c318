// Every page, as it was sent, held against what each must stand: axe at two
// widths in light and dark, html-validate, no sideways scroll at 320, WCAG's
// text spacing, text at 200 %, forced colours, reduced motion, paper, and what
// no tool looks for (ux.md §7 and §8; M-48, M-94, D-02).
//
// E2E_SHOTS=FOLDER keeps pictures of every page, 1280 and 390 px, light and dark.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, fits, markup, promises, recorder, replay, unusedDoubts } from "./checks.mjs";
import { examine, pictures } from "./gate.mjs";
import { mutants } from "./mutants.mjs";
import { browser, start } from "./town.mjs";
import { tour } from "./tour.mjs";

let town, engine;
const kept = new Map();
before(async () => {
  town = await start();
  engine = await browser();
});
after(async () => {
  await engine?.close();
  await town?.stop();
});

test("the tour past every page meets no console error under the content security policy", async () => {
  assert.deepEqual(await tour(engine, town, recorder(kept)), []);
  assert.ok(kept.size >= 60, `only ${kept.size} pages`);
  for (const shot of kept.values()) assert.match(shot.headers["content-security-policy"] ?? "", /^default-src 'none'/, shot.name);
});

test("every page", { concurrency: 2 }, async (t) => {
  const used = new Set();
  await Promise.all([...kept.values()].map((shot) => t.test(`page: ${shot.name}`, async () => {
    assert.deepEqual(await examine(engine, shot, used), []);
  })));
  assert.deepEqual(unusedDoubts(used, "services"), [], "axe-doubts.json excuses what no page has");
});

// Without npm there is no style sheet of Designsystemet, and the pages stand on
// our own: plainer, and as usable.
test("pages stand on our own style sheet alone", { concurrency: 2 }, async (t) => {
  const some = ["start", "section bostad, with faults", "incomes, a large amount", "receipt", "desk case", "decision"];
  await Promise.all(some.map((name) => t.test(`plain: ${name}`, async () => {
    const faults = [];
    const page = await replay(engine, kept.get(name), faults, /designsystemet/);
    faults.push(...await accessible(page, "1280 light"), ...await pictures(page, { name: `${name} plain` }, 1280, "light"));
    await page.setViewportSize({ width: 320, height: 700 });
    await page.emulateMedia({ colorScheme: "dark" });
    faults.push(...await fits(page, "at 320"), ...await accessible(page, "320 dark", new Set(), true));
    await page.context().close();
    assert.deepEqual(faults, []);
  })));
});

test("the checks catch seeded faults", { concurrency: 2 }, async (t) => {
  const clean = kept.get("case, an empty answer");
  const glance = async (shot) => {
    const faults = await markup(shot);
    const page = await replay(engine, shot, faults);
    faults.push(...await promises(page), ...await accessible(page, "1280 light"));
    await page.setViewportSize({ width: 320, height: 700 });
    faults.push(...await fits(page, "at 320"));
    await page.context().close();
    return faults;
  };
  assert.deepEqual(await glance(clean), [], "the page that the faults are put into must be whole");
  await Promise.all(mutants.map(([name, from, to, caught]) => t.test(`seeded: ${name}`, async () => {
    const body = clean.body.replace(from, to);
    assert.notEqual(body, clean.body, "the fault was not put in");
    const faults = (await glance({ ...clean, body })).join("\n");
    assert.match(faults, caught);
  })));
});
