// The server's half in what else it may run in than Node: Deno, Bun, and a worker in Cloudflare's own runtime. RUNTIMES is
// the folder in which they are installed.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

const FOLDER = process.env.RUNTIMES ?? "";
const PROGRAM = path.join(import.meta.dirname, "program.mjs");
const WORKER = path.join(import.meta.dirname, "worker.mjs");
const timeout = 60_000;

const program = (/** @type {string} */ name) => path.join(FOLDER, "node_modules", ".bin", name);

/** @type {[string, string, string[]][]} */
const RUNTIMES = [
  ["Node", process.execPath, []],
  ["Deno", program("deno"), ["run", "--allow-read", "--no-prompt"]],
  ["Bun", program("bun"), []],
];

for (const [name, command, args] of RUNTIMES) {
  test(`a rotation goes from the notice to the successor in ${name}`, { timeout }, async () => {
    const { stdout } = await promisify(execFile)(command, [...args, PROGRAM], { timeout });
    assert.equal(stdout.trim(), "ok");
  });
}

test("and in a worker, where nobody may compile and nothing goes on between requests", { timeout }, async (context) => {
  const { outputFiles } = await build({
    entryPoints: [WORKER],
    bundle: true,
    write: false,
    outdir: "/",
    format: "esm",
    loader: { ".wasm": "copy" },
    // A worker has no files: what keeps plans in one is never asked for.
    external: ["node:*", "better-sqlite3"],
    logLevel: "silent",
  });
  const [script, module] = [".js", ".wasm"].map((ending) => outputFiles.find((file) => file.path.endsWith(ending)));
  assert.ok(script && module);
  const require = createRequire(path.join(FOLDER, "package.json"));
  const { Miniflare } = await import(pathToFileURL(require.resolve("miniflare")).href);
  const miniflare = new Miniflare({
    compatibilityDate: "2026-04-01",
    modules: [
      { type: "ESModule", path: "worker.js", contents: script.text },
      { type: "CompiledWasm", path: path.basename(module.path), contents: module.contents },
    ],
  });
  context.after(() => miniflare.dispose());
  const answer = await miniflare.dispatchFetch("http://app.example/");
  assert.equal(await answer.text(), "ok");
});
