// Faults to put into a good page: name, what to replace, with what, and how
// the checks must answer. A check that finds none of these finds nothing.
export const mutants = [
  ["no label", /<label class="k-label" for="[^"]*"/, '<label class="k-label"', /input-missing-label[\s\S]*axe .*: label/],
  ["no language", /<html lang="[^"]*"/, "<html", /html-has-lang|no language/],
  ["a second h1", "<h2>", "<h1>Till</h1><h2>", /2 h1/],
  ["something wide", "</main>", '<p><img src="/assets/x" alt="" width="900" height="9"></p></main>', /px wide in a window of 320/],
  ["the skip link gone", /<a class="k-skip"[^>]*>[^<]*<\/a>/, "", /skip link/],
  ["an inline style", "<main ", '<main style="color:red" ', /no-inline-style|Content Security Policy/i],
  ["a placeholder", '<textarea class="ds-input', '<textarea placeholder="Svara här" class="ds-input', /not in this house/],
  ["a link that says nothing", "</main>", '<p><a href="/">Läs mer</a></p></main>', /says nothing/],
  ["the fault not tied to its field", /-error[^">]*"[^>]* aria-invalid="true"/, '-annat" aria-invalid="true"', /is not the one in the summary|no-missing-references|aria-valid-attr-value/],
  ["zoom forbidden", "initial-scale=1", "initial-scale=1, maximum-scale=1, user-scalable=no", /meta-viewport/],
  ["a duplicate id", "</main>", '<p id="innehall">Igen</p></main>', /no-dup-id/],
  ["a button glued by a div", "</main>", '<div class="ds-button">Tryck</div></main>', /a button that is none/],
];
