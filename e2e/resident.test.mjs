// A resident's way from the start page to the receipt, as people do it: with
// a mouse, without scripts, on a small telephone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, guest, h1, logIn, path, start } from "./town.mjs";
import { answer, answers, begin, choose, fetchIncomes, fillIn, follow, handIn, photo, press, sees, turnsUp, words } from "./walk.mjs";

let town, engine;
before(async () => {
  town = await start();
  engine = await browser();
});
after(async () => {
  await engine?.close();
  await town?.stop();
});

// M-01, M-19, M-30, M-33, M-36, M-40, M-41, M-44, M-74, M-88, M-93, M-96, D-02, D-10
test("Anna applies with her own register data, from the start page to the receipt", async () => {
  const anna = await guest(engine);
  const { page } = anna;
  await page.goto(town.ekbacka);
  assert.equal(await h1(page), "Vad vill du göra?");
  await follow(page, "Ansökan om ekonomiskt bistånd");
  assert.equal(path(page), "/logga-in", "applying needs a login");
  await sees(page, "Logga aldrig in för att någon ringer och ber dig.");
  await logIn(town, anna, "Anna", { to: "here" });
  assert.equal(path(page), "/ansok/ekbist", "the login leads on to what she chose");
  const draft = await begin(page);
  await sees(page, "0 av 8 delar är klara.");

  await follow(page, "Dina inkomster");
  assert.doesNotMatch(await page.locator("main").innerText(), /1\s250\skr/, "nothing is fetched before the button");
  await sees(page, "Socialnämnden frågar Arbetsförmedlingen, CSN, Försäkringskassan, Pensionsmyndigheten och A-kassorna");
  await press(page, "Hämta");
  assert.equal(path(page), new URL(draft).pathname + "/inkomster/hamtning");
  await page.getByRole("link", { name: "Visa beloppen" }).click();
  const row = page.getByRole("row").filter({ hasText: "Allmänt barnbidrag" }).first();
  assert.match(await row.innerText(), /1\s250\skr/);
  await page.getByText(/^Visa \d+ utbetalningar/).first().click();
  await sees(page, "Utbetalt");
  const own = page.getByRole("textbox", { name: /rätt belopp Allmänt barnbidrag/ });
  assert.equal(await own.inputValue(), "", "the person's own field is empty");
  await own.fill("1 000");
  await choose(page, "Har du några inkomster?", "Ja");
  await press(page, "Jag har gått igenom beloppen och är klar");

  await fillIn(page, draft);
  await page.goto(`${draft}/verifikat`);
  await page.getByLabel("Hyresavi eller hyreskontrakt").setInputFiles(photo);
  await press(page, "Spara och stanna här");
  await sees(page, "hyresavi.png");
  await press(page, "Jag är klar med delen");
  assert.equal(path(page), new URL(draft).pathname + "/granska");
  await sees(page, "Du ändrade 1 belopp.");
  await sees(page, "Hämtat: 1 250 kr.");

  await page.locator("label").filter({ hasText: "Jag intygar" }).click();
  await press(page, "Godkänn");
  assert.equal(await h1(page), "Lämna in ansökan");
  await press(page, "Lämna in");
  assert.equal(await h1(page), "Din ansökan är inlämnad");
  await sees(page, "SN 2026-");
  assert.doesNotMatch(await page.locator("main").innerText(), /Vi behöver mer från dig/, "nothing was missing");
  await follow(page, "Följ ditt ärende");
  await sees(page, "Ansökan för december 2026");
  assert.deepEqual(anna.faults, []);
  await anna.close();
});

// M-125, I-6, I-14, D-02
test("Bo applies without scripts, though his unemployment fund does not answer", async () => {
  const bo = await guest(engine, { js: false });
  const { page } = bo;
  await page.goto(town.ekbacka);
  await follow(page, "Ansökan om ekonomiskt bistånd");
  await logIn(town, bo, "Bo", { to: "here" });
  const draft = await begin(page, "november 2026");
  await fetchIncomes(page, draft);
  await sees(page, "Svarar inte just nu");
  const fund = page.getByRole("row").filter({ hasText: "Arbetslöshetsersättning" }).first();
  assert.match(await fund.innerText(), /Kunde inte hämtas/);
  assert.doesNotMatch(await fund.innerText(), /0 kr|Inget att visa/, "not answered is neither nothing nor 0 kr");
  await page.getByRole("textbox", { name: /rätt belopp Arbetslöshetsersättning/ }).fill("9 450");
  await choose(page, "Har du några inkomster?", "Ja");
  await press(page, "Jag har gått igenom beloppen och är klar");
  await fillIn(page, draft);
  const receipt = await handIn(page, draft);
  assert.equal(await h1(page), "Din ansökan är inlämnad");
  await sees(page, "9 450 kr");
  await page.reload();
  assert.equal(page.url(), receipt, "the receipt survives a reload");
  assert.equal(await h1(page), "Din ansökan är inlämnad");
  assert.deepEqual(bo.faults, []);
  await bo.close();
});

// M-32, M-73, ux §7: an incomplete application is received, on a telephone.
for (const [name, width] of [["Tolvan", 390], ["Farid", 320]]) {
  test(`${name} hands in an incomplete application on a screen ${width} px wide`, async () => {
    const who = await guest(engine, { width, height: 740, hasTouch: true });
    const { page } = who;
    const fits = async () => assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, `${path(page)} scrolls sideways`);
    await page.goto(town.ekbacka);
    await fits();
    await page.goto(town.ekbacka + "/logga-in");
    await fits();
    await logIn(town, who, name, { to: "/ansok/ekbist" });
    await fits();
    const draft = await begin(page);
    await fits();
    await fetchIncomes(page, draft);
    for (const text of await page.locator("summary:visible").all()) await text.click();
    await fits();
    for (const section of [...Object.keys(answers), "verifikat"]) {
      await page.goto(`${draft}/${section}`);
      await fits();
    }
    await page.goto(`${draft}/bostad`);
    await answer(page, answers.bostad);
    await press(page, "Jag är klar med delen");
    await page.goto(`${draft}/granska`);
    await sees(page, "Det här saknas");
    await fits();
    await handIn(page, draft);
    await sees(page, "Vi behöver mer från dig");
    await fits();
    await turnsUp(page, town.ekbacka + "/arenden", page.getByRole("link", { name: words("Ansökan för december") }));
    await fits();
    await follow(page, "Ansökan för december");
    await sees(page, "Svara senast");
    await fits();
    assert.deepEqual(who.faults, []);
    await who.close();
  });
}

// M-03, M-53, M-73, D-02
test("Greta and Hans are turned away kindly, with a way to go instead", async () => {
  for (const [name, why] of [["Greta", "Ni är två vuxna i hushållet"], ["Hans", "Vi hittar inget pågående ärende"]]) {
    const who = await guest(engine, { js: false });
    await logIn(town, who, name, { to: "/ansok/ekbist" });
    assert.equal(await h1(who.page), why);
    await sees(who.page, "Så söker du i stället");
    await sees(who.page, "0000-12 34 56");
    await sees(who.page, "Har du inte pengar till mat i dag?");
    assert.deepEqual(who.faults, []);
    await who.close();
  }
});

// M-54, M-104, I-11: what a protected person sees says nothing of why.
test("Cecilia, Dina and Irja see the same words", async () => {
  const seen = {};
  for (const name of ["Cecilia", "Dina", "Irja"]) {
    const who = await guest(engine, { js: false });
    await logIn(town, who, name, { to: "/ansok/ekbist" });
    const draft = await begin(who.page);
    await fetchIncomes(who.page, draft);
    const text = await who.page.locator("main").innerText();
    seen[name] = text.replaceAll(/kl\.\s\d\d\.\d\d/g, "kl.");
    assert.deepEqual(who.faults, []);
    await who.close();
  }
  assert.match(seen.Cecilia, /Inget att visa/);
  assert.equal(seen.Dina, seen.Cecilia);
  assert.equal(seen.Irja, seen.Cecilia);
});
