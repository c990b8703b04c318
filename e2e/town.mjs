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
export async function start(binary = process.env.DEMO ?? fileURLToPath(new URL("../bin/demo", import.meta.url))) {
  const child = spawn(binary, ["-listen", "127.0.0.1:0", "-json"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("error", (err) => reject(new Error(`the demo cannot be run: ${err.message}`)));
    child.once("exit", (code) => reject(new Error(`the demo ended with ${code}`)));
  });
  const ready = JSON.parse(line);
  const url = Object.fromEntries(ready.municipalities.map((m) => [m.id, m.url]));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { ...ready, ...url, stop };
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

// phone opens the newest waiting order on the fake e-ID's page, in a browser
// of its own. act is the value of the button to press there; opened is called
// when the app has the order and nothing is pressed yet.
export async function phone(engine, town, name, act = "approve", opened = async () => {}) {
  const context = await engine.newContext({ javaScriptEnabled: false, locale: "sv-SE" });
  const page = await context.newPage();
  await page.goto(town.eid);
  await page.getByRole("button", { name: /^Skanna koden hos/ }).first().click();
  await page.getByRole("button", { name: new RegExp("^" + name) }).click();
  await opened();
  await page.locator(`button[value=${act}]`).evaluate((b) => (b.closest("details") ?? b).setAttribute("open", ""));
  await Promise.all([page.waitForEvent("load"), page.locator(`button[value=${act}]`).click()]);
  await context.close();
}

// logIn logs a person in and ends where the login leads. The page may already
// be at the instructions (to = "here").
export async function logIn(engine, town, who, name, { at = town.ekbacka, staff = false, to = "" } = {}) {
  const { page } = who;
  const door = staff ? "/handlaggare/logga-in" : "/logga-in";
  if (to !== "here") await page.goto(at + door + (to ? "?till=" + encodeURIComponent(to) : ""));
  await page.getByRole("button", { name: "Visa QR-kod" }).click();
  await page.getByRole("img", { name: "QR-kod för BankID" }).waitFor();
  await phone(engine, town, name);
  for (let i = 0; i < 20 && page.url().includes("/logga-in/"); i++) {
    if (who.js) await page.waitForURL((u) => !u.pathname.includes("/logga-in/"), { timeout: 10_000 });
    else await page.getByRole("link", { name: "Jag har skannat koden" }).click();
  }
  assert.ok(!page.url().includes("/logga-in"), `${name} was not logged in: ${page.url()}`);
}

// path is where the browser is.
export const path = (page) => new URL(page.url()).pathname;

// h1 is the page's heading as read.
export async function h1(page) {
  return (await page.locator("h1").innerText()).replaceAll(/\s+/g, " ").trim();
}
