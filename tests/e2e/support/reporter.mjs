// One line a test, failures in full, and a last line that a script can read: `12 passed, 0 failed`.

/** A reporter for Playwright; the closing line counts skipped tests only when there are any. */
export default class Reporter {
  #counts = { passed: 0, failed: 0, skipped: 0 };
  #failures = [];
  #errors = 0;

  onTestEnd(test, result) {
    const title = test.titlePath().slice(3).join(" > ");
    const kind = result.status === "skipped" ? "skipped" : test.ok() ? "passed" : "failed";
    this.#counts[kind] += 1;
    console.log(`${{ passed: "ok    ", failed: "FAILED", skipped: "skip  " }[kind]} ${title} (${(result.duration / 1000).toFixed(1)} s)`);
    if (kind === "failed") this.#failures.push({ title, place: `${test.location.file}:${test.location.line}`, errors: result.errors });
  }

  onError(error) {
    this.#errors += 1;
    console.error(error.stack ?? error.message ?? error.value);
  }

  onStdOut(chunk) {
    process.stdout.write(chunk);
  }

  onStdErr(chunk) {
    process.stderr.write(chunk);
  }

  onEnd() {
    for (const { title, place, errors } of this.#failures) {
      console.log(`\nFAILED ${title}\n  ${place}`);
      for (const error of errors) console.log((error.stack ?? error.message ?? String(error.value)).replace(/^/gm, "  "));
    }
    const { passed, failed, skipped } = this.#counts;
    console.log(`${passed} passed, ${failed + this.#errors} failed${skipped ? `, ${skipped} skipped` : ""}`);
  }

  printsToStdio() {
    return true;
  }
}
