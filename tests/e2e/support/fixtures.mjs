// What a spec gets: one lab and one browser per worker, and calls to join.
import { test as base } from "@playwright/test";
import { AppServer } from "./app-server.mjs";
import { Call } from "./call.mjs";
import { Lab } from "./lab.mjs";

export { expect } from "@playwright/test";

export const test = base.extend({
  /** The lab, one per worker. */
  lab: [
    // Playwright reads the names of the fixtures that are wanted out of this pattern; here there are none.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const lab = await Lab.start();
      await use(lab);
      await lab.stop();
    },
    // The first start may build it.
    { scope: "worker", timeout: 600_000 },
  ],

  /** `startServer(options)` starts an app's server, `options` being its handler's; it ends with the test. */
  startServer: async ({ lab }, use) => {
    const servers = [];
    await use(async (options) => {
      const server = await AppServer.start(lab, options);
      servers.push(server);
      return server;
    });
    await Promise.all(servers.map((server) => server.stop(lab)));
  },

  /** `startCall({ mode, people, ...query })` creates a session, or takes `session`, and lets people join; all leave when the test ends. */
  startCall: async ({ browser, lab }, use) => {
    const calls = [];
    await use(async (options) => {
      const call = await Call.start(browser, lab, options);
      calls.push(call);
      return call;
    });
    await lab.clear();
    await Promise.all(calls.map((call) => call.end()));
  },
});
