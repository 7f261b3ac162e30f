// What went wrong, in a form that can be shown to somebody who only typed `npm test`.

/** Lines of a failed command's output that are shown: the cause is nearly always among the last, else among the first. */
const LAST_LINES = 20;
const FIRST_LINES = 8;

/** A step that did not work: what failed, the end of its output, and what to do about it. */
export class Failure extends Error {
  /**
   * @param {string} message what failed
   * @param {{ advice: string, lines?: string[] }} details what to do; the output of the command
   */
  constructor(message, { advice, lines = [] }) {
    super(message);
    this.name = "Failure";
    this.advice = advice;
    this.lines = lines;
  }

  /** The whole story, for the terminal. */
  get report() {
    const excerpt = excerptOf(this.lines.filter((line) => line.trim())).map((line) => `    ${line}`);
    return [`✗ ${this.message}`, ...excerpt, `  What to do: ${this.advice}`].join("\n");
  }
}

/**
 * The text to show for anything thrown.
 * @param {unknown} error
 */
export function reportOf(error) {
  if (error instanceof Failure) return error.report;
  return `✗ ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/**
 * Runs a script: shows its failure and sets the exit code.
 * @param {() => Promise<void>} script
 */
export async function main(script) {
  try {
    await script();
  } catch (error) {
    console.error(`\n${reportOf(error)}`);
    process.exitCode = 1;
  }
}

/** @param {string[]} lines */
function excerptOf(lines) {
  if (lines.length <= FIRST_LINES + LAST_LINES) return lines;
  return [...lines.slice(0, FIRST_LINES), "...", ...lines.slice(-LAST_LINES)];
}
