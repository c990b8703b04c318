// Prints one line for each test, the whole of what failed, and last how many
// passed, failed and were skipped, as the other runners do (.ci/strict). With
// CI=true a skipped test is a failure; a run of no test is one always.
export default async function* (source) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of source) {
    if (type === "test:stderr" || type === "test:stdout") yield data.message;
    if (type !== "test:pass" && type !== "test:fail" || data.details.type === "suite") continue;
    const how = type === "test:fail" ? "failed" : data.skip !== undefined || data.todo !== undefined ? "skipped" : "passed";
    count[how]++;
    yield `${{ passed: "ok  ", failed: "FAIL", skipped: "SKIP" }[how]}  ${"  ".repeat(data.nesting)}${data.name} (${(data.details.duration_ms / 1000).toFixed(1)} s)\n`;
    if (how === "failed") yield `${explain(data.details.error)}\n`;
  }
  yield `e2e: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`;
  if (count.passed === 0 || count.skipped > 0 && process.env.CI === "true") process.exitCode = 1;
}

// explain is an error with what it rests on; a list of faults one a line.
function explain(error) {
  const cause = error.cause ?? error;
  if (Array.isArray(cause.actual) && cause.actual.length) return cause.actual.map((f) => `      ${f}`).join("\n");
  return String(cause.stack ?? cause.message ?? cause).split("\n").slice(0, 12).map((l) => `      ${l}`).join("\n");
}
