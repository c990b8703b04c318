// The steps of an application, by what stands on the pages: legends, labels
// and buttons. A step that does not find its words fails.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { path } from "./town.mjs";

// press presses a button, or follows a link that looks like one, and waits for
// the page it leads to.
export async function press(page, name) {
  const button = page.getByRole("button", { name, exact: typeof name === "string" }).first();
  await Promise.all([page.waitForEvent("load"), button.click()]);
}

export async function follow(page, name) {
  await Promise.all([page.waitForEvent("load"), page.getByRole("link", { name }).first().click()]);
}

// turnsUp opens a page again and again until something stands on it: a case is
// made of what was handed in by an event, a moment later.
export async function turnsUp(page, address, what) {
  for (const until = Date.now() + 20_000; ; await page.waitForTimeout(250)) {
    await page.goto(address);
    if (await what.count()) return;
    assert.ok(Date.now() < until, `${path(page)} never shows ${what}`);
  }
}

// openCase opens a person's case from the officer's queue.
export async function openCase(page, name) {
  const link = page.getByRole("row").filter({ hasText: name }).getByRole("link").first();
  await turnsUp(page, page.url(), link);
  await Promise.all([page.waitForEvent("load"), link.click()]);
}

// words makes a pattern of a text in which any space is as good as another:
// amounts and dates are set with spaces that do not break.
export function words(text) {
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(/\s+/g, "\\s+"));
}

// sees waits until the page's main part says a text.
export async function sees(page, text) {
  const main = page.locator("main");
  await main.getByText(words(text)).first().waitFor().catch(() => {});
  assert.match(await main.innerText(), words(text), `${path(page)} does not say “${text}”`);
}

// sections with the person's answers: legend or label, and what to choose or
// write. Those that open more questions come back to the same page.
export const answers = {
  hushall: [["Är ni samma personer", "Ja"], ["Har det ändrats hur många dagar", "Jag har inga barn"]],
  bostad: [["Bor du kvar i samma bostad", "Ja"], ["Hyra per månad", "= 6 200"], ["Vad ingår i hyran?", "Värme"]],
  period: [["Är du i kommunen hela månaden?", "Ja"]],
  tillgangar: [["Har du några tillgångar?", "Nej"]],
  sysselsattning: [["Vad gjorde du under den senaste månaden?", "Jag var sjukskriven"], ["Gjorde du något mer?", "= Jag har varit på möten."]],
  "soker-for": [["Vad söker du för?", "Riksnormen och mina andra kostnader"], ["El", "= 450"], ["Medicin på recept", "= 230"], ["Ska pengarna till samma konto", "Ja"]],
};

// answer fills in what stands on the page now.
export async function answer(page, list) {
  for (const [question, value] of list) {
    if (value.startsWith("= ")) await page.getByLabel(words(question)).first().fill(value.slice(2));
    else await choose(page, question, value);
  }
}

// choose picks an option of a question, by its label, as one presses it.
export async function choose(page, question, option) {
  const group = page.getByRole("group", { name: words(question) });
  await group.locator("label").filter({ hasText: words(option) }).first().click();
}

// begin starts an application for a month, from the page that asks for it.
export async function begin(page, month = "december 2026") {
  await choose(page, "Vilken månad söker du för?", month);
  await press(page, "Börja ansökan");
  assert.match(path(page), /^\/ansokan\/[0-9A-Z]+$/);
  return page.url();
}

// fillIn answers every section but the incomes, and leaves each as done.
export async function fillIn(page, draft) {
  for (const [section, list] of Object.entries(answers)) {
    await page.goto(`${draft}/${section}`);
    await answer(page, list);
    await press(page, "Jag är klar med delen");
    if (section === "sysselsattning") {
      await sees(page, "Vi har några frågor till");
      await choose(page, "Hur mycket var du sjukskriven?", "50 procent");
      await press(page, "Jag är klar med delen");
    }
    assert.notEqual(path(page), new URL(`${draft}/${section}`).pathname, `${section} was not left`);
  }
}

// incomes fetches, waits for the answers, and goes back to the amounts.
export async function fetchIncomes(page, draft) {
  await page.goto(`${draft}/inkomster`);
  await press(page, /^Hämta/);
  for (let i = 0; i < 30 && (await page.getByText("Visa det som har kommit").count()); i++) {
    await page.waitForTimeout(500);
    await page.goto(`${draft}/inkomster/hamtning`);
  }
  await follow(page, "Visa beloppen");
}

// handIn reviews, approves and hands in. It gives the receipt's address.
export async function handIn(page, draft) {
  await page.goto(`${draft}/granska`);
  await page.locator("label").filter({ hasText: "Jag intygar" }).click();
  await press(page, "Godkänn");
  await press(page, "Lämna in");
  assert.match(path(page), /^\/kvitto\/[0-9A-Z]+$/);
  return page.url();
}

// photo is a small picture, as from a phone's camera.
export const photo = { name: "hyresavi.png", mimeType: "image/png",
  buffer: readFileSync(new URL("hyresavi.png", import.meta.url)) };
