// npm run build: dist/, the package as it is published.

import { brotliCompressSync } from "node:zlib";
import { buildPackage, listPackage } from "./build/package.mjs";
import { buildServer } from "./build/server.mjs";
import { npmPackages } from "./setup/npm-packages.mjs";
import { rust } from "./setup/rust.mjs";
import { wasmBindgen } from "./setup/wasm-bindgen.mjs";
import { main } from "./support/failure.mjs";

await main(async () => {
  await npmPackages();
  await rust();
  await wasmBindgen();
  await buildPackage();
  await buildServer();
  for (const { path, content } of listPackage()) {
    const compressed = brotliCompressSync(content).length;
    console.log(`dist/${path}  ${kilobytes(content.length)}, brotli ${kilobytes(compressed)}`);
  }
});

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
