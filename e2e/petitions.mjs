// The steps of an e-petition, by names of fields, addresses and roles: for the
// journeys and for the tour.
import assert from "node:assert/strict";
import { fits } from "./checks.mjs";
import { h1, inTurn, path, phone } from "./town.mjs";

// put fills in what stands on the page, by the names of the fields.
export async function put(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = page.locator(`main [name="${name}"]`);
    if ((await field.first().getAttribute("type")) === "radio") await page.locator(`main [name="${name}"][value="${value}"]`).check();
    else if (value === true) await field.check();
    else if ((await field.evaluate((f) => f.tagName)) === "SELECT") await field.selectOption(value);
    else await field.fill(value);
  }
}

// send presses the button of the form that goes to an address, or another of
// its buttons, and waits for the page it leads to.
export async function send(page, action = path(page), button = "button:not([formaction])") {
  const one = page.locator(`main form[action$="${action}"]`).locator(button).first();
  await Promise.all([page.waitForEvent("load"), one.click()]);
}

// go follows a link of the page by where it leads.
export async function go(page, href) {
  await Promise.all([page.waitForEvent("load"), page.locator(`main a[href*="${href}"]`).first().click()]);
}

// letter waits for the newest letter to somebody that holds a link, and gives
// the link: what the person would press in the mail program.
export async function letter(town, to, link) {
  for (const until = Date.now() + 15_000; ; await new Promise((r) => setTimeout(r, 200))) {
    const list = await (await fetch(town.mail)).text();
    for (const [, who, at] of list.matchAll(/<tr><td>([^<]*)<\/td><td><a href="([^"]+)"/g)) {
      if (!who.includes(to)) continue;
      const found = (await (await fetch(new URL(at, town.mail))).text()).match(new RegExp(`href="([^"]*${link}[^"]*)"`));
      if (found) return found[1].replaceAll("&amp;", "&");
    }
    assert.ok(Date.now() < until, `no letter to ${to} with ${link}`);
  }
}

// letters counts the letters to somebody.
export async function letters(town, to) {
  return (await (await fetch(town.mail)).text()).split(`<td>${to}</td>`).length - 1;
}

// propose writes a proposal and sends it, and gives the proposer's own address.
export async function propose(page, at, { title, what, why = "", mail = "" }) {
  await page.goto(at + "/lamna-forslag");
  await put(page, { rubrik: title, vad: what, varfor: why, tid: "0-60", epost: mail });
  await send(page, "/lamna-forslag/granska");
  await send(page, "/lamna-forslag/skicka");
  return new URL(await page.locator('main a[href*="/mitt-forslag/"]').first().getAttribute("href"), at).href;
}

// find opens a petition from the public list, or from the moderators' queue.
export async function find(page, at, title) {
  await page.goto(at);
  const link = page.locator("main").getByRole("link", { name: title }).first();
  await Promise.all([page.waitForEvent("load"), link.click()]);
  return page.url();
}

// take opens a proposal that waits and takes it to read.
export async function take(page, at, title) {
  const sheet = await find(page, at + "/handlaggare/forslag", title);
  await send(page, "/las");
  return sheet;
}

// decide opens one of the decisions on the sheet, fills it in and looks at the
// preview.
export async function decide(page, slug, values) {
  const form = page.locator(`details#${slug}`);
  if (!(await form.evaluate((d) => d.open))) await form.locator("summary").first().click();
  await put(page, Object.fromEntries(Object.entries(values).map(([k, v]) => [`${slug}.${k}`, v])));
  await Promise.all([page.waitForEvent("load"), form.locator("[formaction$=granska], form[action$=granska] button").first().click()]);
}

// publish publishes an accepted proposal with what the form suggests.
export async function publish(page, sheet, values = {}) {
  await page.goto(sheet + "/publicera");
  await put(page, values);
  await send(page, "/publicera/granska");
  await send(page, "/publicera");
}

// toVote goes from a petition's page through the e-ID to the page where one
// votes, and stands there. begun has been called when the code is shown.
export async function toVote(town, who, petition, name, act = "approve") {
  const { page } = who;
  if (petition) await page.goto(petition);
  await inTurn(town, async () => {
    await send(page, "/rosta/logga-in", "button[value=annan]");
    await answer(town, who, name, act);
  });
}

// answer lets the telephone answer the code on the page, and follows to where
// that leads.
export async function answer(town, who, name, act = "approve") {
  const { page } = who;
  assert.match(path(page), /^\/rosta\/logga-in\//);
  await phone(town, name, act);
  for (let i = 0; i < 20 && !path(page).endsWith("/klar"); i++) {
    if (who.js) await page.waitForURL(/\/klar$/, { timeout: 1000 }).catch(() => {});
    else {
      await page.waitForTimeout(400);
      await Promise.all([page.waitForEvent("load"), page.locator('main a[href="?"]').first().click()]);
    }
  }
  await page.waitForLoadState();
  assert.match(path(page), /\/klar$/, `${name} did not come through the login`);
}

// ear hears everything a browser asks for and everything it is given to keep.
export function ear(context) {
  const heard = { hosts: new Set(), cookies: new Set() };
  context.on("request", (r) => {
    if (!r.url().startsWith("data:")) heard.hosts.add(new URL(r.url()).host);
  });
  context.on("response", async (r) => {
    const set = (await r.headersArray().catch(() => [])).filter((h) => h.name.toLowerCase() === "set-cookie");
    for (const h of set) heard.cookies.add(h.value.split("=")[0]);
  });
  return heard;
}

// soon opens a page again and again until something holds: pages are prepared
// some seconds ahead, and what closes does so within a minute.
export async function soon(page, address, holds, what, within = 90_000) {
  for (const until = Date.now() + within; ; await page.waitForTimeout(1000)) {
    await page.goto(address);
    if (await holds(page)) return;
    assert.ok(Date.now() < until, `${path(page)} never shows ${what}`);
  }
}

// narrow asserts that the page fits its window.
export const narrow = async (page) => assert.deepEqual(await fits(page, path(page)), []);

// refused is a page that says no, that nothing was counted, and a way on.
export async function refused(page, why, petition) {
  assert.match(await h1(page), why);
  assert.match(await page.locator("main").innerText(), /Ingen röst har räknats/);
  assert.equal(await page.locator('input[name="biljett"]').count(), 0, "one can vote all the same");
  assert.ok(await page.locator(`main a[href="${new URL(petition).pathname}"]`).count(), "no way back");
  await narrow(page);
}
