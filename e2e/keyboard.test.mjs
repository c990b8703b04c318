// The whole way by keyboard alone: Tab, Shift+Tab, Enter, Space and arrows. At
// every stop the focus must be seen: an outline, inside the window, and not
// behind anything (WCAG 2.1.1, 2.4.3, 2.4.7, 2.4.11).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, guest, h1, path, phone, start } from "./town.mjs";
import { move, stop, tabTo, throughout } from "./keys.mjs";
import { fetchIncomes, sees, words } from "./walk.mjs";

let town, engine;
before(async () => {
  town = await start();
  engine = await browser();
});
after(async () => {
  await engine?.close();
  await town?.stop();
});

// enter follows what has the focus.
async function enter(page) {
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}

// pick chooses an option of a question with the arrows.
async function pick(page, question, option) {
  let s = await tabTo(page, question);
  await page.keyboard.press("Space");
  for (let i = 0; i < 10 && !words(option).test(s.name); i++) s = await move(page, "ArrowDown");
  assert.match(s.name, words(option));
  assert.equal(await page.evaluate(() => document.activeElement.checked), true);
}

// M-29, M-33, M-36, M-41, M-93, ux §7
test("Jonas applies with the keyboard alone", async () => {
  const jonas = await guest(engine, { width: 1280, height: 800 });
  const { page } = jonas;
  await page.goto(town.ekbacka);
  const first = await move(page);
  assert.equal(first.name, "Hoppa till innehållet", "the skip link comes first");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "innehall", "the skip link moves the focus");
  assert.equal((await move(page)).name, "Ansökan om ekonomiskt bistånd", "the next stop is in the content");
  assert.equal((await move(page)).name, "Följ ditt ärende");
  assert.equal((await move(page, "Shift+Tab")).name, "Ansökan om ekonomiskt bistånd");
  await enter(page);

  await tabTo(page, "Visa QR-kod");
  await enter(page);
  await phone(town, "Jonas");
  await page.waitForURL(/\/ansok\/ekbist$/);
  await pick(page, "Vilken månad söker du för?", "december 2026");
  await tabTo(page, "Börja ansökan");
  await enter(page);
  const draft = page.url();

  await tabTo(page, "Din bostad");
  await enter(page);
  await pick(page, "Bor du kvar i samma bostad", "Ja");
  await tabTo(page, "Hyra per månad");
  await page.keyboard.type("5400");
  await tabTo(page, "Värme");
  await page.keyboard.press("Space");
  await tabTo(page, "Jag är klar med delen");
  await enter(page);
  assert.equal(path(page), new URL(draft).pathname + "/period");

  await fetchIncomes(page, draft);
  await tabTo(page, "utbetalning");
  await page.keyboard.press("Enter");
  await sees(page, "Utbetalt");
  await tabTo(page, "Skriv en kommentar");
  await page.keyboard.press("Enter");
  await tabTo(page, "Kommentar om");
  await page.keyboard.type("Jag slutade i mitten av månaden");
  await tabTo(page, "Spara och stanna här");
  await enter(page);
  await sees(page, "Sparat.");

  await tabTo(page, "Godkänn/skriv ut");
  await enter(page);
  assert.equal(await h1(page), "Granska din ansökan");
  await tabTo(page, "Jag intygar");
  await page.keyboard.press("Space");
  await tabTo(page, "Godkänn");
  await enter(page);
  await tabTo(page, "Lämna in");
  await enter(page);
  assert.equal(await h1(page), "Din ansökan är inlämnad");
  assert.deepEqual(jonas.faults, []);
  await jonas.close();
});

// ux §7: every stop of every kind of page can be seen, in the dark and on a
// small screen too, and Tab goes in the order of the page and comes to an end.
for (const [width, scheme] of [[1280, "light"], [390, "dark"]]) {
  test(`the focus is seen at every stop, ${width} px and ${scheme}`, async () => {
    const who = await guest(engine, { width, height: 740, scheme });
    const { page } = who;
    let stops = 0;
    for (const at of ["/", "/logga-in", "/hjalp", "/tillganglighet", "/ansok/ekbist"]) {
      await page.goto(town.havsnas + at);
      const names = await throughout(page);
      assert.equal(names[0], "Hoppa till innehållet");
      assert.ok(names.includes("Hjälp"), `no way to help at ${at}`);
      stops += names.length;
    }
    assert.ok(stops > 60, `only ${stops} stops`);
    assert.deepEqual(who.faults, []);
    await who.close();
  });
}

// M-29, ux P19, WCAG 2.2.1: five minutes before the login ends a dialog says
// so, takes the focus, and one press gives a new half hour.
test("the login is prolonged from the dialog with one key", async () => {
  const kim = await guest(engine);
  const { page } = kim;
  await page.clock.install();
  await page.goto(town.ekbacka + "/logga-in?till=/mina-sidor");
  await page.getByRole("button", { name: "Visa QR-kod" }).click();
  await phone(town, "Kim");
  for (let i = 0; i < 20 && path(page) !== "/mina-sidor"; i++) {
    await page.clock.runFor(2000);
    await page.waitForTimeout(500);
  }
  assert.equal(await h1(page), "Mina sidor");
  const dialog = page.getByRole("dialog", { name: "Du loggas snart ut" });
  assert.equal(await dialog.isVisible(), false);
  await page.clock.fastForward("25:30");
  await page.clock.runFor(1500);
  await dialog.waitFor();
  const s = await page.evaluate(stop);
  assert.equal(s.name, "Fortsätt vara inloggad", "the focus is in the dialog");
  assert.ok(s.outlined && s.inside && s.free);
  const prolonged = page.waitForResponse((r) => r.url().endsWith("/forlang"));
  await page.keyboard.press("Enter");
  assert.equal((await prolonged).status(), 204);
  await dialog.waitFor({ state: "hidden" });
  await page.clock.fastForward("20:00");
  await page.clock.runFor(1500);
  assert.equal(await dialog.isVisible(), false, "the half hour is new");
  assert.deepEqual(kim.faults, []);
  await kim.close();
});
