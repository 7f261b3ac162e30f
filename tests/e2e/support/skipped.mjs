// Says at the end of a run what was skipped, and why: the list of tests only says that it was.

export default class Skipped {
  #lines = [];

  onTestEnd(test, { status }) {
    const reason = test.annotations.find(({ type }) => type === "skip")?.description;
    if (status === "skipped" && reason) this.#lines.push(`  skipped: ${test.title} (${reason})`);
  }

  onEnd() {
    if (this.#lines.length > 0) console.log(`\n${this.#lines.join("\n")}`);
  }

  printsToStdio() {
    return false;
  }
}
