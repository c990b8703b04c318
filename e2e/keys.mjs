// Keys pressed one by one, with a look at each stop: where the focus is must be
// seen (WCAG 2.4.7, 2.4.11).
import assert from "node:assert/strict";
import { path } from "./town.mjs";
import { words } from "./walk.mjs";

// stop tells where the focus is and whether it can be seen.
export function stop() {
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
export async function move(page, key = "Tab") {
  await page.keyboard.press(key);
  const s = await page.evaluate(stop);
  if (s.what === "body") return s; // past the last stop
  assert.ok(s.outlined, `no visible focus on ${s.what} “${s.name}” at ${path(page)}`);
  assert.ok(s.inside, `the focus is outside the window on ${s.what} “${s.name}” at ${path(page)}`);
  assert.ok(s.free, `something covers ${s.what} “${s.name}” at ${path(page)}`);
  return s;
}

// tabTo goes on with Tab until the stop has a name (or a question).
export async function tabTo(page, name) {
  for (let i = 0; i < 120; i++) {
    const s = await move(page);
    if (words(name).test(s.name) || words(name).test(s.group)) return s;
  }
  assert.fail(`Tab never reaches “${name}” at ${path(page)}`);
}

// throughout goes from the top of the page to its last stop and gives the
// names of all.
export async function throughout(page) {
  const names = [];
  for (let s = await move(page); s.what !== "body"; s = await move(page)) {
    names.push(s.name);
    assert.ok(names.length < 250, `Tab never ends at ${path(page)}`);
  }
  return names;
}
