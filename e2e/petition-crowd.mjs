// The waiting room before the e-ID, and votes by district: what is seen only
// when many come. The town lets one at a time to the e-ID (-logins 1).
import assert from "node:assert/strict";
import { answer, find, narrow, send, soon } from "./petitions.mjs";
import { h1, inTurn, path } from "./town.mjs";

const room = "/rosta/vanta";
const telephone = { js: false, width: 390, height: 740, hasTouch: true };
const begin = (page) => send(page, "/rosta/logga-in", "button[value=annan]");

// crowd keeps every face of the waiting room. No other login may begin while
// somebody holds the only place.
export async function crowd(town, open, languages) {
  const [inside, first, second] = await Promise.all([open(), open(), open()]);
  const petition = await find(inside.page, town.ekbacka + "/forslag", "Längre öppettider");
  await inTurn(town, async () => {
    await begin(inside.page);
    for (const who of [first, second]) {
      await who.page.goto(petition);
      await begin(who.page);
    }
    await first.keep("vote, first in the queue");
    await second.keep("vote, in the queue");
    await second.see("vote, in the queue, standing still", room + "?stilla");
    for (const [lang, name] of Object.entries(languages)) {
      await second.speak(lang);
      await second.see(`vote, in the queue, ${name}`, room + "?stilla");
    }
    await second.speak("sv");
    await send(inside.page, "/avbryt", "button");
    await first.see("vote, your turn", room);
    for (const who of [first, second]) await send(who.page, room, "button");
    await second.see("vote, no place in the queue", room);
  });
}

// crowded is the same as people meet it. P-14: who comes when it is full waits,
// without scripts and in the order they came, is let in when it is their turn,
// and can leave; no address tells which petition. Then time passes, and P-15:
// the day after, votes are shown by district.
export async function crowded(town, opens, leaves, timePasses) {
  const [inside, first, second] = await Promise.all([opens(telephone), opens(telephone), opens(telephone)]);
  const petition = await find(inside.page, town.ekbacka + "/forslag", "Längre öppettider");
  const asked = [];
  for (const who of [first, second]) who.context.on("request", (r) => asked.push(r.url()));
  await inTurn(town, () => waits(town, petition, inside, first, second));
  const id = petition.split("/").pop();
  assert.deepEqual(asked.filter((a) => a.includes("/rosta") && a.includes(id)), [], "an address of the vote names the petition");
  for (const who of [inside, first, second]) await leaves(who, /^__Host-rosta(-login|-plats)?$/);
  await timePasses();
  await town.advance("25h");
  const reader = await opens(telephone);
  await byDistrict(reader.page, town);
  await narrow(reader.page);
  await leaves(reader, /^$/);
}

async function waits(town, petition, inside, first, second) {
  const says = async (who, text) => assert.match((await who.page.locator("main").innerText()).replaceAll(/\s+/g, " "), text);
  await begin(inside.page);
  for (const who of [first, second]) {
    await who.page.goto(petition);
    const [page] = await Promise.all([who.page.waitForResponse((r) => new URL(r.url()).pathname === room && r.status() === 200), begin(who.page)]);
    assert.match(page.headers().refresh ?? "", /^\d+$/, "the page does not renew itself without scripts");
    assert.equal(path(who.page), room, "one is sent to a full e-ID");
    await narrow(who.page);
  }
  await says(first, /Du är först i kön/);
  await says(second, /En person är före dig/);
  await second.page.goto(petition);
  await begin(second.page);
  await says(second, /En person är före dig/); // asking again gives no other place
  await send(inside.page, "/avbryt", "button");
  await second.page.goto(town.ekbacka + room);
  await says(second, /Du är först i kön/);
  await first.page.goto(town.ekbacka + room);
  assert.match(await h1(first.page), /din tur/);
  await begin(first.page);
  await answer(town, first, "Bo");
  await send(first.page, "/rosta");
  assert.equal(await h1(first.page), "Du har röstat");
  await soon(second.page, town.ekbacka + room, async (p) => /din tur/.test(await h1(p)), "the turn of the next");
  await send(second.page, room, "button");
  assert.equal(path(second.page), new URL(petition).pathname, "who leaves is not led back");
}

// byDistrict reads the table of districts: 25 or more of each, rounded down, and
// the rest together.
export async function byDistrict(page, town) {
  const petition = await find(page, town.havsnas + "/forslag", "Rusta upp bryggan");
  const table = page.locator("main table").filter({ hasText: "Hamnen" });
  // a day is ended by a job of each minute, and the page is made anew after that
  await soon(page, petition, () => table.count(), "the districts", 240_000);
  const rows = await table.locator("tbody tr").evaluateAll((all) => all.map((r) => r.innerText.replaceAll(/\s+/g, " ").trim()));
  assert.equal(rows.length, 3, `the districts are ${JSON.stringify(rows)}`);
  for (const [i, says] of [/Hamnen .*40$/, /Åsen .*30$/, /25$/].entries()) assert.match(rows[i], says);
  assert.doesNotMatch(await page.locator("main").innerText(), /Skären|9929/, "a district with few votes is named");
}
