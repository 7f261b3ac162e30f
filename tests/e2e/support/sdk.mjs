// Which SDK the tests run on. `SDK=2.27` before them says so; without it, it is the newest.

/**
 * The versions that the package is for. `name`: as `SDK` has it; `sdk`: as the page's address has it; `folder`: under
 * node_modules; `migrates`: whether it knows of session migration.
 */
export const SDKS = [
  { name: "2.27", sdk: "2.27.2", version: "v2.27.2", folder: "sdk-2.27", migrates: false },
  { name: "2.30", sdk: "2.30.0", version: "v2.30.0", folder: "sdk-2.30", migrates: true },
  { name: "2.35", sdk: "2.35.2", version: "v2.35.2", folder: "@vonage/client-sdk-video", migrates: true },
  { name: "opentok", sdk: "opentok", version: "v2.35.2", folder: "@opentok/client", migrates: true },
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
