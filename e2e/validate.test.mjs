// Checking a signature as people do it: without script, with the keyboard
// alone, and with nothing left behind (S-06, ux.md P15, I-14).
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { tabTo } from "./keys.mjs";
import { browser, guest, h1, start } from "./town.mjs";

let town, engine;
before(async () => {
  town = await start();
  engine = await browser();
});
after(async () => {
  await engine?.close();
  await town?.stop();
});

const sample = (name) => join(town.samples, name);

// answer sends a file and gives what the page says first.
async function answer(page, file) {
  await page.goto(town.ekbacka + "/validera");
  await page.getByLabel("Välj en PDF-fil").setInputFiles(file);
  await page.getByRole("button", { name: "Kontrollera filen" }).first().click();
  return (await page.locator("main").innerText()).replaceAll(/\s+/g, " ");
}

// S-06, I-12: every answer without script, in its own words; the heading has
// the focus, so that a screen reader begins with it.
for (const js of [false, true]) {
  test(`each answer, script ${js ? "on" : "off"}`, async () => {
    const who = await guest(engine, { js });
    const { page } = who;
    await page.goto(town.ekbacka + "/");
    await page.getByRole("link", { name: "Kontrollera en underskrift" }).click();
    assert.equal(await h1(page), "Kontrollera en underskrift");
    for (const [file, words, look] of [
      ["underskriven.pdf", "Underskriften är giltig. Dokumentet är inte ändrat efter underskriften.", "yes"],
      ["tva-underskrifter.pdf", "Alla 2 underskrifter är giltiga.", "yes"],
      ["andrad-efterat.pdf", "Underskriften är inte giltig. Dokumentet har ändrats efter att det skrevs under.", "no"],
      ["okand-utfardare.pdf", "Vi kan inte avgöra om underskriften är giltig.", "unsure"],
      ["utan-underskrift.pdf", "Det finns ingen elektronisk underskrift i filen. En inskannad namnteckning räknas inte här.", "none"],
    ]) {
      const said = await answer(page, sample(file));
      assert.ok(said.includes(words), `${file}: ${said.slice(0, 300)}`);
      assert.equal(await page.locator(".k-answer").getAttribute("data-answer"), look);
      assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1", `${file}: the heading has not the focus`);
    }
    assert.deepEqual(await who.context.cookies(), [], "a cookie was set");
    assert.deepEqual(who.faults, []);
    await who.close();
  });
}

// ux P15: the four looks differ in frame and shape, not in colour alone.
test("the looks differ without colour", async () => {
  const who = await guest(engine, { js: false });
  const looks = [];
  for (const file of ["underskriven.pdf", "andrad-efterat.pdf", "okand-utfardare.pdf", "utan-underskrift.pdf"]) {
    await answer(who.page, sample(file));
    looks.push(await who.page.locator(".k-answer").evaluate((el) => {
      const { borderTopStyle, borderTopWidth, borderLeftWidth } = getComputedStyle(el);
      return { icon: el.querySelector("svg").innerHTML, frame: [borderTopStyle, borderTopWidth, borderLeftWidth].join(" ") };
    }));
  }
  assert.equal(new Set(looks.map((l) => l.icon)).size, 4);
  assert.equal(new Set(looks.map((l) => l.frame)).size, 4);
  await who.close();
});

// ux §7: the whole errand with the keyboard, and the report as a document.
test("with the keyboard alone, and the report saved", async () => {
  const who = await guest(engine, { acceptDownloads: true });
  const { page } = who;
  await page.goto(town.ekbacka + "/validera");
  await tabTo(page, "Välj en PDF-fil");
  await page.locator("input[type=file]:focus").setInputFiles(sample("underskriven.pdf")); // what the system's own dialogue does
  await tabTo(page, "Kontrollera filen");
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  assert.equal(await h1(page), "Underskriften är giltig.");
  await tabTo(page, "Tekniska uppgifter om filen");
  await page.keyboard.press("Enter");
  await page.getByText("Filens kontrollsumma").waitFor();
  await tabTo(page, "Spara rapporten som PDF");
  const download = page.waitForEvent("download");
  await page.keyboard.press("Enter");
  const saved = await (await download).path();
  assert.equal(readFileSync(saved).subarray(0, 5).toString(), "%PDF-");
  assert.deepEqual(who.faults, []);
  await who.close();
});

// ux P15, I-14: what cannot be used is said at the field, and the way back is
// the same page.
test("a file that cannot be used is explained", async () => {
  const who = await guest(engine, { js: false });
  const { page } = who;
  for (const [name, text, words] of [
    ["tom.pdf", "", "Filen är tom."],
    ["brev.pdf", "Hej!", "Filen är inte en PDF."],
    ["trasig.pdf", "%PDF-1.7\n1 0 obj", "Filen är skadad och går inte att läsa."],
  ]) {
    const said = await answer(page, { name, mimeType: "application/pdf", buffer: Buffer.from(text) });
    assert.ok(said.includes(words), `${name}: ${said}`);
    assert.match(await page.title(), /^Fel:/);
    assert.equal(await h1(page), "Kontrollera en underskrift");
  }
  const large = Buffer.alloc(51 * 1024 * 1024, 0x20);
  large.write("%PDF-1.7\n");
  const folder = mkdtempSync(join(tmpdir(), "validera-"));
  writeFileSync(join(folder, "stor.pdf"), large);
  const said = await answer(page, join(folder, "stor.pdf"));
  assert.ok(said.includes("Filen är för stor."), said);
  rmSync(folder, { recursive: true });
  await who.close();
});

// S-06: the interface for programs gives the same verdict, and no file is left
// where the town keeps its things.
test("programs get the same, and nothing is kept", async () => {
  const left = () => readdirSync(join(town.samples, ".."), { recursive: true }).filter((name) => /\.pdf$/.test(name)).length;
  const before = left();
  const ask = async (file, query = "") => {
    const response = await fetch(`${town.ekbacka}/api/validation/v1/validations${query}`, {
      method: "POST", headers: { "content-type": "application/pdf" }, body: readFileSync(sample(file)),
    });
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  };
  const valid = JSON.parse((await ask("underskriven.pdf", "?svt=true")).text);
  assert.equal(valid.verdict, "valid");
  assert.equal(valid.signatures[0].signer, "Anna Berglund");
  assert.equal(valid.svt.split(".").length, 3);
  assert.equal(JSON.parse((await ask("andrad-efterat.pdf")).text).verdict, "invalid");
  const xml = await ask("underskriven.pdf", "?report=etsi");
  assert.match(xml.type, /^application\/xml/);
  const info = await (await fetch(`${town.ekbacka}/api/validation/v1/api-info`)).json();
  assert.equal(info.apiStatus, "active");
  assert.equal(left(), before);
});
