// Which SDK the tests run on. `SDK=2.27` before them says so; without it, it is the newest.

/** What came with a version, of what the tests can't do without; docs/surface.md lists the members. */
const OF_2_30 = ["mediaStreamAvailable"];
const OF_2_35 = ["setCaptionsTranslationLanguage"];

/**
 * The versions that the package is for. `name`: as `SDK` has it; `sdk`: as the page's address has it; `folder`: under
 * node_modules; `migrates`: whether it knows of session migration; `blinks`: whether its own migration shows black for some
 * frames, as the bare SDK does (3 to 6 frames measured there); `stumbles`: what it throws now and then when a session ends
 * right after its publisher, as the bare SDK does (in half of six tries there); `lacks`: what else it hasn't.
 */
export const SDKS = [
  {
    name: "2.27",
    sdk: "2.27.2",
    version: "v2.27.2",
    folder: "sdk-2.27",
    migrates: false,
    lacks: OF_2_30.concat(OF_2_35),
  },
  {
    name: "2.30",
    sdk: "2.30.0",
    version: "v2.30.0",
    folder: "sdk-2.30",
    migrates: true,
    blinks: true,
    stumbles:
      /^TypeError: Cannot read properties of (null \(reading 'processMessage'\)|undefined \(reading 'then'\))\s+at [^\n]*\/sdk\//,
    lacks: OF_2_35,
  },
  { name: "2.35", sdk: "2.35.2", version: "v2.35.2", folder: "@vonage/client-sdk-video", migrates: true, lacks: [] },
  { name: "opentok", sdk: "opentok", version: "v2.35.2", folder: "@opentok/client", migrates: true, lacks: [] },
];

/** The one of that name. */
export function sdkNamed(name) {
  const found = SDKS.find((one) => one.name === name);
  if (found) return found;
  throw new Error(`SDK=${name} is none of those that the tests run on: ${SDKS.map((one) => one.name).join(", ")}`);
}

const asked = process.env.SDK || null;

/** What a page has that doesn't ask for another. */
export const SDK = sdkNamed(asked ?? "2.35");

/** What a test goes through that is about every version: all of them, or the one that was asked for. */
export const EACH = asked ? [SDK] : SDKS;

/** What servers that ask for migration come to: an SDK that knows nothing of it is thrown out. */
export const MIGRATION = SDK.migrates ? "a migration" : "a rotation for want of migration";

/** Why a test is skipped that is about something which came later; `null` if it is there. */
export function without(what) {
  return SDK.lacks.includes(what) ? `SDK ${SDK.sdk} has no ${what}` : null;
}
