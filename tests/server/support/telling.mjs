// What a test tells of itself in the test run, beside whether it passed: lines that begin with a bar are shown. Not on
// standard output: on that, Node's test runner has the results of a file sent to it, and takes other output for broken ones
// (nodejs/node issue 64061).

/** Tells how far it is. */
export function tell(/** @type {string} */ line) {
  console.error(`│ ${line}`);
}

/** Tells what was counted, a row of texts and numbers each; the first one is the head. */
export function tellTable(/** @type {(string | number)[][]} */ rows) {
  const columns = rows[0]?.map((_, column) => Math.max(...rows.map((row) => String(row[column]).length))) ?? [];
  for (const row of rows) {
    const cells = row.map((cell, column) => {
      const width = columns[column] ?? 0;
      return typeof cell === "number" ? String(cell).padStart(width) : cell.padEnd(width);
    });
    tell(cells.join("   ").trimEnd());
  }
}
