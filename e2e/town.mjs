// The demo town for browser tests: starts it, opens Chromium, and plays the
// phone with the e-ID through the fake e-ID's own page, as a person would.
//
// A guest is one browser of one person, with its own cookies and with an ear
// to everything the browser complains about: guest.faults must be empty.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

// start runs the demo on a free port and waits until it says it is ready.
// advance("20m") lets time pass in the whole town. logins is how many may be at
// the e-ID to vote at once.
export async function start({ binary = process.env.DEMO ?? fileURLToPath(new URL("../bin/demo", import.meta.url)), logins = 0 } = {}) {
  const child = spawn(binary, ["-listen", "127.0.0.1:0", "-json", "-obey", "-logins", `${logins}`], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const lines = createInterface({ input: child.stdout });
  const next = () => new Promise((resolve, reject) => {
    lines.once("line", (line) => resolve(JSON.parse(line)));
    child.once("error", (err) => reject(new Error(`the demo cannot be run: ${err.message}`)));
    child.once("exit", (code) => reject(new Error(`the demo ended with ${code}`)));
  });
  const ready = await next();
  const url = Object.fromEntries(ready.municipalities.map((m) => [m.id, m.url]));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  const advance = async (by) => {
    const answer = next();
    child.stdin.write(`advance ${by}\n`);
    assert.deepEqual(await answer, { advanced: true });
  };
  return { ...ready, ...url, stop, advance };
}

export function browser() {
  const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
  if (!executablePath) throw new Error("there is no Chromium here: run .ci/prepare");
  return chromium.launch({ executablePath, args: flags });
}

// guest opens a browser of its own. Options: js (true), width, height, scheme.
export async function guest(engine, { js = true, width = 1280, height = 900, scheme = "light", ...rest } = {}) {
  const context = await engine.newContext({ javaScriptEnabled: js, viewport: { width, height }, colorScheme: scheme, locale: "sv-SE", ...rest });
  context.setDefaultTimeout(10_000);
  const faults = [];
  listen(context, faults);
  const page = await context.newPage();
  return { context, page, js, faults, close: () => context.close() };
}

// listen collects what the browser complains about: errors in scripts, what
// the content security policy stopped, and parts of a page that did not load.
// The status of a page itself is the test's own matter.
export function listen(context, faults) {
  const pages = new Set();
  context.on("response", (r) => {
    if (r.request().isNavigationRequest()) pages.add(r.url());
  });
  context.on("weberror", (e) => faults.push(`script: ${e.error().message}`));
  context.on("console", (m) => {
    const ofPage = m.text().startsWith("Failed to load resource") && pages.has(m.location().url);
    if (m.type() === "error" && !ofPage) faults.push(`console: ${m.text()} ${m.location().url}`);
  });
}

// phone plays the person's telephone: on the fake e-ID's pages it scans the
// newest waiting order, picks the person and presses a button. act is that
// button's value; opened is called when the app has the order and nothing is
// pressed yet. The pages are plain forms, so no browser is needed.
export async function phone(town, name, act = "approve", opened = async () => {}) {
  const send = async (at, form) => {
    const answer = await fetch(new URL(at, town.eid), { method: "POST", body: new URLSearchParams(form) });
    if (!answer.ok) throw new Error(`the telephone got ${answer.status} from ${at}`);
    return { at: new URL(answer.url).pathname, text: await answer.text() };
  };
  const find = (text, pattern) => text.match(pattern)?.[1] ?? assert.fail(`the telephone does not find ${pattern}`);
  const waiting = await (await fetch(town.eid)).text();
  const order = await send("/skanna-vantande", { id: find(waiting, /name="id" value="([^"]+)"/) });
  const person = find(order.text, new RegExp(`name="person" value="([0-9]+)"><strong>${name}`));
  await send(order.at + "/person", { person });
  await opened();
  await send(order.at + "/svar", { svar: act });
}

// inTurn lets one login at a time wait at the fake e-ID, whose newest order the
// phone takes.
export function inTurn(town, does) {
  const turn = (turns.get(town) ?? Promise.resolve()).then(does);
  turns.set(town, turn.catch(() => {}));
  return turn;
}
const turns = new WeakMap();

// logIn logs a person in and ends where the login leads. The page may already
// be at the instructions (to = "here").
export async function logIn(town, who, name, { at = town.ekbacka, staff = false, to = "" } = {}) {
  const { page } = who;
  const door = staff ? "/handlaggare/logga-in" : "/logga-in";
  if (to !== "here") await page.goto(at + door + (to ? "?till=" + encodeURIComponent(to) : ""));
  await inTurn(town, async () => {
    await page.getByRole("button", { name: "Visa QR-kod" }).click();
    await page.getByRole("img", { name: "QR-kod för BankID" }).waitFor();
    await phone(town, name);
  });
  for (let i = 0; i < 20 && page.url().includes("/logga-in/"); i++) {
    await page.waitForTimeout(500);
    if (!who.js && page.url().includes("/logga-in/")) await page.getByRole("link", { name: /^Jag (har skannat koden|är klar i appen)$/ }).click();
  }
  assert.ok(!page.url().includes("/logga-in"), `${name} was not logged in: ${page.url()}`);
}

// path is where the browser is.
export const path = (page) => new URL(page.url()).pathname;

// h1 is the page's heading as read.
export async function h1(page) {
  return (await page.locator("h1").innerText()).replaceAll(/\s+/g, " ").trim();
}
