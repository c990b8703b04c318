// The officer's way: queue, case, worksheet, decision; and what the resident
// then reads. Who has no assignment sees nothing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, guest, h1, logIn, path, start } from "./town.mjs";
import { throughout } from "./keys.mjs";
import { begin, choose, fetchIncomes, fillIn, follow, handIn, openCase, press, sees, words } from "./walk.mjs";

let town, engine;
before(async () => {
  town = await start();
  engine = await browser();
});
after(async () => {
  await engine?.close();
  await town?.stop();
});

// applies hands in Anna's application, with one amount of her own.
async function applies(anna) {
  const { page } = anna;
  await logIn(town, anna, "Anna", { to: "/ansok/ekbist" });
  const draft = await begin(page);
  await fetchIncomes(page, draft);
  await page.getByRole("textbox", { name: /rätt belopp Allmänt barnbidrag/ }).fill("1 000");
  await choose(page, "Har du några inkomster?", "Ja");
  await press(page, "Jag har gått igenom beloppen och är klar");
  await fillIn(page, draft);
  await handIn(page, draft);
}

// M-06, M-36, M-40, M-72, M-74, M-87, M-95, S-24, S-28
test("Eva decides Anna's application, and Anna reads the decision and the calculation", async (t) => {
  const anna = await guest(engine, { js: false });
  const eva = await guest(engine);
  const { page } = eva;
  await applies(anna);

  await t.test("the queue and the case: three amounts beside each other, marked in a neutral word", async () => {
    await page.goto(town.ekbacka + "/handlaggare");
    assert.equal(path(page), "/handlaggare/logga-in", "the desk has a login of its own");
    await logIn(town, eva, "Eva", { staff: true, to: "here" });
    await sees(page, "Oöppnat");
    await sees(page, "Skiljer sig på en rad");
    await openCase(page, "Anna Berglund");
    await sees(page, "Anna Berglund");
    const row = page.getByRole("row").filter({ hasText: "Allmänt barnbidrag" }).first();
    assert.match(await row.innerText(), /1\s250\skr[\s\S]*1\s000\skr/, "the agency's and the applicant's amounts");
    assert.match(await row.innerText(), /Skiljer sig/);
    assert.doesNotMatch(await page.locator("main").innerText(), /fusk|fel belopp|bedrägeri/i, "a difference is not an accusation");
  });

  await t.test("the case can be worked through by keyboard, with the focus seen at every stop", async () => {
    const names = await throughout(page);
    for (const stop of ["Annat belopp, Allmänt barnbidrag", "Spara beräkningen", "Gå till beslut", "Skriv ett meddelande"]) {
      assert.ok(names.some((n) => n.includes(stop)), `Tab does not reach “${stop}”`);
    }
  });

  await t.test("a cost is approved in part, with a reason, and the sum follows", async () => {
    const sum = async () => (await page.getByRole("row").filter({ hasText: "Att betala ut" }).last().innerText()).replaceAll(/\D/g, "");
    const before = Number(await sum());
    assert.ok(before > 0, "there is nothing to pay");
    await page.getByRole("textbox", { name: /^Annat belopp, .*El$/ }).fill("400");
    await page.getByRole("textbox", { name: /^Skäl, .*El$/ }).fill("Skälig kostnad för el.");
    await press(page, "Spara beräkningen");
    await sees(page, "Beräkningen är sparad.");
    assert.equal(Number(await sum()), before - 50, "50 kr less approved is 50 kr less to pay");
  });

  const reasons = "Du får bistånd. Elkostnaden är högre än vad som är skäligt.";
  await t.test("nothing is refused before the applicant has been heard, or it is said why not (M-63)", async () => {
    await follow(page, "Gå till beslut");
    await choose(page, "Vad blir beslutet?", "Delvis bifall");
    await page.getByLabel("Skäl för beslutet").fill(reasons);
    await press(page, "Granska beslutet");
    await sees(page, "Det här måste lösas före beslut");
    assert.equal(await page.getByLabel("Skäl för beslutet").inputValue(), reasons, "what was written stands");
    await follow(page, "Gå till ärendet");
    await page.getByText("Anteckna kommunicering").click();
    await choose(page, "Vad har hänt?", "Det behövs inte");
    await page.getByLabel("Beskriv").fill("Beloppet är litet och uppgiften kommer från den sökande.");
    await page.locator("#kommunicering").getByRole("button", { name: "Spara" }).click();
    await sees(page, "Kommuniceringen är antecknad.");
  });

  await t.test("the decision is seen as the applicant will see it, before it is made", async () => {
    await follow(page, "Gå till beslut");
    await choose(page, "Vad blir beslutet?", "Delvis bifall");
    await page.getByLabel("Skäl för beslutet").fill(reasons);
    await press(page, "Granska beslutet");
    await sees(page, "Elkostnaden är högre");
    await press(page, "Fatta beslutet");
    await sees(page, "Beslutet är fattat.");
    await sees(page, "Den sökande har inte läst beslutet än.");
  });

  await t.test("Anna reads the decision, how it was counted and how to appeal", async () => {
    await anna.page.goto(town.ekbacka + "/arenden");
    await follow(anna.page, words("Ansökan för december 2026"));
    await sees(anna.page, "Ditt beslut är klart");
    await follow(anna.page, "Läs beslutet och beräkningen");
    assert.match(await h1(anna.page), words("Beslut för december 2026"));
    await sees(anna.page, "Så har vi räknat");
    await sees(anna.page, "Skälig kostnad för el.");
    assert.doesNotMatch(await anna.page.locator("main").innerText(), /inte prövat|inte tillfrågad/, "the officer's own notes are in the decision");
    await sees(anna.page, "Om du inte är nöjd");
    await sees(anna.page, "tre veckor från den dag");
    await sees(anna.page, "Eva Lind");
    await page.reload();
    await sees(page, "Den sökande läste beslutet");
  });
  assert.deepEqual(eva.faults, []);
  assert.deepEqual(anna.faults, []);
  await eva.close();
  await anna.close();
});

// M-70, M-123, S-24, I-13
test("who has no assignment, another role or a resident's login sees no case", async () => {
  for (const [name, leads] of [["Olof", "/handlaggare"], ["Karin", "/handlaggare/forslag/drift"]]) {
    const who = await guest(engine, { js: false });
    await logIn(town, who, name, { staff: true, to: "/handlaggare" });
    assert.equal(path(who.page), leads, "one is led to what one works with");
    if (name === "Olof") await sees(who.page, "Du har inga ärenden");
    assert.equal(await who.page.getByText("Anna Berglund").count(), 0);
    await who.close();
  }
  const kim = await guest(engine, { js: false });
  await logIn(town, kim, "Kim", { to: "/mina-sidor" });
  await kim.page.goto(town.ekbacka + "/handlaggare");
  assert.equal(path(kim.page), "/handlaggare/logga-in", "a resident's login opens nothing at the desk");
  await kim.close();
});
