// The whole way by keyboard alone: Tab, Shift+Tab, Enter, Space and arrows. At
// every stop the focus must be seen: an outline, inside the window, and not
// behind anything (WCAG 2.1.1, 2.4.3, 2.4.7, 2.4.11).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, guest, h1, path, phone, start } from "./town.mjs";
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

// stop tells where the focus is and whether it can be seen.
function stop() {
  const el = document.activeElement;
  const box = el.getBoundingClientRect();
  const drawn = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && style.outlineColor !== "rgba(0, 0, 0, 0)";
  const at = document.elementFromPoint(box.left + Math.min(box.width / 2, 40), box.top + box.height / 2);
  const label = el.labels?.[0];
  return {
    what: el.tagName.toLowerCase() + (el.type ? `[${el.type}]` : ""),
    name: (el.getAttribute("aria-label") || label?.innerText || el.innerText || el.name || "").replaceAll(/\s+/g, " ").trim(),
    group: el.closest("fieldset")?.querySelector("legend")?.innerText.replaceAll(/\s+/g, " ") ?? "",
    outlined: drawn(getComputedStyle(el)) || el.matches("[type=radio], [type=checkbox]") && drawn(getComputedStyle(el.parentElement)),
    inside: box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth || box.height > innerHeight,
    free: !!at && (el.contains(at) || at.contains(el) || !!label?.contains(at)),
  };
}

// move presses a key and says where the focus came, having looked at it.
async function move(page, key = "Tab") {
  await page.keyboard.press(key);
  const s = await page.evaluate(stop);
  if (s.what === "body") return s; // past the last stop
  assert.ok(s.outlined, `no visible focus on ${s.what} “${s.name}” at ${path(page)}`);
  assert.ok(s.inside, `the focus is outside the window on ${s.what} “${s.name}” at ${path(page)}`);
  assert.ok(s.free, `something covers ${s.what} “${s.name}” at ${path(page)}`);
  return s;
}

// tabTo goes on with Tab until the stop has a name (or a question).
async function tabTo(page, name) {
  for (let i = 0; i < 120; i++) {
    const s = await move(page);
    if (words(name).test(s.name) || words(name).test(s.group)) return s;
  }
  assert.fail(`Tab never reaches “${name}” at ${path(page)}`);
}

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
  await phone(engine, town, "Jonas");
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
      const tops = [];
      for (let s = await move(page); s.what !== "body"; s = await move(page)) {
        tops.push(s.name);
        assert.ok(tops.length < 150, `Tab never ends at ${at}`);
      }
      assert.equal(tops[0], "Hoppa till innehållet");
      assert.ok(tops.includes("Hjälp"), `no way to help at ${at}`);
      stops += tops.length;
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
  await phone(engine, town, "Kim");
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
