/**
 * Takes pictures of the demo before, during and after both kinds of rotation, at desktop and phone width.
 *
 *     node www/tools/shots.mjs [--url http://127.0.0.1:4390/] [--out docs/pictures] [--width desktop|phone] [--dark]
 *
 * The demo must be running (`npm run demo`). Writes `<width>-<how>-<moment>.png`, prints what both rooms say, and ends
 * with an error if the page has one or the left room did not pass unnoticed.
 */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { launchOptions } from "../../tests/e2e/support/browser.mjs";

const WIDTHS = {
  desktop: { viewport: { width: 1440, height: 1150 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
};
const STEADY = 8000; // ms of undisturbed call on the strip chart before anything happens
const AFTER_NOTICE = 1500; // ms: in the middle of the handover
const AFTER_HIT = 600; // ms: while people are gone

const { values } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:4390/" },
    out: { type: "string", default: "docs/pictures" },
    width: { type: "string" },
    dark: { type: "boolean", default: false },
  },
});

const widths = values.width ? [values.width] : Object.keys(WIDTHS);
const unknown = widths.find((width) => !WIDTHS[width]);
if (unknown) throw new Error(`--width ${unknown}: expected ${Object.keys(WIDTHS).join(" or ")}`);

await mkdir(values.out, { recursive: true });
const browser = await chromium.launch(launchOptions());
try {
  for (const width of widths) for (const how of ["notice", "surprise"]) await takeSeries(width, how);
} finally {
  await browser.close();
}

async function takeSeries(width, how) {
  const page = await browser.newPage({ ...WIDTHS[width], colorScheme: values.dark ? "dark" : "light" });
  page.on("pageerror", (error) => complain(`${width}, ${how}: the page threw ${error}`));
  const take = (moment) => {
    const name = `${width}${values.dark ? "-dark" : ""}-${how}-${moment}.png`;
    return page.screenshot({ path: path.join(values.out, name), fullPage: width === "phone" });
  };
  await page.goto(values.url);
  await page.waitForFunction(() => window.demo && window.demo.state !== "starting");
  const problem = await page.evaluate(() => window.demo.problem);
  if (problem) throw new Error(`The demo says: ${problem}`);
  await page.waitForTimeout(STEADY);
  await take("before");
  const rotated = page.evaluate((kind) => window.demo.rotate(kind), how);
  if (how === "notice") {
    await page.waitForTimeout(AFTER_NOTICE);
    await take("handover");
  }
  await page.waitForSelector("body[data-servers=gone]", { timeout: 0 });
  await page.waitForTimeout(AFTER_HIT);
  await take("during");
  for (const side of ["left", "right"])
    await page.waitForSelector(`#${side} .receipt [data-turn]`, { timeout: 90_000 });
  await take("after");
  await rotated;
  await report(page, width, how);
  await page.close();
}

async function report(page, width, how) {
  for (const side of ["left", "right"]) {
    const { words, result, counters } = await page.evaluate((room) => {
      const { receipt, counters: counts } = window.demo.rooms[room];
      return { ...receipt, counters: counts };
    }, side);
    console.log(`${width}, ${how}, ${side}: ${words}`);
    if (side === "left" && (counters.blackSeconds > 0 || counters.left > 0 || !result.alive))
      complain(`${width}, ${how}: it was noticed`);
  }
}

function complain(text) {
  console.error(text);
  process.exitCode = 1;
}
