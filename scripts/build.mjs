// npm run build: dist/, the package as it is published.

import { brotliCompressSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildPackage, listPackage } from "./build/package.mjs";
import { npmPackages } from "./setup/npm-packages.mjs";
import { rust } from "./setup/rust.mjs";
import { wasmBindgen } from "./setup/wasm-bindgen.mjs";
import { main } from "./support/failure.mjs";
import { DIST } from "./support/project.mjs";

await main(async () => {
  await npmPackages();
  await rust();
  await wasmBindgen();
  await buildPackage();
  for (const { path, size } of listPackage()) {
    const compressed = brotliCompressSync(readFileSync(join(DIST, path))).length;
    console.log(`dist/${path}  ${kilobytes(size)}, brotli ${kilobytes(compressed)}`);
  }
});

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
