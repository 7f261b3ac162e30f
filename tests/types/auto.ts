// How apps say to `opentok-handover/auto` what it needs, and get at its manager.

import "opentok-handover/auto";
import type { ReconnectionManager } from "opentok-handover";
import { same, test } from "./test.js";

test("the options are those of create", () => {
  window.opentokHandover = {
    renew: async ({ sessionId }) => (await fetch(`/credentials?session=${sessionId}`)).json(),
    connectTimeout: 5000,
  };
  // @ts-expect-error: there is no such option
  window.opentokHandover = { renewTimeot: 5000 };
  // @ts-expect-error: renew is a function
  window.opentokHandover = { renew: "/credentials" };
});

test("the manager is there once the SDK is, and tells its events", () => {
  const manager = window.opentokHandover?.manager;
  same<typeof manager, ReconnectionManager | null | undefined>();
  manager?.addEventListener("handoverend", ({ detail }) => detail.outcome);
});
