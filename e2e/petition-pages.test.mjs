// Every page about e-petitions, in every state that people can bring one to,
// through the same gate as all others (ux.md §7, P11–P13 and P17; D-02).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { recorder, unusedDoubts } from "./checks.mjs";
import { examine } from "./gate.mjs";
import { petitionTour } from "./petition-tour.mjs";
import { browser, start } from "./town.mjs";

let town, engine;
const kept = new Map();
before(async () => {
  [town, engine] = await Promise.all([start({ logins: 1 }), browser()]);
});
after(async () => {
  await engine?.close();
  await town?.stop();
});

test("the tour past every page about e-petitions meets no console error", async () => {
  assert.deepEqual(await petitionTour(engine, town, recorder(kept)), []);
  assert.ok(kept.size >= 150, `only ${kept.size} pages`);
  for (const shot of kept.values()) {
    assert.match(shot.headers["content-security-policy"] ?? "", /^default-src 'none'/, shot.name);
    assert.ok(shot.status < 500 || shot.status === 503 && /closed|off/.test(shot.name), `${shot.name}: ${shot.status}`);
  }
});

test("every page about e-petitions", { concurrency: 2 }, async (t) => {
  const used = new Set();
  await Promise.all([...kept.values()].map((shot) => t.test(`page: ${shot.name}`, async () => {
    assert.deepEqual(await examine(engine, shot, used), []);
  })));
  assert.deepEqual(unusedDoubts(used, "petitions"), [], "axe-doubts.json excuses what no page has");
});
