// E-petitions as people meet them: who proposes on a telephone without scripts,
// who votes with an e-ID, who reads proposals before others, who minds the
// service, and who follows by mail. Nobody but the town's own host is asked for
// anything, and nothing is left in a browser (P-11, I-17).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { tabTo } from "./keys.mjs";
import { crowded } from "./petition-crowd.mjs";
import { answer, decide, ear, find, go, letter, letters, narrow, propose, publish, put, refused, send, soon, take, toVote } from "./petitions.mjs";
import { browser, guest, h1, inTurn, logIn, path, start } from "./town.mjs";
import { words } from "./walk.mjs";

const desk = "/handlaggare/forslag";
const canVote = (page) => page.locator('form[action="/rosta/logga-in"]').count();
const telephone = { js: false, width: 390, height: 740, hasTouch: true };

let town, later, engine;
before(async () => {
  [town, later, engine] = await Promise.all([start(), start({ logins: 1 }), browser()]);
});
after(async () => {
  await engine?.close();
  await Promise.all([town?.stop(), later?.stop()]);
});

// opens is a browser of one person, with an ear to what it asks for and keeps.
async function opens(options) {
  const who = await guest(engine, options);
  return { ...who, heard: ear(who.context) };
}

// leaves closes it, when it has met no fault, asked no stranger for anything
// and been given no cookie but those named.
async function leaves(who, cookies = /^$/, at = town) {
  assert.deepEqual(who.faults, []);
  const own = [at.ekbacka, at.havsnas].map((u) => new URL(u).host);
  assert.deepEqual([...who.heard.hosts].filter((h) => !own.includes(h)), [], "somebody else was asked (P-11)");
  assert.deepEqual([...who.heard.cookies].filter((c) => !cookies.test(c)), [], "a cookie was set");
  await who.close();
}

// offered is what the one button on the page to vote would do.
const offered = (page) => page.locator('button[name="val"]').getAttribute("value");
const status = async (page, does) => (await Promise.all([page.waitForResponse((r) => r.request().isNavigationRequest() && r.request().frame() === page.mainFrame() && r.status() !== 303), does()]))[0].status();

// P-05, P-11, P-12, P-18, P-19, D-02
async function proposer() {
  const siv = await opens(telephone);
  const { page } = siv;
  await page.goto(town.ekbacka + "/forslag");
  await go(page, "/lamna-forslag");
  await narrow(page);
  assert.equal(await status(page, () => send(page, "/granska")), 422, "an empty proposal is taken");
  assert.match(await page.title(), /^Fel:/);
  assert.ok(await page.locator('.k-errors a[href="#f-rubrik"]').count(), "the summary leads to the field");
  await put(page, { rubrik: "Längre öppettider på biblioteket", vad: "Ring mig på 070-123 45 67 om bibliotekets öppettider.", tid: "0-60", epost: "siv" });
  await send(page, "/granska");
  assert.equal(await page.locator("[aria-invalid=true]").count(), 1, "only the address is wrong");
  assert.equal(await page.locator('[name="rubrik"]').inputValue(), "Längre öppettider på biblioteket", "what was written stands");
  await put(page, { epost: "siv@exempel.test" });
  await send(page, "/granska", "button[name=liknande]");
  assert.ok(await page.locator("#liknande").getByRole("link", { name: "Längre öppettider på biblioteket" }).count(), "what is alike is not shown");
  await narrow(page);

  await send(page, "/granska");
  const found = await page.locator("main").innerText();
  assert.match(found, /telefonnummer/, "personal data is not pointed out");
  assert.ok(await page.getByRole("link", { name: "Längre öppettider på biblioteket" }).count(), "the preview has what is alike");
  await narrow(page);
  await send(page, "/skicka", "button[formaction]");
  await put(page, { rubrik: "Öppna biblioteket på söndagar", vad: "Ha biblioteket öppet på söndagar." });
  await send(page, "/granska");
  assert.doesNotMatch(await page.locator("main").innerText(), /telefonnummer/);
  await send(page, "/skicka");
  const number = words((await page.locator("main").innerText()).match(/KS\s2026-\d{6}/)?.[0] ?? assert.fail("no registry number"));
  await page.reload();
  assert.match(await page.locator("main").innerText(), number, "sent again it is the same proposal");

  const link = await letter(town, "siv@exempel.test", "/bekrafta-forslag/");
  for (let i = 0; i < 2; i++) assert.equal((await page.goto(link)).status(), 200, "to look at the link uses it up");
  await narrow(page);
  await send(page);
  assert.match(path(page), /^\/mitt-forslag\//);
  assert.match(await page.locator("main").innerText(), number);
  const own = page.url().split(/[?#]/)[0];
  assert.equal((await page.goto(link)).status(), 404, "a link is used once");
  await ownPage(siv, own);
  await leaves(siv);
}

async function ownPage({ page }, own) {
  await page.goto(own);
  await narrow(page);
  await page.locator("main details summary").first().click();
  await put(page, { varfor: "Då är många lediga." });
  await send(page, "/komplettera");
  await page.goto(own);
  assert.match(await page.locator("main").innerText(), /Då är många lediga\./);
  await page.reload();
  await go(page, "/aterkalla");
  await narrow(page);
  await page.goBack();
  assert.equal(path(page), new URL(own).pathname);
  await go(page, "/aterkalla");
  await send(page);
  await page.reload();
  assert.equal(await page.locator('a[href$="/aterkalla"]').count(), 0, "what is withdrawn can be withdrawn");
  assert.equal(await page.locator('form[action$="/komplettera"]').count(), 0);
  assert.equal((await page.goto(town.ekbacka + "/forslag?sok=s%C3%B6ndagar")).status(), 200);
  assert.equal(await page.getByRole("link", { name: "Öppna biblioteket på söndagar" }).count(), 0, "nobody had read it, and it is shown");
}

// P-04, P-10, P-16, I-17, WCAG 2.1.1: by keyboard alone, with scripts.
async function keyboardVoter() {
  const irja = await opens();
  const { page } = irja;
  const enter = () => Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  const login = async () => {
    await inTurn(town, async () => {
      await tabTo(page, "QR-kod");
      await enter();
      await page.getByRole("img", { name: /QR/ }).waitFor();
      await answer(town, irja, "Irja");
    });
  };
  await page.goto(town.ekbacka + "/forslag");
  await tabTo(page, "Längre öppettider");
  await enter();
  const petition = page.url();
  await login();
  assert.equal(await offered(page), "rosta", "she has voted before she has pressed");
  await tabTo(page, "Rösta");
  await enter();
  assert.equal(path(page), "/rosta/klart");
  assert.ok(await page.locator("h1").evaluate((h) => h === document.activeElement || h.closest("[data-color=success]") !== null), "it is not said that she has voted");
  await page.reload();
  assert.equal(path(page), "/rosta", "what became of a vote is told once");
  await page.goBack();
  assert.doesNotMatch(page.url(), /klart$/);
  assert.equal(await page.locator('button[name="val"]').count(), 0, "one comes back to a vote");

  await page.goto(petition);
  await login();
  assert.equal(await offered(page), "aterta", "a second vote is offered");
  await tabTo(page, "Ta tillbaka");
  await enter();
  assert.equal(path(page), "/rosta/klart");
  await page.goto(petition);
  await login();
  assert.equal(await offered(page), "rosta", "the vote was not taken back");
  assert.deepEqual((await irja.context.cookies()).map((c) => c.name).filter((n) => n !== "__Host-rosta-login"), [], "a cookie is left");
  await leaves(irja, /^__Host-rosta(-login)?$/);
}

// P-04, P-10, D-02: on a telephone without scripts, reloading at every step.
async function telephoneVoter() {
  const dina = await opens(telephone);
  const { page } = dina;
  const petition = await find(page, town.ekbacka + "/forslag", "Längre öppettider");
  await page.reload();
  await narrow(page);
  await inTurn(town, async () => {
    await send(page, "/rosta/logga-in", "button[value=annan]");
    await page.reload();
    await narrow(page);
    assert.doesNotMatch(page.url(), new RegExp(petition.split("/").pop()), "a petition's id stands in an address of the vote");
    await answer(town, dina, "Dina");
  });
  await narrow(page);
  assert.equal(await status(page, () => page.reload()), 404, "a login is used once");
  await narrow(page);
  await toVote(town, dina, petition, "Dina");
  assert.ok(await page.locator(`a[href="${new URL(petition).pathname}"]`).count(), "no way back without voting");
  const sent = page.waitForRequest((r) => r.method() === "POST");
  await send(page, "/rosta");
  assert.equal(new URL((await sent).url()).pathname, "/rosta");
  assert.equal(path(page), "/rosta/klart");
  await narrow(page);
  assert.ok(await page.locator(`a[href="${new URL(petition).pathname}"]`).count());
  await toVote(town, dina, petition, "Dina");
  await narrow(page);
  assert.equal(await offered(page), "aterta");
  assert.equal((await page.goto(town.ekbacka + "/rosta")).status(), 200, "a link to vote explains itself");
  await narrow(page);
  await leaves(dina, /^__Host-rosta(-login)?$/);
}

// P-04, M-23: the app on the same device. Its page belongs to the e-ID.
async function sameDevice() {
  const farid = await opens({ width: 390, height: 740, userAgent: "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36" });
  const { page } = farid;
  await find(page, town.ekbacka + "/forslag", "Längre öppettider");
  await inTurn(town, async () => {
    await send(page, "/rosta/logga-in", "button[value=denna]");
    await page.locator('main a.ds-button').first().click();
    await page.getByRole("button", { name: /^Farid/ }).click();
    await page.locator("button[value=approve]").click();
    await page.getByRole("link", { name: "Tillbaka till tjänsten" }).click();
    await page.waitForURL(/\/rosta\/logga-in\/[^/]+\/klar/);
  });
  await send(page, "/rosta");
  assert.equal(path(page), "/rosta/klart");
  assert.deepEqual(farid.faults, []);
  assert.deepEqual([...farid.heard.hosts].filter((h) => ![new URL(town.ekbacka).host, new URL(town.eid).host].includes(h)), [], "others than the e-ID are asked");
  await farid.close();
}

// P-03, P-10: a child is told so, and nothing is counted.
async function tooYoung() {
  const gustav = await opens(telephone);
  const { page } = gustav;
  const petition = await find(page, town.ekbacka + "/forslag", "Längre öppettider");
  await toVote(town, gustav, petition, "Gustav");
  await refused(page, /för ung/, petition);
  assert.match(await page.locator("main").innerText(), words("Du måste ha fyllt 13 år"));
  await leaves(gustav, /^__Host-rosta(-login)?$/);
}

// P-04, P-10, P-14: only who lives there may vote, and may have a receipt,
// after a warning, where the data protection officer has decided so.
async function residentsOnly(petition) {
  const kim = await opens(telephone);
  const { page } = kim;
  await toVote(town, kim, petition, "Dina");
  await refused(page, /inte folkbokförd/, petition);
  await toVote(town, kim, petition, "Kim");
  await send(page, "/rosta");
  assert.equal(await h1(page), "Du har röstat");
  await toVote(town, kim, petition, "Kim");
  await send(page, "/rosta/kvitto", "button");
  assert.match(await page.locator("main").innerText(), /Den som ser kvittot vet att du har röstat/);
  assert.doesNotMatch(await page.locator("main").innerText(), /[0-9a-f]{64}/, "the receipt is shown before the warning is read");
  await narrow(page);
  await send(page, "/rosta/kvitto", "button");
  assert.match(await page.locator("main").innerText(), /[0-9a-f]{64}/);
  await narrow(page);
  await leaves(kim, /^__Host-rosta(-login)?$/);
}

// P-12, P-13, ux P17: two who read proposals.
async function moderators() {
  const vera = await opens({ js: false });
  const eva = await opens({ js: false });
  const { page } = vera;
  await logIn(town, vera, "Vera", { staff: true, to: desk });
  await logIn(town, eva, "Eva", { staff: true, to: desk });
  const sheet = await take(page, town.ekbacka, "Fler bänkar");
  assert.match(await page.locator("#text mark").innerText(), words("070-000 00 00"), "personal data is not marked");

  await eva.page.goto(sheet);
  assert.match(await eva.page.locator("main").innerText(), /Vera Dahl/, "it is not said who reads it");
  assert.equal(await eva.page.locator("details#avsla, details#godkann").count(), 0, "two can decide at the same time");
  const mine = "Vi förstår inte vilken park det gäller.";
  await decide(page, "avsla", { kod: "unclear", ord: mine });
  assert.match(await page.locator("article").innerText(), words(mine), "the letter is not shown before it is sent");
  await send(eva.page, "/las");
  assert.ok(await eva.page.locator("details#avsla").count(), "Eva cannot take it over");
  assert.equal(await status(page, () => send(page, "/beslut/avsla")), 409, "Vera decides on what Eva reads");
  assert.match(await page.locator("main").innerText(), words(mine), "what she wrote is lost");

  await send(eva.page, "/slapp");
  await page.goto(sheet);
  await send(page, "/las");
  await decide(page, "avsla", { kod: "unclear", ord: mine });
  await send(page, "/beslut/avsla");
  assert.ok(await page.locator('form[action$="/angra"]').count(), "it cannot be undone");
  assert.equal((await eva.page.goto(sheet.replace(desk, "/forslag"))).status(), 404, "it is shown while it can be undone");
  await send(page, "/angra");
  await decide(page, "godkann", { ord: "Bra idé!" });
  await send(page, "/beslut/godkann");
  await publish(page, sheet);
  assert.equal((await page.goto(sheet.replace(desk, "/forslag"))).status(), 200, "what is published cannot be read");
  assert.match(await h1(page), /Fler bänkar/);
  await page.goto(sheet);
  const events = await page.locator("#handelser").innerText();
  for (const name of ["Vera Dahl", "Eva Lind"]) assert.match(events, new RegExp(name), "the history does not say who");

  await page.goto(town.ekbacka + desk + "/drift");
  assert.match(await h1(page), /kan inte/, "who reads proposals does not mind the service");
  for (const who of [vera, eva]) await leaves(who, /^__Host-/);
}

// P-01, P-13, P-16: the steward holds the vote and switches it off, and who
// follows by mail is told, until they no longer want to be.
async function stewardAndFollower() {
  const maja = await opens({ js: false });
  const greta = await opens(telephone);
  const { page } = greta;
  const petition = await find(page, town.havsnas + "/forslag", "Bygg en gång");
  await put(page, { epost: "greta@exempel.test" });
  await send(page, "/folj");
  await narrow(page);
  assert.equal(await letters(town, "greta@exempel.test"), 1);
  const link = await letter(town, "greta@exempel.test", "/folj-forslag/");
  for (let i = 0; i < 2; i++) assert.equal((await page.goto(link)).status(), 200);
  await send(page);
  await page.reload();
  await narrow(page);
  assert.equal((await page.goto(link)).status() < 500, true);

  await logIn(town, maja, "Maja", { at: town.havsnas, staff: true, to: desk + "/drift" });
  const act = `${town.havsnas}${desk}/drift/`;
  const id = path({ url: () => petition }).split("/").pop();
  await maja.page.goto(`${act}paus?forslag=${id}`);
  assert.equal(await status(maja.page, () => send(maja.page, "/paus")), 422, "a pause needs a reason");
  await put(maja.page, { "drift.ord": "Vi rättar ett fel i inloggningen." });
  await page.goto(petition);
  assert.equal(await canVote(page), 1);
  await send(maja.page, "/paus");
  await send(page, "/rosta/logga-in", "button[value=annan]");
  assert.equal(await page.locator('input[name="biljett"]').count(), 0);
  assert.match(await h1(page), /pausad/, "one can begin to vote during a pause");
  await narrow(page);
  await soon(page, petition, async (p) => !(await canVote(p)), "the pause");
  assert.match(await page.locator("main").innerText(), /Vi rättar ett fel i inloggningen\./, "the reason is not shown");
  await maja.page.goto(`${act}fortsatt?forslag=${id}`);
  await send(maja.page, "/fortsatt");
  await soon(page, petition, canVote, "that voting goes on");

  const gone = await letter(town, "greta@exempel.test", "/sluta-folja/");
  for (let i = 0; i < 60 && (await letters(town, "greta@exempel.test")) < 3; i++) await page.waitForTimeout(500);
  await page.waitForTimeout(2000); // what is on its way
  await page.goto(gone);
  await send(page);
  await page.reload();
  const had = await letters(town, "greta@exempel.test");
  await switchedOff(maja, page, petition, act);
  await page.waitForTimeout(2000);
  assert.ok(had >= 3, "who follows is not told of the pause and of its end");
  assert.equal(await letters(town, "greta@exempel.test"), had, "who follows no longer is written to");
  await residentsOnly(petition);
  await leaves(greta);
  await leaves(maja, /^__Host-/);
}

async function switchedOff(maja, page, petition, act) {
  await maja.page.goto(act + "brytare?del=vote");
  await put(maja.page, { "drift.ord": "Vi byter en maskin." });
  await send(maja.page, "/brytare");
  await soon(page, petition, async (p) => !(await canVote(p)), "that voting is off");
  await soon(page, town.havsnas + "/status", async (p) => /Vi byter en maskin/.test(await p.locator("main").innerText()), "why voting is off");
  await narrow(page);
  await maja.page.goto(act + "brytare?del=vote");
  await send(maja.page, "/brytare");
  await soon(page, petition, canVote, "that voting is on again");
}

// P-07, P-10, P-16, I-10: time passes. A ticket runs out, a vote is closed, and
// what was counted can be checked; who voted is gone.
async function timePasses() {
  const hans = await opens({ js: false });
  const karin = await opens({ js: false });
  const { page } = hans;
  const petition = await find(page, later.ekbacka + "/forslag", "Bygg en gång");
  const id = petition.split("/").pop();
  await toVote(later, hans, petition, "Hans");
  await later.advance("6m");
  assert.equal(await status(page, () => send(page, "/rosta")), 410, "a ticket lasts longer than five minutes");
  assert.ok(await page.locator('a[href^="/forslag"]').count(), "no way on");
  await logIn(later, karin, "Karin", { staff: true, to: `${desk}/drift/stang?forslag=${id}` });
  await put(karin.page, { "drift.ord": "Frågan är redan avgjord." });
  assert.equal(await status(karin.page, () => send(karin.page, "/stang")), 422, "a vote is closed without being sure");
  await put(karin.page, { "drift.saker": true });
  await page.goto(petition);
  await send(karin.page, "/stang");
  assert.ok([409, 410].includes(await status(page, () => send(page, "/rosta/logga-in", "button[value=annan]"))), "one can begin to vote when it is closed");
  assert.match(await h1(page), /avslutad|har stängt|är slut/);
  const files = (p) => p.locator('a[href$="/raderingsrapport"]').count();
  await page.goto(petition);
  assert.equal(await files(page), 0, "there is a report before anything is erased");
  await later.advance("16m");
  await soon(page, petition + "/kontroll", files, "the report of the erasure", 240_000);
  assert.match(await page.locator("main").innerText(), words("6 röster"), "Hans's vote was counted, or another was not");
  const report = await page.request.get(petition + "/raderingsrapport");
  assert.equal(report.headers()["content-type"], "application/pdf");
  await leaves(hans, /^__Host-rosta(-login)?$/, later);
  await leaves(karin, /^__Host-/, later);
}

test("e-petitions", { concurrency: 4 }, async (t) => {
  await Promise.all([
    t.test("who comes when it is full waits for their turn; then a ticket runs out, a vote is closed, counted and erased, and districts are shown", () => crowded(later, opens, (who, cookies) => leaves(who, cookies, later), timePasses)),
    t.test("Siv proposes on a telephone without scripts or a login, changes it and takes it back", proposer),
    t.test("two moderators read, reject, undo, accept and publish", moderators),
    t.test("Irja votes and takes it back by keyboard alone", keyboardVoter),
    t.test("the steward holds the vote and switches it off, Greta follows by mail, and Kim votes and has a receipt", stewardAndFollower),
    t.test("Dina votes on a telephone without scripts, reloading at every step", telephoneVoter),
    t.test("Gustav is too young to vote", tooYoung),
    t.test("Farid votes with BankID on the same telephone", sameDevice),
  ]);
});
