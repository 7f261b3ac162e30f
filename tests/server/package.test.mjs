// The package as npm packs it: its two halves know nothing of each other.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { build } from "esbuild";
import { bundle } from "../../scripts/build/bundle.mjs";

const ROOT = path.resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "handover-package-"));
after(() => rmSync(folder, { recursive: true }));

/** The package, unpacked. */
const PACKED = unpacked();

function unpacked() {
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const [{ filename }] = JSON.parse(execFileSync("npm", pack, { cwd: ROOT, encoding: "utf8" }));
  execFileSync("tar", ["-xzf", path.join(folder, filename), "-C", folder]);
  return path.join(folder, "package");
}

/** Every file of the package that an entry needs, however it names it: imports of any depth, and modules by their address. */
async function filesOf(/** @type {string} */ entry) {
  const { metafile } = await build({
    entryPoints: [path.join(PACKED, entry)],
    absWorkingDir: PACKED,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "silent",
  });
  const files = new Set(Object.keys(metafile.inputs));
  for (const file of [...files]) {
    for (const [, name = ""] of readFileSync(path.join(PACKED, file), "utf8").matchAll(/["'`]([\w./-]+\.wasm)["'`]/g)) {
      const named = path.join(path.dirname(file), name);
      assert.ok(existsSync(path.join(PACKED, named)), `${file} names ${name}, which is not in the package`);
      files.add(named);
    }
  }
  return files;
}

const { exports } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
const entries = Object.values(exports).flatMap(({ default: file }) => (file?.endsWith(".js") ? [path.join(file)] : []));
const isServers = (/** @type {string} */ file) => file.startsWith("dist/server/");

test("the server's entries need nothing of the browser's, and the browser's nothing of the server's", async () => {
  assert.deepEqual(entries, ["dist/index.js", "dist/auto.js", "dist/server/index.js", "dist/server/stores/redis.js"]);
  for (const entry of entries) {
    const files = await filesOf(entry);
    assert.deepEqual(
      [...files].filter((file) => isServers(file) !== isServers(entry)),
      [],
      entry,
    );
  }
});

test("whatever the entries need is found by walking", async () => {
  const browser = await filesOf("dist/index.js");
  assert.ok(browser.has("dist/wasm/opentok_handover_bg.wasm"), [...browser].join(" "));
  const server = await filesOf("dist/server/index.js");
  for (const file of ["wasm/opentok_handover_server_bg.wasm", "stores/sqlite.js", "statement.js", "trust.js"]) {
    assert.ok(server.has(`dist/server/${file}`), file);
  }
});

test("the browser's entries are the same, byte by byte, where there is no server's half", async () => {
  const source = path.join(folder, "src", "js");
  const place = path.join(folder, "dist");
  mkdirSync(place);
  cpSync(path.join(ROOT, "src/js"), source, { recursive: true });
  // The bundler reads them: which modules have side effects, and that scripts are strict.
  for (const name of ["package.json", "tsconfig.json"]) cpSync(path.join(ROOT, name), path.join(folder, name));
  // The one file that both halves share.
  const shared = path.join("src", "server", "js", "statement.js");
  mkdirSync(path.dirname(path.join(folder, shared)), { recursive: true });
  cpSync(path.join(ROOT, shared), path.join(folder, shared));
  const wasm = path.join(PACKED, "dist", "wasm");
  await bundle(path.join(wasm, "opentok_handover.js"), path.join(wasm, "opentok_handover_bg.wasm"), { source, place });
  for (const name of ["index.js", "auto.js"]) {
    assert.ok(readFileSync(path.join(place, name)).equals(readFileSync(path.join(PACKED, "dist", name))), name);
  }
});

test("nothing of the server's crate is compiled into the browser's module", () => {
  const tree = ["tree", "-p", "opentok-handover", "--target", "all", "--prefix", "none", "--locked"];
  const crates = execFileSync("cargo", tree, { cwd: ROOT, encoding: "utf8" });
  assert.match(crates, /^opentok-handover v/m);
  assert.doesNotMatch(crates, /opentok-handover-server/);
});
