// The one script. Every page is complete without it; it only makes waiting,
// mistakes and time-outs easier. It keeps nothing and talks to this site only.
"use strict";
(() => {
  const one = (sel, root = document) => root.querySelector(sel);
  const all = (sel, root = document) => Array.from(root.querySelectorAll(sel));

  // Error summary: move focus there, so that a screen reader begins with it.
  one("[data-focus]")?.focus();

  // A form is sent once. A page from the back button may send again.
  const release = (form) => {
    delete form.dataset.sent;
    all("[aria-disabled]", form).forEach((b) => b.removeAttribute("aria-disabled"));
  };
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.dataset.sent) return e.preventDefault();
    if (form.hasAttribute("data-once")) {
      form.dataset.sent = "1";
      e.submitter?.setAttribute("aria-disabled", "true");
      setTimeout(() => release(form), 10000);
    }
    leaving = true;
  });
  addEventListener("pageshow", (e) => {
    if (e.persisted) all("form[data-sent]").forEach(release);
    leaving = changed = false;
  });

  // Warn before leaving with something written and not saved.
  let changed = false;
  let leaving = false;
  document.addEventListener("input", (e) => {
    const form = e.target.form;
    if (form && form.method === "post") {
      changed = true;
      e.target.dataset.touched = "1";
    }
  });
  addEventListener("beforeunload", (e) => {
    if (changed && !leaving) e.preventDefault();
  });

  // A file that is too big is said at once, before it is sent.
  document.addEventListener("change", (e) => {
    const input = e.target;
    const max = Number(input.dataset?.max);
    if (!max || !input.files) return;
    const id = input.id + "-big";
    document.getElementById(id)?.remove();
    const big = Array.from(input.files).some((f) => f.size > max);
    input.setAttribute("aria-invalid", String(big));
    if (!big) return;
    const p = document.createElement("p");
    p.id = id;
    p.className = "k-error";
    p.setAttribute("role", "alert");
    p.textContent = input.dataset.tooBig;
    input.before(p);
    input.value = "";
  });

  // Polling: parts of the answer replace the parts with the same key, except
  // where the reader is at work. A link with data-go is followed.
  const busy = (part) => part.contains(document.activeElement) || one("[data-touched]", part);
  const poll = async (box) => {
    const again = () => setTimeout(() => poll(box), 2000);
    if (document.hidden) return again();
    let answer;
    try {
      answer = await fetch(box.dataset.poll, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    } catch {
      return again();
    }
    if (answer.status === 410 || answer.status === 401) return location.reload();
    if (answer.status === 204 || !answer.ok) return again();
    const doc = new DOMParser().parseFromString(await answer.text(), "text/html");
    all("[data-part]", doc).forEach((fresh) => {
      const old = all("[data-part]", box).find((p) => p.dataset.part === fresh.dataset.part);
      if (!old || busy(old) || old.innerHTML === fresh.innerHTML) return;
      old.replaceChildren(...Array.from(fresh.childNodes, (n) => document.importNode(n, true)));
    });
    const go = one("a[data-go]", doc);
    if (go) {
      leaving = true;
      return location.assign(go.getAttribute("href"));
    }
    if (box.classList.contains("k-sources") && !one("[data-poll]", doc)) return location.reload();
    again();
  };
  all("[data-poll]").forEach((box) => setTimeout(() => poll(box), 2000));

  // The QR code is a new picture each second. It stands still when the page
  // is not seen, and when the server says that it has ended.
  all("[data-refresh]").forEach((box) => {
    const svg = one("svg", box);
    const tick = setInterval(async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(box.dataset.refresh, { credentials: "same-origin" });
        if ([204, 404, 410].includes(answer.status)) return clearInterval(tick);
        if (!answer.ok) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
        if (fresh.localName !== "svg") return;
        svg.setAttribute("viewBox", fresh.getAttribute("viewBox"));
        svg.replaceChildren(...Array.from(fresh.childNodes, (n) => document.importNode(n, true)));
      } catch {
        // no network: try again at the next tick
      }
    }, 1000);
  });

  // The login's end: a dialog five minutes before, said again at one minute,
  // prolonged with one press, as often as one likes (WCAG 2.2.1).
  const dialog = one("#session");
  if (dialog?.showModal) {
    const text = one("[role=status]", dialog);
    const calm = text.textContent;
    let end = Date.now() + Number(dialog.dataset.left) * 1000;
    const watch = setInterval(() => {
      const left = end - Date.now();
      if (left <= 0) {
        clearInterval(watch);
        leaving = true;
        return location.reload();
      }
      if (left <= 300000 && !dialog.open) dialog.showModal();
      if (left <= 60000 && text.textContent !== text.dataset.warn) text.textContent = text.dataset.warn;
    }, 1000);
    one("[data-go-on]", dialog).addEventListener("click", async () => {
      try {
        const answer = await fetch(dialog.dataset.extend, { method: "POST", credentials: "same-origin" });
        if (!answer.ok) throw new Error(answer.status);
        end = Date.now() + Number(answer.headers.get("Session-Left") || dialog.dataset.left) * 1000;
        text.textContent = calm;
        dialog.close();
      } catch {
        leaving = true;
        location.reload();
      }
    });
  }
})();
