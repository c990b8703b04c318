// A walk past every page about e-petitions, in every state that people can
// bring one to, keeping each as it was sent. It has a town of its own, because
// it lets time pass there: votes close, and are counted and erased.
import { guest, inTurn, logIn, path, phone } from "./town.mjs";
import { byDistrict, crowd } from "./petition-crowd.mjs";
import { inOtherLanguages, languages } from "./petition-languages.mjs";
import { decide, find, go, letter, propose, publish, put, send, soon, take, toVote } from "./petitions.mjs";

const list = "/handlaggare/forslag";
const drift = list + "/drift";

export async function petitionTour(engine, town, recorder) {
  const guests = [];
  const open = async () => {
    const who = await guest(engine, { js: false });
    guests.push(who);
    recorder.watch(who.context);
    const keep = (name, options) => recorder.keep(name, who.page, options);
    const see = async (name, at, options) => {
      await who.page.goto(at.startsWith("http") ? at : town.ekbacka + at);
      await keep(name, options);
    };
    const speak = (lang) => who.context.addCookies([town.ekbacka, town.havsnas].map((url) => ({ name: "sprak", value: lang, url })));
    return { ...who, keep, see, speak };
  };
  const [reader, proposer, voter, vera, karin] = await Promise.all([open(), open(), open(), open(), open()]);
  const ends = {};
  await town.advance("11m"); // a rejection is seen when it can no longer be undone
  await Promise.all([
    reads(town, reader).then(() => follows(town, reader)),
    proposes(town, proposer),
    votes(town, voter).then(() => crowd(town, open, languages)),
    moderates(town, vera).then((done) => Object.assign(ends, done)),
  ]);
  await stewards(town, karin, voter, reader);
  await closes(town, karin, voter, reader, ends);
  await Promise.all([outcome(town, vera, reader), inOtherLanguages(town, reader, proposer, voter)]);
  const faults = guests.flatMap((g) => g.faults);
  await Promise.all(guests.map((g) => g.close()));
  return faults;
}

async function reads(town, { page, keep, see }) {
  await see("petitions", "/forslag");
  await see("petitions, found", "/forslag?sok=biblioteket&status=oppna&ordning=slutar");
  await see("petitions, none found", "/forslag?sok=buss");
  await soon(page, town.ekbacka + "/forslag?status=avvisade", async (p) => await p.getByRole("link", { name: "Sänk skatten" }).count(), "what was rejected");
  await keep("petitions, rejected");
  await find(page, town.ekbacka + "/forslag?status=avvisade", "Sänk skatten");
  await keep("petition, rejected");
  await see("petition, none", "/forslag/01ARZ3NDEKTSV4RRFFQ69G5FAV");
  await find(page, town.ekbacka + "/forslag", "Bygg en gång");
  await keep("petition, open", { paper: true });
  await see("audit files, none yet", page.url() + "/kontroll");
  for (const [name, at] of [["state of the service", "/status"], ["open data", "/oppna-data"]]) {
    await page.goto(town.ekbacka + "/forslag");
    await go(page, at); // the list leads there
    await keep(name);
  }
  await see("petitions in Havsnäs", town.havsnas + "/forslag");
}

async function follows(town, { page, keep, see }) {
  const petition = await find(page, town.ekbacka + "/forslag", "Längre öppettider");
  await put(page, { epost: "adress" });
  await send(page, "/folj");
  await keep("follow, with a fault");
  await put(page, { epost: "greta@exempel.test" });
  await send(page, "/folj");
  await keep("follow, look in the mail");
  await see("follow, confirm", await letter(town, "greta@exempel.test", "/folj-forslag/"));
  await send(page);
  await keep("follow, confirmed");
  await see("follow", petition + "/folj");
  for (const [name, at] of [["confirm", "bekrafta-forslag"], ["own page", "mitt-forslag"], ["follow", "folj-forslag"], ["unfollow", "sluta-folja"]]) {
    await see(`a forged link, ${name}`, `/${at}/hittadenlankenpaenlapp`);
  }
}

async function proposes(town, { page, keep, see }) {
  await see("propose", "/lamna-forslag");
  await send(page, "/granska");
  await keep("propose, with faults");
  await put(page, { rubrik: "Ha biblioteket öppet längre", vad: "Ring 070-123 45 67 om bibliotekets öppettider.", varfor: "Studerande behöver plats.", tid: "0-60", epost: "bo@exempel.test" });
  await send(page, "/granska", "button[name=liknande]");
  await keep("propose, similar");
  await send(page, "/granska");
  await keep("propose, preview");
  await send(page, "/skicka", "button[formaction]");
  await keep("propose, change");
  await send(page, "/granska");
  await send(page, "/skicka");
  await keep("propose, received");
  const own = new URL(await page.locator('main a[href*="/mitt-forslag/"]').first().getAttribute("href"), page.url()).href;
  await see("propose, thanks", "/lamna-forslag/tack");
  await see("propose, confirm", await letter(town, "bo@exempel.test", "/bekrafta-forslag/"));
  await send(page);
  await keep("own proposal, confirmed", { paper: true });
  await page.goto(own);
  await page.locator("main details summary").first().click();
  await put(page, { rubrik: "" });
  await send(page, "/komplettera");
  await keep("own proposal, with a fault");
  await put(page, { rubrik: "Ha biblioteket öppet på kvällen" });
  await send(page, "/komplettera");
  await keep("own proposal, changed");
  await send(page, "/ny-lank");
  await keep("own proposal, a new link");
  await send(page, "/glom-adress");
  await keep("own proposal, the address gone");
  await go(page, "/aterkalla");
  await keep("own proposal, withdraw");
  await send(page);
  await keep("own proposal, withdrawn");
  await see("a link that was replaced", own);
}

async function votes(town, who) {
  const { page, keep, see } = who;
  await see("vote, help", "/rosta");
  await see("vote, login lost", "/rosta/logga-in/finnsinte");
  await see("vote, done before", "/rosta/klart");
  const petition = await find(page, town.ekbacka + "/forslag", "Längre öppettider");
  await inTurn(town, async () => {
    await send(page, "/rosta/logga-in", "button[value=annan]");
    await keep("vote, code");
    await phone(town, "Tolvan", "cancel");
  });
  await soon(page, page.url().split("?")[0], async (p) => /avbröt/.test(await p.locator("main").innerText()), "that the login failed");
  await keep("vote, login failed");
  await send(page, "/avbryt", "button"); // who may try again keeps the place
  await page.goto(petition);
  await page.locator('input[name="forslag"]').evaluate((f) => { f.value = "01ARZ3NDEKTSV4RRFFQ69G5FAV"; });
  await send(page, "/rosta/logga-in", "button[value=annan]");
  await keep("vote, no such petition");
  await page.goto(petition);
  await inTurn(town, async () => {
    await send(page, "/rosta/logga-in", "button[value=denna]");
    await keep("vote, on this device");
    await send(page, "/avbryt", "button");
  });
  await toVote(town, who, petition, "Dina");
  await keep("vote");
  await page.locator('button[name="val"]').evaluate((b) => { b.value = "kanske"; });
  await send(page, "/rosta");
  await keep("vote, neither yes nor no");
  await toVote(town, who, petition, "Dina");
  await send(page, "/rosta");
  await keep("voted");
  await toVote(town, who, petition, "Dina");
  await keep("vote, voted already");
  await send(page, "/rosta");
  await keep("vote taken back");
  await toVote(town, who, petition, "Gustav");
  await keep("vote, too young");
  const there = await find(page, town.havsnas + "/forslag", "Längre öppettider");
  await toVote(town, who, there, "Dina");
  await keep("vote, not a resident");
  await toVote(town, who, there, "Kim");
  await keep("vote, voted already, with a receipt");
  await send(page, "/rosta/kvitto", "button");
  await keep("receipt, the warning");
  await send(page, "/rosta/kvitto", "button");
  await keep("receipt");
}

// moderates brings proposals to every end that a moderator can.
async function moderates(town, who, proposer) {
  const { page, keep, see } = who;
  await see("moderation, login", list);
  await logIn(town, who, "Vera", { staff: true, to: list });
  await keep("moderation");
  for (const show of ["forsenade", "avgjorda"]) await see(`moderation, ${show}`, `${list}?visa=${show}`);
  await find(page, town.ekbacka + list, "Fler bänkar");
  await keep("sheet, unread");
  const benches = await take(page, town.ekbacka, "Fler bänkar");
  await keep("sheet, reading");
  await page.goto(benches);
  await decide(page, "avsla", { kod: "", ord: "" });
  await keep("sheet, with faults");
  for (const [slug, values] of Object.entries({ godkann: { ord: "Tack!" }, komplettera: { ord: "Vilken park menar du?" }, avsla: { kod: "unclear", ord: "Vi förstår inte vilken park." }, dolj: { kod: "personal-data", ord: "Texten har ett telefonnummer." } })) {
    await page.goto(benches);
    await decide(page, slug, values);
    await keep(`decision, preview, ${slug}`);
  }
  await send(page, "/granska", "button").catch(() => {});
  await page.goto(benches);
  await decide(page, "komplettera", { ord: "Vilken park menar du?" });
  await send(page, "/beslut/komplettera");
  await keep("sheet, more asked for");
  const hidden = await lamp(town, who);
  await accepted(town, who);
  return { hidden, merged: await merges(town, who) };
}

// lamp ends hidden.
async function lamp(town, { page, keep }) {
  const lamp = await take(page, town.ekbacka, "Lampan på Storgatan");
  await decide(page, "avsla", { kod: "fault-report", tjanst: "felanmalan", ord: "Det här är en felanmälan." });
  await keep("decision, preview, another service");
  await send(page, "/beslut/avsla");
  await keep("sheet, rejected, to undo");
  await send(page, "/angra");
  await keep("sheet, undone");
  await page.goto(lamp);
  await decide(page, "dolj", { kod: "personal-data", ord: "Texten pekar ut en person." });
  await send(page, "/beslut/dolj");
  await keep("sheet, hidden");
  return lamp.split("/").pop();
}

async function accepted(town, { page, keep, see }) {
  await propose(page, town.ekbacka, { title: "Plantera träd på torget", what: "Plantera tio träd på torget.", why: "Det är varmt på sommaren." });
  const sheet = await take(page, town.ekbacka, "Plantera träd");
  await decide(page, "godkann", {});
  await send(page, "/beslut/godkann");
  await keep("sheet, accepted");
  await see("publish", sheet + "/publicera");
  await put(page, { "publicera.gallring": "" });
  await send(page, "/publicera/granska");
  await keep("publish, with a fault");
  await page.goto(sheet + "/publicera");
  await send(page, "/publicera/granska");
  await keep("publish, confirm");
  await send(page, "/publicera");
  await keep("sheet, published");
  await see("petition, planned", sheet.replace(list, "/forslag"));
}

async function merges(town, { page, keep, see }) {
  const own = await propose(page, town.ekbacka, { title: "Cykelväg till badplatsen", what: "Bygg en gång- och cykelväg till badplatsen.", why: "Vägen är smal." });
  await see("own proposal, no address", own);
  const sheet = await take(page, town.ekbacka, "Cykelväg till badplatsen");
  const details = page.locator("details#slaihop");
  await details.locator("summary").first().click();
  await details.locator("input[type=radio]").first().check();
  await decide(page, "slaihop", {});
  await keep("decision, preview, slaihop");
  await send(page, "/beslut/slaihop");
  await keep("sheet, merged");
  await see("own proposal, merged", own);
  const other = await propose(page, town.ekbacka, { title: "En skatepark", what: "Bygg en skatepark.", why: "Det finns ingen." });
  const asked = await take(page, town.ekbacka, "En skatepark");
  await decide(page, "komplettera", { ord: "Var ska den ligga?" });
  await send(page, "/beslut/komplettera");
  await see("own proposal, asked for more", other);
  await see("sheet that waits", asked);
  return sheet.split("/").pop();
}

// stewards holds, lets go and switches off, and keeps what others then see.
async function stewards(town, karin, voter, reader) {
  const { page, keep, see } = karin;
  await logIn(town, karin, "Karin", { staff: true, to: drift });
  await keep("operations");
  const petition = await find(voter.page, town.ekbacka + "/forslag", "Längre öppettider");
  const id = path(voter.page).split("/").pop();
  for (const act of ["paus", "fortsatt", "avbrott"]) await see(`operations, ${act} all`, `${drift}/${act}`);
  await send(page, "/avbrott");
  await keep("operations, avbrott, with faults");
  for (const act of ["paus", "stang"]) {
    await see(`operations, ${act}`, `${drift}/${act}?forslag=${id}`);
    await send(page, `/${act}`);
    await keep(`operations, ${act}, with faults`);
  }
  await page.goto(`${town.ekbacka}${drift}/paus?forslag=${id}`);
  await put(page, { "drift.ord": "Vi rättar ett fel." });
  await send(page, "/paus");
  await keep("operations, paused");
  await send(voter.page, "/rosta/logga-in", "button[value=annan]");
  await voter.keep("vote, paused");
  await soon(voter.page, petition, async (p) => (await p.locator('form[action="/rosta/logga-in"]').count()) === 0, "the pause");
  await voter.keep("petition, paused");
  await see("operations, fortsatt", `${drift}/fortsatt?forslag=${id}`);
  await send(page, "/fortsatt");
  await switches(town, karin, voter, reader);
  await see("sheet of the steward", `${list}/${id}`);
  await see("remove", `${list}/${id}/ta-bort`);
  await send(page, "/ta-bort");
  await keep("remove, with a fault");
}

async function switches(town, { page, keep, see }, voter, reader) {
  await soon(voter.page, voter.page.url(), async (p) => p.locator('form[action="/rosta/logga-in"]').count(), "that voting goes on");
  for (const part of ["propose", "vote", "follow", "search", "graph", "opendata"]) {
    await page.goto(`${town.ekbacka}${drift}/brytare?del=${part}`);
    if (part === "vote") await keep("operations, brytare");
    await put(page, { "drift.ord": "Vi byter en maskin." }).catch(() => {});
    await send(page, "/brytare");
  }
  await keep("operations, all switched off");
  await send(voter.page, "/rosta/logga-in", "button[value=annan]");
  await voter.keep("vote, switched off");
  await reader.see("propose, closed", "/lamna-forslag");
  await soon(reader.page, town.ekbacka + "/forslag", async (p) => (await p.locator('input[name="sok"]').count()) === 0, "that search is off");
  await reader.keep("petitions, much switched off");
  await find(reader.page, town.ekbacka + "/forslag", "Bygg en gång");
  await soon(reader.page, reader.page.url(), async (p) => (await p.locator('form[action="/rosta/logga-in"]').count()) === 0, "that voting is off");
  await reader.keep("petition, voting switched off");
  await reader.see("state of the service, much off", "/status");
  await reader.see("open data, off", "/oppna-data");
  for (const part of ["propose", "vote", "follow", "search", "graph", "opendata"]) {
    await page.goto(`${town.ekbacka}${drift}/brytare?del=${part}`);
    await send(page, "/brytare");
  }
}

// closes lets a day pass, two more vote, and the steward closes the vote early;
// a quarter later it is counted and erased.
async function closes(town, karin, voter, reader, ends) {
  await town.advance("25h");
  await byDistrict(reader.page, town);
  await reader.keep("petition, with districts");
  const petition = await find(voter.page, town.ekbacka + "/forslag", "Bygg en gång");
  await soon(voter.page, petition, async (p) => p.locator('form[action="/rosta/logga-in"]').count(), "that voting goes on");
  for (const name of ["Dina", "Farid"]) {
    await toVote(town, voter, petition, name);
    await send(voter.page, "/rosta");
  }
  const id = petition.split("/").pop();
  await karin.see("operations, logged out", drift);
  await logIn(town, karin, "Karin", { staff: true, to: `${drift}/stang?forslag=${id}` });
  await put(karin.page, { "drift.ord": "Alla som ville har hunnit rösta.", "drift.saker": true });
  await send(karin.page, "/stang");
  await karin.keep("operations, closed early");
  await voter.page.goto(petition);
  await soon(reader.page, petition, async (p) => (await p.locator('form[action="/rosta/logga-in"]').count()) === 0, "that the vote is over");
  await reader.keep("petition, being counted");
  const counting = await reader.page.locator(".k-heading .k-card__meta span").first().innerText();
  await town.advance("16m");
  for (const [name, id] of Object.entries(ends)) await reader.see(`petition, ${name}`, `/forslag/${id}`);
  await removes(town, karin, reader, ends.hidden);
  await soon(reader.page, petition, async (p) => (await p.locator(".k-heading .k-card__meta span").first().innerText()) !== counting, "the result", 240_000);
  await reader.keep("petition, closed with a result", { paper: true });
  await reader.see("audit files", petition + "/kontroll");
  await reader.see("petitions, closed", "/forslag?status=behandlas");
  await karin.see("operations, after a closing", drift);
}

// removes takes away a text that nobody may have.
async function removes(town, { page, keep, see }, reader, id) {
  await see("remove what is hidden", `${list}/${id}/ta-bort`);
  await page.locator("main textarea").fill("Texten är olaglig.");
  await send(page, "/ta-bort");
  await keep("sheet, removed");
  await soon(reader.page, `${town.ekbacka}/forslag/${id}`, async (p) => (await p.request.get(p.url())).status() === 410, "that it is removed");
  await reader.see("petition, removed", `/forslag/${id}`);
}

// outcome writes down every step to a decision and after it.
async function outcome(town, vera, reader) {
  const { page, keep, see } = vera;
  await vera.context.clearCookies();
  await logIn(town, vera, "Vera", { staff: true, to: list + "?visa=foljda" });
  await keep("moderation, followed");
  const sheet = await find(page, page.url(), "Bygg en gång");
  await keep("sheet, counted");
  const step = async (slug, values) => {
    await see(`step ${slug}`, `${sheet}/steg/${slug}`);
    if (slug === "besluta") {
      await send(page, "/besluta");
      await keep("step besluta, with faults");
    }
    await put(page, Object.fromEntries(Object.entries(values).map(([k, v]) => [`${slug}.${k}`, v])));
    await send(page, `/${slug}`);
    if (["lamna", "besluta", "folj-upp"].includes(slug)) await keep(`sheet after ${slug}`);
  };
  await step("lamna", { diarienr: "KF 2026/31", ord: "Förslaget ligger nu hos fullmäktige." });
  await step("bered", { ord: "Tekniska kontoret räknar på vägen." });
  await see("step planera", `${sheet}/steg/planera`);
  await step("nyhet", { ord: "Vi väntar på en mätning." });
  await reader.see("petition, handed over", sheet.replace(list, "/forslag"));
  await step("besluta", { beslut: "granted", paragraf: "§ 12", ord: "Vägen byggs nästa sommar." });
  await step("paborja", { ord: "Grävningen har börjat." });
  await see("step lagg-ned", `${sheet}/steg/lagg-ned`);
  await step("slutfor", { ord: "Vägen är öppen." });
  await step("folj-upp", { ord: "Många cyklar." });
  await soon(reader.page, sheet.replace(list, "/forslag"), async (p) => /§\s12/.test(await p.locator("main").innerText()), "the decision");
  await reader.keep("petition, carried out", { paper: true });
}
