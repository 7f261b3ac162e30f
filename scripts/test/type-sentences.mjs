// tests/types says in sentences what users may write; the compiler says which of them don't hold.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot, npmBinary } from "../support/project.mjs";
import { run } from "../support/run.mjs";

const FOLDER = join("tests", "types");

/**
 * @typedef {{ file: string, line: number, sentence: string }} Sentence where it begins
 * @typedef {{ file: string, line: number, text: string }} Complaint of the compiler
 */

/**
 * Compiles the sentences.
 * @param {(line: string) => void} say
 * @returns {Promise<import("./stages.mjs").Result>}
 */
export async function runTypeSentences(say) {
  const files = readdirSync(inRoot(FOLDER)).filter((name) => name.endsWith(".ts"));
  const sentences = files.flatMap((name) =>
    sentencesOf(join(FOLDER, name), readFileSync(inRoot(FOLDER, name), "utf8")),
  );
  const { code, lines, trouble } = await run(npmBinary("tsc"), ["-p", FOLDER, "--pretty", "false"]);
  const all = complaintsOf(lines);
  if (code !== 0 && all.length === 0) {
    lines.forEach(say);
    return { passed: 0, failed: 1, skipped: 0, why: trouble ?? `tsc ended with code ${code}` };
  }
  // The SDK's declarations don't pass their own compiler, which is not for us to mend.
  const complaints = all.filter(({ file }) => !file.includes("node_modules"));
  const { passed, broken, homeless } = assign(sentences, complaints);

  for (const [sentence, reasons] of broken) {
    say(`✗ ${sentence.sentence}`);
    for (const { file, line, text } of reasons) say(`    ${file}:${line}: ${text}`);
  }
  for (const { file, line, text } of homeless) say(`✗ ${file}:${line}: ${text}`);
  if (sentences.length === 0) return { passed: 0, failed: 1, skipped: 0, why: "it ran no tests" };
  return { passed, failed: broken.size + homeless.length, skipped: 0, why: null };
}

/**
 * Finds `test("a sentence", ...)` at the beginning of lines.
 * @param {string} file
 * @param {string} source
 * @returns {Sentence[]}
 */
export function sentencesOf(file, source) {
  return source.split("\n").flatMap((text, index) => {
    const sentence = /^test\(("(?:[^"\\]|\\.)+")/.exec(text)?.[1];
    return sentence ? [{ file, line: index + 1, sentence: /** @type {string} */ (JSON.parse(sentence)) }] : [];
  });
}

/**
 * Reads the compiler's complaints, each with the indented lines that explain it.
 * @param {string[]} lines
 * @returns {Complaint[]}
 */
export function complaintsOf(lines) {
  /** @type {Complaint[]} */
  const complaints = [];
  for (const line of lines) {
    const [, file, number, text] = /^(.+?)\((\d+),\d+\): error (.+)$/.exec(line) ?? [];
    const last = complaints.at(-1);
    if (file && text) complaints.push({ file, line: Number(number), text });
    else if (last && line.startsWith("  ")) last.text += `\n      ${line.trim()}`;
  }
  return complaints;
}

/**
 * Gives each complaint to the sentence it stands in; what stands before the first, or in another file, is homeless.
 * @param {Sentence[]} sentences
 * @param {Complaint[]} complaints
 */
export function assign(sentences, complaints) {
  /** @type {Map<Sentence, Complaint[]>} */
  const broken = new Map();
  /** @type {Complaint[]} */
  const homeless = [];
  for (const complaint of complaints) {
    const home = sentences.findLast(({ file, line }) => file === complaint.file && line <= complaint.line);
    if (home) broken.set(home, [...(broken.get(home) ?? []), complaint]);
    else homeless.push(complaint);
  }
  return { passed: sentences.length - broken.size, broken, homeless };
}
