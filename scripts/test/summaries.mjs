// How many tests passed and failed, read from what each test runner prints at its end.

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed everything that should have passed and did not, for whatever reason
 * @property {number} skipped switched off in the source
 */

/**
 * Reads `cargo test`, and wasm-bindgen's runner which speaks the same language: one result line for each test binary.
 * @param {string[]} lines
 * @returns {Counts | null} null when there is no result to read
 */
export function readCargoSummary(lines) {
  const results = lines.flatMap((line) => {
    const match = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/.exec(line);
    return match ? [{ passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3]) }] : [];
  });
  if (results.length > 0) return results.reduce(plus);
  // All that wasm-bindgen's runner says of a crate without tests.
  return lines.includes("no tests to run!") ? { passed: 0, failed: 0, skipped: 0 } : null;
}

/**
 * Reads Node's test runner in its `spec` form.
 * @param {string[]} lines
 * @returns {Counts | null}
 */
export function readNodeSummary(lines) {
  const count = countsAt(lines, (word) => new RegExp(`^ℹ ${word} (\\d+)$`));
  const [passed, failed, cancelled, skipped, todo] = ["pass", "fail", "cancelled", "skipped", "todo"].map(count);
  if (passed === undefined || failed === undefined) return null;
  return { passed, failed: failed + (cancelled ?? 0), skipped: (skipped ?? 0) + (todo ?? 0) };
}

/**
 * Reads Playwright's `list`. It mentions only what there was; a test that passed at its second attempt did fail.
 * @param {string[]} lines
 * @returns {Counts | null}
 */
export function readPlaywrightSummary(lines) {
  const count = countsAt(lines, (words) => new RegExp(`^ {2}(\\d+) ${words}(?: \\([^)]*\\))?$`));
  const [passed, skipped] = [count("passed"), count("skipped")];
  const bad = ["failed", "flaky", "interrupted", "did not run"].map(count);
  bad.push(countsAt(lines, () => /^ {2}(\d+) errors? (?:was|were) not a part of any test/)(""));
  if ([passed, skipped, ...bad].every((found) => found === undefined)) return null;
  return {
    passed: passed ?? 0,
    failed: bad.reduce((/** @type {number} */ sum, n) => sum + (n ?? 0), 0),
    skipped: skipped ?? 0,
  };
}

/**
 * Judges a run by what it printed and how it ended. What can't be read has failed, and so has a run without tests.
 * @param {Counts | null} counts
 * @param {{ code: number | null, trouble: string | null }} outcome
 * @returns {Counts & { why: string | null }} why: what else than a failed test was wrong
 */
export function judge(counts, { code, trouble }) {
  const ending = trouble ?? (code === 0 ? null : `ended with code ${code}`);
  const { passed, failed, skipped } = counts ?? { passed: 0, failed: 0, skipped: 0 };
  const why = counts === null ? (ending ?? "no summary in its output") : ending;
  if (failed > 0) return { passed, failed, skipped, why: trouble };
  if (why) return { passed, failed: 1, skipped, why };
  if (passed === 0) return { passed, failed: 1, skipped, why: "it ran no tests" };
  return { passed, failed, skipped, why: null };
}

/**
 * @param {Counts} a
 * @param {Counts} b
 * @returns {Counts}
 */
export function plus(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/**
 * A function from a word to the number that stands with it in the last line that fits.
 * @param {string[]} lines
 * @param {(word: string) => RegExp} pattern
 * @returns {(word: string) => number | undefined}
 */
function countsAt(lines, pattern) {
  return (word) => {
    const match = lines.findLast((line) => pattern(word).test(line))?.match(pattern(word));
    return match?.[1] === undefined ? undefined : Number(match[1]);
  };
}
