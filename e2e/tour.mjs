// A walk past every page there is, keeping each as it was sent. It goes
// without scripts, so that a page stands still while it is kept.
import { join } from "node:path";
import { guest, inTurn, logIn, path, phone } from "./town.mjs";
import { answer, answers, begin, choose, fetchIncomes, fillIn, follow, handIn, openCase, photo, press, turnsUp, words } from "./walk.mjs";

export async function tour(engine, town, recorder) {
  const open = async () => {
    const who = await guest(engine, { js: false });
    recorder.watch(who.context);
    const keep = (name, options) => recorder.keep(name, who.page, options);
    const see = async (name, at, options) => {
      await who.page.goto(at.startsWith("http") ? at : town.ekbacka + at);
      await keep(name, options);
    };
    return { ...who, keep, see };
  };
  const guests = [await open(), await open(), await open(), await open(), await open(), await open()];
  const [stranger, anna, kim, erik, eva, curious] = guests;
  await Promise.all([
    publicPages(town, stranger),
    signatures(town, curious),
    troubles(town, kim, erik),
    application(town, anna).then(() => desk(town, eva, anna)).then((decided) => languages(town, anna, decided)),
  ]);
  const faults = guests.flatMap((g) => g.faults);
  await Promise.all(guests.map((g) => g.close()));
  return faults;
}

async function publicPages(town, { page, keep, see }) {
  await see("start", "/");
  await see("start in Havsnäs", town.havsnas + "/");
  for (const at of ["/hjalp", "/tillganglighet", "/personuppgifter", "/utloggad", "/finns-inte"]) await see(at.slice(1), at);
  await see("login", "/logga-in?till=/arenden");
  await see("login run out", "/logga-in?utloggad");
  await see("login of staff", "/handlaggare/logga-in");
  await see("login lost", "/logga-in/finnsinte");
  await page.goto(town.havsnas + "/logga-in");
  await inTurn(town, async () => {
    await press(page, "Visa QR-kod");
    await keep("code");
    await phone(town, "Hans", "certificate-error", async () => {
      for (let i = 0; i < 8 && (await page.getByText("Jag har skannat koden").count()); i++) {
        await page.waitForTimeout(600);
        await follow(page, "Jag har skannat koden");
      }
      await keep("code used");
    });
  });
  for (let i = 0; i < 8 && !(await page.getByText("går inte att använda").count()); i++) {
    await page.waitForTimeout(600);
    await page.reload();
  }
  await keep("login failed");
  await press(page, "Avbryt");
  await keep("login cancelled");
}

// signatures keeps the page where anyone checks a signature, with each answer.
async function signatures(town, { page, keep, see }) {
  const send = async (name, file, options) => {
    await page.goto(town.ekbacka + "/validera");
    await page.getByLabel("PDF-fil").or(page.getByLabel("PDF file")).first().setInputFiles(file);
    await page.locator("main form[enctype] button").first().click();
    await keep(name, options);
  };
  const sample = (name) => join(town.samples, name);
  const made = (name, text) => ({ name, mimeType: "application/pdf", buffer: Buffer.from(text) });
  await see("signature, the form", "/validera");
  await press(page, "Kontrollera filen");
  await keep("signature, no file");
  await send("signature, valid", sample("underskriven.pdf"), { paper: true });
  await send("signature, two valid", sample("tva-underskrifter.pdf"));
  await send("signature, changed after", sample("andrad-efterat.pdf"), { paper: true });
  await send("signature, unknown issuer", sample("okand-utfardare.pdf"), { paper: true });
  await send("signature, none", sample("utan-underskrift.pdf"));
  await send("signature, not a PDF", made("brev.pdf", "Hej!"));
  await send("signature, damaged", made("trasig.pdf", "%PDF-1.7\n1 0 obj"));
  for (const name of ["Lättläst", "English"]) {
    await page.goto(town.ekbacka + "/validera");
    await follow(page, name);
    await keep(`signature, the form, ${name}`);
    await send(`signature, valid, ${name}`, sample("underskriven.pdf"));
    await send(`signature, unknown issuer, ${name}`, sample("okand-utfardare.pdf"));
  }
}

async function application(town, who) {
  const { page, keep, see } = who;
  await logIn(town, who, "Greta", { to: "/ansok/ekbist" });
  await keep("turned away");
  await press(page, "Logga ut");
  await logIn(town, who, "Anna", { to: "/mina-sidor" });
  await keep("home, empty");
  await see("cases, none", "/arenden");
  await see("apply", "/ansok/ekbist");
  await press(page, "Börja ansökan");
  await keep("apply, no month");
  const draft = await begin(page);
  await keep("overview");
  for (const section of [...Object.keys(answers), "inkomster", "verifikat"]) await see(`section ${section}`, `${draft}/${section}`);
  await moreQuestions(page, draft, keep);
  await see("review, much missing", `${draft}/granska`);
  await press(page, "Godkänn");
  await keep("review, not confirmed");
  await fetchIncomes(page, draft);
  await keep("incomes");
  await page.getByRole("textbox", { name: /rätt belopp Allmänt barnbidrag/ }).fill("102 500");
  await press(page, "Spara och stanna här");
  await keep("incomes, a large amount");
  await page.getByRole("textbox", { name: /rätt belopp Allmänt barnbidrag/ }).fill("tusen");
  await press(page, "Spara och stanna här");
  await keep("incomes, not an amount");
  await page.getByRole("textbox", { name: /rätt belopp Allmänt barnbidrag/ }).fill("1 000");
  await choose(page, "Har du några inkomster?", "Ja");
  await press(page, "Jag har gått igenom beloppen och är klar");
  await page.goto(`${draft}/verifikat`);
  await page.getByLabel("Hyresavi eller hyreskontrakt").setInputFiles(photo);
  await press(page, "Spara och stanna här");
  await keep("a document");
  await page.getByLabel("Kontoutdrag").setInputFiles({ name: "program.exe", mimeType: "application/octet-stream", buffer: Buffer.from("MZ…") });
  await press(page, "Spara och stanna här");
  await keep("a document that cannot be read");
  await fillIn(page, draft);
  await see("home with a draft", "/mina-sidor");
  await see("own data, a draft", "/mina-sidor/mina-uppgifter");
  await see("remove", `${draft}/ta-bort`);
  await see("review", `${draft}/granska`);
  await page.locator("label").filter({ hasText: "Jag intygar" }).click();
  await press(page, "Godkänn");
  await keep("hand in");
  await see("review, changed since", `${draft}/lamna-in?sett=0`);
  await handIn(page, draft);
  await keep("receipt", { paper: true });
}

// moreQuestions keeps the sections that grow with the answers.
async function moreQuestions(page, draft, keep) {
  const grow = async (section, list, add) => {
    await page.goto(`${draft}/${section}`);
    await answer(page, list);
    await press(page, "Jag är klar med delen");
    if (add) await press(page, add);
    await keep(`section ${section}, more questions`);
  };
  await grow("hushall", [["Är ni samma personer", "Nej"], ["Har det ändrats hur många dagar", "Ja, det har ändrats"]], "Lägg till barn");
  await grow("tillgangar", [["Har du några tillgångar?", "Ja"]], "Lägg till fordon");
  await grow("sysselsattning", [["Vad gjorde du under den senaste månaden?", "Jag sökte jobb"]], "Lägg till jobb");
  await grow("bostad", [["Bor du kvar i samma bostad", "Nej"]]);
  await page.getByLabel("Hyra per månad").fill("sextusen");
  await page.getByLabel("Hur många rum").fill("hundra");
  await press(page, "Jag är klar med delen");
  await keep("section bostad, with faults");
  const revision = await page.locator("input[name=rev]").inputValue();
  await press(page, "Spara och stanna här");
  await page.locator("input[name=rev]").evaluate((f, v) => { f.value = v; }, String(Number(revision) - 1));
  await press(page, "Spara och stanna här");
  await keep("section saved in another tab");
  await page.goto(`${draft}/sysselsattning`);
  await choose(page, "Vad gjorde du under den senaste månaden?", "Jag sökte jobb");
  await press(page, "Spara och stanna här");
}

// troubles keeps what is shown when an agency is slow or down.
async function troubles(town, kim, erik) {
  await logIn(town, erik, "Erik", { to: "/ansok/ekbist" });
  const slow = await begin(erik.page);
  await erik.page.goto(`${slow}/inkomster`);
  await press(erik.page, "Hämta");
  await erik.keep("fetching");
  await logIn(town, kim, "Kim", { to: "/ansok/ekbist" });
  const draft = await begin(kim.page);
  await fetchIncomes(kim.page, draft);
  await kim.keep("incomes, nobody answers");
  await handIn(kim.page, draft);
  await kim.keep("receipt, much missing");
  await turnsUp(kim.page, new URL("/arenden", kim.page.url()).href, kim.page.getByRole("link", { name: words("Ansökan för december 2026") }));
  await kim.keep("cases");
  await follow(kim.page, words("Ansökan för december 2026"));
  await kim.keep("case, something is asked for");
  await press(kim.page, "Skicka");
  await kim.keep("case, an empty answer");
  await kim.see("not one's own", slow);
}

// desk keeps the officer's pages and then the resident's decision.
async function desk(town, eva, anna) {
  const { page, keep, see } = eva;
  await logIn(town, eva, "Olof", { staff: true });
  await keep("queue, empty");
  await press(page, "Logga ut");
  await logIn(town, eva, "Karin", { staff: true });
  await keep("desk, no role");
  await eva.context.clearCookies();
  await logIn(town, eva, "Eva", { staff: true });
  await keep("queue");
  await openCase(page, "Anna Berglund");
  await keep("desk case");
  const at = path(page);
  await page.getByRole("textbox", { name: /^Annat belopp, .*El$/ }).fill("fyrahundra");
  await press(page, "Spara beräkningen");
  await keep("desk case, not an amount");
  await page.goto(town.ekbacka + at);
  await page.getByRole("textbox", { name: /^Annat belopp, .*El$/ }).fill("400");
  await page.getByRole("textbox", { name: /^Skäl, .*El$/ }).fill("Skälig kostnad för el.");
  await press(page, "Spara beräkningen");
  await page.locator("summary").filter({ hasText: "Skriv ett meddelande" }).click();
  await page.getByLabel("Meddelande till den sökande").fill("Hej Anna! Vi har fått din ansökan.");
  await press(page, "Skicka meddelandet");
  await page.locator("summary").filter({ hasText: "Anteckna kommunicering" }).click();
  await choose(page, "Vad har hänt?", "Det behövs inte");
  await page.getByLabel("Beskriv").fill("Beloppet är litet.");
  await page.locator("#kommunicering").getByRole("button", { name: "Spara" }).click();
  await see("desk case, with writings", at);
  await follow(page, "Gå till beslut");
  await press(page, "Granska beslutet");
  await keep("decide, nothing chosen");
  await choose(page, "Vad blir beslutet?", "Delvis bifall");
  await page.getByLabel("Skäl för beslutet").fill("Elkostnaden är högre än vad som är skäligt.");
  await press(page, "Granska beslutet");
  await keep("decision, preview");
  await press(page, "Fatta beslutet");
  await keep("desk case, decided", { paper: true });
  await anna.see("home with a case", "/mina-sidor");
  await follow(anna.page, words("Ansökan för december 2026"));
  await anna.keep("case, decided");
  await follow(anna.page, "Läs beslutet och beräkningen");
  await anna.keep("decision", { paper: true });
  const decided = path(anna.page);
  await follow(anna.page, "Mina uppgifter");
  await anna.keep("own data", { paper: true });
  return decided;
}

// languages keeps a few pages in the other languages that are offered.
async function languages(town, anna, decided) {
  const { page, see, keep } = anna;
  for (const name of ["Lättläst", "English"]) {
    await page.goto(town.ekbacka + "/");
    await follow(page, name);
    await keep(`start, ${name}`);
    await see(`login, ${name}`, "/logga-in");
    await see(`apply, ${name}`, "/ansok/ekbist");
    await see(`decision, ${name}`, decided);
    await see(`own data, ${name}`, "/mina-sidor/mina-uppgifter");
  }
  await page.goto(town.ekbacka + "/ansok/ekbist");
  await page.locator("label").filter({ hasText: words("November 2026") }).or(page.locator("label").filter({ hasText: words("november 2026") })).first().click();
  await page.locator("main button").first().click();
  await keep("overview, English");
  await see("incomes, English", page.url() + "/inkomster");
}
