// What it costs, while nothing happens, to be ready to hold the last picture: nine tiles, with the cover and without.
import { Call } from "../support/call.mjs";
import { median, spread, verdict } from "./numbers.mjs";

/** % of one core. */
const GOAL = 1;

const TILES = 9;

/** ms: long enough that a hundredth of a core is a hundred milliseconds. */
const WINDOW = 10_000;

/**
 * Measures the CPU time of one page in turns: the cover listens for the loss of each video's stream by a property of that
 * video, which can be taken away and put back. Gives back lines for the report.
 */
export async function measureCover({ browser, lab, rounds, say }) {
  // One who watches, and one who is nine.
  const call = await Call.start(browser, lab, { people: ["ann"], picture: "no", sound: "no", settle: false });
  const [viewer] = call.people;
  await viewer.page.setViewportSize({ width: 700, height: 200 * Math.ceil((TILES + 1) / 2) });
  const crowd = await browser.newPage();
  await crowd.goto(`${lab.url}/page`);
  await crowd.evaluate((how) => import("/e2e/crowd.js").then(({ gather }) => gather(how)), {
    sessionId: call.session,
    count: TILES,
  });
  await viewer.until((count) => app.subscribers.size === count, TILES, "everybody's stream");
  await viewer.until(covered, TILES, "everybody's picture");
  const cost = await meter(viewer.page);
  const turns = { with: [], without: [] };
  await viewer.evaluate(makeRemovable);
  // What joining has left to be done is done in a first window, which counts for neither.
  await cost(WINDOW);
  for (let round = 1; round <= rounds; round += 1) {
    // Each pair in the other order, so that what drifts counts for both.
    for (const kind of round % 2 ? ["with", "without"] : ["without", "with"]) {
      await viewer.evaluate((wanted) => window.cover.be(wanted), kind === "with");
      turns[kind].push(await cost(WINDOW));
    }
    const [on, off] = [turns.with.at(-1), turns.without.at(-1)];
    say(`  ${round} with: ${told(on)}; without: ${told(off)}`);
  }
  await Promise.all([crowd.close(), call.end()]);
  const extra = (what) => turns.with.map((measure, round) => measure[what] - turns.without[round][what]);
  const main = median(extra("thread"));
  return `\
the cover's cost, ${TILES} tiles, nothing happens   ${main.toFixed(2)} % of a core   ${verdict(main, GOAL)}
  the page's main thread, with / without         ${median(turns.with.map(({ thread }) => thread)).toFixed(2)} % / ${median(turns.without.map(({ thread }) => thread)).toFixed(2)} %   (the middle half of the differences: ${spread(extra("thread"), 2)})
  the page's whole process, with / without       ${median(turns.with.map(({ process }) => process)).toFixed(1)} % / ${median(turns.without.map(({ process }) => process)).toFixed(1)} %   (the middle half of the differences: ${spread(extra("process"), 1)})`;
}

/** Reads the CPU time of a page: gives back a function that says how much of a core was used in the next `ms`, in %. */
async function meter(page) {
  const client = await page.context().newCDPSession(page);
  await client.send("Performance.enable");
  const read = async () => {
    const { metrics } = await client.send("Performance.getMetrics");
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  };
  return async (ms) => {
    const before = await read();
    await new Promise((resolve) => setTimeout(resolve, ms));
    const after = await read();
    const share = (name) => (100 * (after[name] - before[name])) / (after.Timestamp - before.Timestamp);
    return { thread: share("ThreadTime"), process: share("ProcessTime") };
  };
}

function told({ thread, process }) {
  return `${thread.toFixed(2)} % in the main thread, ${process.toFixed(1)} % in all`;
}

/** Runs in the page. Whether so many videos play and are ready to be covered. */
function covered(count) {
  const ready = [...document.querySelectorAll("video")].filter(
    (video) => Object.hasOwn(video, "srcObject") && video.videoWidth > 0,
  );
  return ready.length === count;
}

/** Runs in the page. Makes `window.cover.be(true)` and `window.cover.be(false)` work. */
function makeRemovable() {
  const videos = [...document.querySelectorAll("video")].filter((video) => Object.hasOwn(video, "srcObject"));
  const properties = new Map(videos.map((video) => [video, Object.getOwnPropertyDescriptor(video, "srcObject")]));
  window.cover = {
    be: (wanted) => {
      for (const [video, property] of properties)
        if (wanted) Object.defineProperty(video, "srcObject", property);
        else delete video.srcObject;
    },
  };
}
