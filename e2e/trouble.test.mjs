// What goes wrong in a browser: logins that fail, impatient fingers, two tabs,
// the back button, and a login that has run out. Nothing written is lost.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, guest, h1, logIn, path, phone, start } from "./town.mjs";
import { answers, begin, choose, follow, press, sees, turnsUp, words } from "./walk.mjs";

let town, engine;
before(async () => {
  town = await start();
  engine = await browser();
});
after(async () => {
  await engine?.close();
  await town?.stop();
});

// M-23, M-125, D-02: each way a login can fail says in plain words what
// happened and leaves a way on; identity.md 1.4.
const failures = [
  ["cancel", "Du avbröt i appen. Inget har skickats."],
  ["expire", "Det tog för lång tid. Det gör inget. Försök igen när du är redo."],
  ["certificate-error", "Ditt BankID går inte att använda. Det kan vara för gammalt eller spärrat."],
  ["unsupported-app", "Din BankID-app är för gammal. Uppdatera den och försök igen."],
  ["risk-blocked", "Inloggningen stoppades för din säkerhet. Har någon bett dig logga in? Lägg på."],
];

// until follows a link until the page says something: without scripts, and
// with an e-ID that is asked every other second, one presses again.
async function until(page, link, says) {
  for (let i = 0; i < 8 && !(await page.getByText(says).count()); i++) {
    await page.waitForTimeout(500);
    await follow(page, link);
  }
}

for (const js of [true, false]) {
  test(`a login that fails is told in plain words, ${js ? "with" : "without"} scripts`, async () => {
    const who = await guest(engine, { js });
    const { page } = who;
    await page.goto(town.ekbacka + "/logga-in?till=/mina-sidor");
    await press(page, "Visa QR-kod");
    for (const [act, says] of js ? failures.slice(0, 3) : failures.slice(3)) {
      await phone(town, "Jonas", act, async () => {
        if (!js) await until(page, "Jag har skannat koden", "Nu väntar vi");
        await page.locator("main").getByText("Nu väntar vi på att du skriver din kod i appen.").waitFor();
        assert.equal(await page.getByRole("img", { name: "QR-kod för BankID" }).isVisible(), false, "a used code is still shown");
      });
      if (js) await page.locator("main").getByText(says).waitFor();
      else await until(page, "Jag är klar i appen", says);
      await sees(page, says);
      assert.equal(await page.getByRole("status").filter({ hasText: says }).count(), 1, `${act} is not announced`);
      await press(page, "Visa ny kod");
      await page.getByRole("img", { name: "QR-kod för BankID" }).waitFor();
    }
    await press(page, "Avbryt");
    assert.equal(path(page), "/logga-in");
    await sees(page, "Du avbröt. Inget har skickats.");
    await logIn(town, who, "Jonas", { to: "/mina-sidor" });
    assert.equal(await h1(page), "Mina sidor");
    assert.deepEqual(who.faults, []);
    await who.close();
  });
}

// M-23: the app on the same device.
test("BankID on the same device brings the person back to the page", async () => {
  const who = await guest(engine, { width: 390, height: 740, userAgent: "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36" });
  const { page } = who;
  await page.goto(town.ekbacka + "/logga-in?till=/arenden");
  const first = page.locator("main button").first();
  assert.equal(await first.innerText(), "Öppna BankID på den här enheten", "on a telephone the app is offered first");
  await first.click();
  await page.getByRole("link", { name: "Öppna BankID" }).click();
  await page.getByRole("button", { name: /^Jonas/ }).click();
  await page.locator("button[value=approve]").click();
  await page.getByRole("link", { name: "Tillbaka till tjänsten" }).click();
  await page.waitForURL(town.ekbacka + "/arenden");
  assert.equal(await h1(page), "Mina ärenden");
  await who.close();
});

// I-5, I-8, I-16, M-42, M-89, M-91: one person, one application, every way of
// stumbling.
test("double clicks, two tabs, the back button and an expired login lose nothing", async (t) => {
  const anna = await guest(engine);
  const { page, context } = anna;
  await logIn(town, anna, "Anna", { to: "/ansok/ekbist" });
  const draft = await begin(page);

  await t.test("two tabs on one section: the older one is told, and keeps its words", async () => {
    const other = await context.newPage();
    await page.goto(`${draft}/bostad`);
    await other.goto(`${draft}/bostad`);
    await other.getByLabel("Hyra per månad").fill("6 200");
    await press(other, "Spara och stanna här");
    await sees(other, "Sparat.");
    await page.getByLabel("Hyra per månad").fill("7 100");
    await press(page, "Spara och stanna här");
    await sees(page, "Du har sparat den här delen i en annan flik");
    assert.equal(await page.getByLabel("Hyra per månad").inputValue(), "7 100");
    await press(page, "Spara och stanna här");
    await sees(page, "Sparat.");
    await page.reload();
    assert.equal(await page.getByLabel("Hyra per månad").inputValue(), "7 100", "the second save is the one that holds");
    await other.close();
  });

  await t.test("the back button shows what was saved, and saves again without a fuss", async () => {
    await page.goto(`${draft}/period`);
    await choose(page, ...answers.period[0]);
    await press(page, "Jag är klar med delen");
    assert.equal(path(page), new URL(draft).pathname + "/inkomster");
    await page.goBack();
    assert.equal(path(page), new URL(draft).pathname + "/period");
    await press(page, "Jag är klar med delen");
    assert.equal(path(page), new URL(draft).pathname + "/inkomster", "a page from the back button can be sent");
  });

  await t.test("a filled form survives a login that has ended", async () => {
    await page.goto(`${draft}/tillgangar`);
    await choose(page, "Har du några tillgångar?", "Ja");
    const other = await context.newPage();
    await other.goto(town.ekbacka + "/mina-sidor");
    await press(other, "Logga ut");
    assert.equal(await h1(other), "Du är utloggad");
    await other.close();
    await press(page, "Spara och stanna här");
    assert.equal(path(page), "/logga-in");
    await sees(page, "Du är utloggad");
    await sees(page, "Det du har skrivit finns kvar när du loggar in igen.");
    await logIn(town, anna, "Anna", { to: "here" });
    assert.equal(path(page), new URL(draft).pathname + "/tillgangar", "back on the page with the form");
    await sees(page, "Du blev utloggad, men det du skrev finns kvar");
    assert.equal(await page.getByRole("radio", { name: "Ja" }).first().isChecked(), true);
    await press(page, "Spara och stanna här");
    await sees(page, "Sparat.");
  });

  await t.test("a double click on Lämna in gives one receipt", async () => {
    await page.goto(`${draft}/granska`);
    await page.locator("label").filter({ hasText: "Jag intygar" }).click();
    await press(page, "Godkänn");
    let posts = 0;
    page.on("request", (r) => posts += r.method() === "POST" ? 1 : 0);
    await page.getByRole("button", { name: "Lämna in" }).dblclick();
    await page.waitForURL(/\/kvitto\//);
    assert.equal(posts, 1, "the form was sent more than once");
    const receipt = page.url();
    await page.goBack();
    assert.equal(page.url(), receipt, "the back button leads to the receipt too");
    await page.goto(draft);
    assert.equal(page.url(), receipt, "the handed-in draft leads to its receipt");
    await turnsUp(page, town.ekbacka + "/arenden", page.getByRole("link", { name: words("Ansökan för december 2026") }));
    assert.equal(await page.getByRole("link", { name: words("Ansökan för december 2026") }).count(), 1, "one application, one case");
  });
  assert.deepEqual(anna.faults, []);
  await anna.close();
});

// I-8: without scripts nothing stops the second press but the server.
test("two presses on Lämna in without scripts give the same receipt", async () => {
  const kim = await guest(engine, { js: false });
  const { page, context } = kim;
  await logIn(town, kim, "Kim", { to: "/ansok/ekbist" });
  const draft = await begin(page);
  await page.goto(`${draft}/granska`);
  await page.locator("label").filter({ hasText: "Jag intygar" }).click();
  await press(page, "Godkänn");
  const seen = await page.locator("main input[name=sett]").inputValue();
  const again = () => context.request.post(`${draft}/lamna-in`, { form: { sett: seen }, headers: { Origin: town.ekbacka } });
  const both = await Promise.all([again(), again()]);
  for (const answer of both) assert.match(answer.url(), /\/kvitto\/[0-9A-Z]+$/);
  assert.equal(both[0].url(), both[1].url());
  await turnsUp(page, town.ekbacka + "/arenden", page.getByRole("link", { name: words("Ansökan för december 2026") }));
  assert.equal(await page.getByRole("link", { name: words("Ansökan för december 2026") }).count(), 1);
  await kim.close();
});

// M-33, P6: what is wrong is said at the top and at the field, in the same
// words, with the focus moved there and what was typed still standing.
test("a wrong amount is explained, and the focus goes to the words", async () => {
  const jonas = await guest(engine);
  const { page } = jonas;
  await logIn(town, jonas, "Jonas", { to: "/ansok/ekbist" });
  const draft = await begin(page);
  await page.goto(`${draft}/bostad`);
  await page.getByLabel("Hyra per månad").fill("sextusen");
  await press(page, "Jag är klar med delen");
  assert.match(await page.title(), /^Fel: /);
  const says = "Hyra per månad: skriv beloppet med siffror, till exempel 6 200.";
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "alert", "the focus is not on the summary");
  await page.getByRole("alert").getByRole("link", { name: words(says) }).click();
  const rent = page.getByLabel("Hyra per månad");
  assert.equal(await rent.evaluate((f) => f === document.activeElement), true, "the link does not lead to the field");
  assert.equal(await rent.inputValue(), "sextusen");
  assert.equal(await rent.getAttribute("aria-invalid"), "true");
  const told = await rent.evaluate((f) => f.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id).innerText).join(" "));
  assert.match(told, words(says));
  assert.deepEqual(jonas.faults, []);
  await jonas.close();
});
