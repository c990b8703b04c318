// The checks that every page must stand, each giving a list of faults in
// words. They run on pages as the server sent them, kept by a recorder and
// opened again under the same content security policy.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { HtmlValidate } from "html-validate";
import { listen } from "./town.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const doubts = JSON.parse(readFileSync(new URL("axe-doubts.json", import.meta.url)));

// recorder keeps the page that a browser has open, as it was sent.
export function recorder(kept = new Map()) {
  const last = new WeakMap();
  return {
    kept,
    watch(context) {
      context.on("response", (r) => {
        const html = r.headers()["content-type"]?.startsWith("text/html");
        const page = html && (r.status() < 300 || r.status() >= 400) && r.request().isNavigationRequest();
        if (page) last.set(r.frame().page(), { r, body: r.text().catch((err) => `not kept: ${err.message}`) });
      });
    },
    async keep(name, page, options = {}) {
      const { r, body } = last.get(page);
      const headers = Object.fromEntries(Object.entries(r.headers()).filter(([k]) => !["content-length", "date"].includes(k)));
      if (kept.has(name)) throw new Error(`two pages called ${name}`);
      kept.set(name, { name, url: r.url(), status: r.status(), headers, body: await body, ...options });
    },
  };
}

// replay opens a kept page in a browser window of its own; its style sheet,
// script and pictures come from the town, and nothing else answers. without is
// a pattern of style sheets to leave empty.
export async function replay(engine, shot, faults, without = /^$/) {
  const { show } = await stage(engine);
  return show(shot, faults, without);
}

// stage is a window in which kept pages are shown, one after the other.
export async function stage(engine) {
  const context = await engine.newContext({ viewport: { width: 1280, height: 900 }, locale: "sv-SE" });
  const on = {};
  await context.route("**/*", (route) => {
    const request = route.request();
    if (request.isNavigationRequest()) return route.fulfill({ status: on.shot.status, headers: on.shot.headers, body: on.shot.body });
    const { pathname } = new URL(request.url());
    if (on.without.test(pathname)) return route.fulfill({ contentType: "text/css", body: "" });
    if (pathname.startsWith("/assets/")) return route.continue();
    return route.fulfill({ status: 204 });
  });
  listen(context, { push: (says) => on.faults.push(says) });
  const page = await context.newPage();
  const show = async (shot, faults, without = /^$/) => {
    Object.assign(on, { shot, faults, without });
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ colorScheme: "light", media: "screen" });
    await page.goto(shot.url);
    return page;
  };
  return { show };
}

const validator = new HtmlValidate({
  root: true,
  // Details is flow content and may stand in a th (HTML, 4.11.1); html-validate
  // takes it for a section.
  elements: ["html5", { details: { sectioning: false } }],
  extends: ["html-validate:recommended", "html-validate:standard", "html-validate:a11y", "html-validate:document"],
  rules: {
    "no-inline-style": "error", // the content security policy would stop it
    // The error summary and notices stand above the h1, and begin with h2.
    "heading-level": ["error", { minInitialRank: "h2" }],
    "form-dup-name": ["error", { shared: ["radio", "checkbox", "submit", "button"] }],
    "doctype-style": "off",
    "no-implicit-input-type": "off",
    "no-implicit-button-type": "error",
    // Roles are written out on tables that are laid out as cards (ux.md §5).
    "no-redundant-role": "off",
    "prefer-native-element": "off",
    "void-style": "off",
    "no-trailing-whitespace": "off",
    "long-title": "off",
    "require-sri": "off", // everything is our own
    "tel-non-breaking": "off",
  },
});

// folded says a fault once, with the first place and how many more there are.
function folded(faults) {
  const places = new Map();
  for (const [says, where] of faults) places.set(says, [...places.get(says) ?? [], where]);
  return [...places].map(([says, [first, ...more]]) => `${says} (${first}${more.length ? ` and ${more.length} more` : ""})`);
}

// markup is what html-validate says of the page as it was sent.
export async function markup(shot) {
  const report = await validator.validateString(shot.body, shot.name);
  return folded(report.results.flatMap((r) => r.messages).map((m) => [`html-validate ${m.ruleId}: ${m.message}`, m.selector ?? `line ${m.line}`]));
}

// accessible is what axe finds, by WCAG 2.0–2.2 A and AA and by its best
// practices; what it cannot decide must stand in axe-doubts.json, with why.
// Where only the colours are new, only the rules on colours run again.
export async function accessible(page, where, used = new Set(), coloursOnly = false) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const runOnly = coloursOnly ? { type: "rule", values: ["color-contrast", "link-in-text-block"] }
    : { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"] };
  const result = await page.evaluate(async (runOnly) => {
    const { violations, incomplete } = await window.axe.run(document, { runOnly, resultTypes: ["violations", "incomplete"] });
    const brief = (list) => list.flatMap((v) => v.nodes.map((n) => ({ rule: v.id, target: n.target.join(" "), says: (n.any[0] ?? n.all[0] ?? n.none[0])?.message ?? v.help })));
    return { violations: brief(violations), incomplete: brief(incomplete) };
  }, runOnly);
  const known = (d) => doubts.find((k) => k.rule === d.rule && new RegExp(k.target).test(d.target));
  for (const d of result.incomplete) used.add(known(d));
  return [
    ...folded(result.violations.map((v) => [`axe ${where}: ${v.rule}: ${v.says}`, v.target])),
    ...folded(result.incomplete.filter((d) => !known(d)).map((d) => [`axe ${where} cannot decide ${d.rule}: ${d.says}`, d.target])),
  ];
}

// unusedDoubts are listed doubts that no page of a walk has: the list must not
// outlive what it excuses.
export const unusedDoubts = (used, walk) => doubts.filter((d) => d.walk === walk && !used.has(d)).map((d) => `${d.rule} ${d.target}`);

// fits tells what reaches outside the window, sideways.
export async function fits(page, where) {
  return await page.evaluate((where) => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.querySelectorAll("body *")].filter((el) => !el.closest("[data-scroll], .k-hidden, .k-skip, dialog, details:not([open])") && (el.getBoundingClientRect().right > width + 1 || el.scrollWidth > el.clientWidth + 1 && el.clientWidth > 0));
    const tightest = wide.filter((el) => !wide.some((other) => other !== el && el.contains(other)));
    const names = tightest.slice(0, 4).map((el) => `${el.tagName.toLowerCase()}.${el.className} “${el.textContent.trim().slice(0, 30)}”`);
    return [`${where}: ${document.documentElement.scrollWidth} px wide in a window of ${width}: ${names.join(", ")}`];
  }, where);
}

// cut tells where text is cut off by its own box.
async function cut(page, where) {
  return await page.evaluate((where) => [...document.querySelectorAll("main *, header *, footer *")].filter((el) => {
    const style = getComputedStyle(el);
    return !["visible", "auto", "scroll"].includes(style.overflowY) && style.clipPath === "none" && el.tagName !== "svg" && !el.closest("svg") && !el.matches("input, textarea, select, progress")
      && el.clientHeight > 0 && el.scrollHeight > el.clientHeight + 2 && el.innerText?.trim();
  }).map((el) => `${where}: text is cut in ${el.tagName.toLowerCase()}.${el.className}`), where);
}

// stretched sets the text's spacing as WCAG 1.4.12 has it, and takes it back.
export async function stretched(page) {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-block-end: 2em !important }");
    document.adoptedStyleSheets = [sheet];
  });
  const faults = [...await fits(page, "text spacing at 320"), ...await cut(page, "text spacing at 320")];
  await page.evaluate(() => { document.adoptedStyleSheets = []; });
  return faults;
}

// doubled sets all text to twice its size, and takes it back.
export async function doubled(page) {
  const size = () => page.evaluate(() => parseFloat(getComputedStyle(document.querySelector("main p, main label, main")).fontSize));
  const before = await size();
  await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
  const faults = [...await fits(page, "200 % text at 390"), ...await cut(page, "200 % text at 390")];
  if (await size() < before * 1.9) faults.push("200 % text: the text does not grow");
  await page.evaluate(() => { document.documentElement.style.fontSize = ""; });
  return faults;
}

// calm looks at forced colours and reduced motion: nothing moves, and what is
// pressed or filled in still has an edge.
export async function calm(page) {
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  const faults = await page.evaluate(() => {
    const bare = [...document.querySelectorAll(".ds-button, .ds-input:not([type=radio], [type=checkbox]), .k-tag, .k-errors, .k-notice")]
      .filter((el) => el.getClientRects().length && parseFloat(getComputedStyle(el).borderTopWidth) === 0);
    const moving = document.getAnimations().length;
    return [...bare.map((el) => `forced colours: no edge on ${el.className} “${el.textContent.trim().slice(0, 30)}”`), ...(moving ? [`reduced motion: ${moving} animations`] : [])];
  });
  await page.emulateMedia({ forcedColors: "none", reducedMotion: "no-preference" });
  return faults;
}

// onPaper tells what of the site's frame would be printed.
export async function onPaper(page) {
  await page.emulateMedia({ media: "print" });
  const faults = await page.evaluate(() => [...document.querySelectorAll("nav, footer, .k-skip, .k-bar, .k-side, .k-back, main button, .ds-button, .k-out, .k-noprint")]
    .filter((el) => el.getClientRects().length).map((el) => `printed: ${el.tagName.toLowerCase()}.${el.className} “${el.textContent.trim().slice(0, 30)}”`));
  if (!(await page.locator("h1").isVisible())) faults.push("printed: no heading");
  await page.emulateMedia({ media: "screen" });
  return faults;
}

// promises are what no tool looks for (ux.md §8): the rest of the contract
// that a page has with those who listen to it.
export async function promises(page) {
  return await page.evaluate(() => {
    const faults = [];
    const all = (s) => [...document.querySelectorAll(s)];
    const bad = (list, says) => faults.push(...list.map((el) => `${says}: ${el.outerHTML.slice(0, 90)}`));
    const first = all("a[href], button, input, select, textarea, summary")[0];
    if (!first?.matches("a.k-skip") || !document.querySelector(first.getAttribute("href"))) faults.push("the first stop is not a skip link to the content");
    if (all("h1").length !== 1) faults.push(`${all("h1").length} h1`);
    if (!document.documentElement.lang) faults.push("no language");
    bad(all("a[href^='#']").filter((a) => a.hash && !document.getElementById(decodeURIComponent(a.hash.slice(1)))), "leads to nothing");
    bad(all("svg").filter((s) => s.getAttribute("aria-hidden") !== "true" && !s.getAttribute("aria-label") && !s.querySelector("title")), "a picture without a name");
    bad(all("[style], [onclick], [onchange], [onsubmit], script:not([src]), [placeholder], [tabindex]:not([tabindex='-1'])"), "not in this house");
    bad(all(".ds-button").filter((b) => !b.matches("a[href], button")), "a button that is none");
    bad(all(".ds-tag, .k-tag").filter((t) => !t.innerText.trim()), "a mark without words");
    bad(all("a").filter((a) => /^(läs mer|klicka här|här|mer|read more|here)$/i.test(a.innerText.trim())), "a link that says nothing");
    bad(all("form[method=post]").filter((f) => new URL(f.action).origin !== location.origin), "sends elsewhere");
    const summary = all(".k-errors a").map((a) => a.innerText.replaceAll(/\s+/g, " ").trim());
    for (const f of all("[aria-invalid=true]:not([type=radio], [type=checkbox])")) {
      const told = (f.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id)?.innerText ?? "").join(" ").replaceAll(/\s+/g, " ");
      if (!summary.some((s) => told.includes(s))) faults.push(`the fault at ${f.name} is not the one in the summary: “${told}”`);
    }
    if (summary.length && !/^(Fel|Error):/.test(document.title)) faults.push(`the title does not say that there is a fault: ${document.title}`);
    return faults;
  });
}
