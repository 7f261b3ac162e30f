// An application's server, as one writes it with `opentok-handover/server`: its callbacks, and what clients ask of it.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { Auth } from "@vonage/auth";
import { Video } from "@vonage/video";
import { createRotationHandler, nodeListener } from "../../../dist/server/index.js";

/** It runs in the test's own process, listens on loopback, and keeps its plans in an SQLite file of its own. */
export class AppServer {
  /** What the handler has told the app, oldest first. */
  told = [];
  /** What the handler has noted in its log. */
  notes = [];

  #folder;
  #server;
  #waiting = new Set();

  /** Starts one for a lab, whose callbacks come here from then on; `options` are the handler's. */
  static async start(lab, options = {}) {
    const server = new AppServer();
    await server.#open(lab, options);
    return server;
  }

  async #open(lab, options) {
    const answer = await fetch(`${lab.url}/credentials/application`);
    const { applicationId, privateKey, videoHost } = await answer.json();
    this.#folder = await mkdtemp(path.join(tmpdir(), "handover-app-server-"));
    const secret = randomUUID();
    this.video = new Video(new Auth({ applicationId, privateKey }), { videoHost });
    this.handler = createRotationHandler({
      applicationId,
      video: this.video,
      secrets: secret,
      store: path.join(this.#folder, "plans.db"),
      pollInterval: 50,
      on: (event) => {
        this.told.push(event);
        for (const look of this.#waiting) look();
      },
      log: (entry) => this.notes.push(entry),
      ...options,
    });
    const callbacks = nodeListener(this.handler);
    this.#server = createServer((request, response) => {
      if (request.url.startsWith("/credentials?")) this.#credentials(request, response);
      else callbacks(request, response);
    });
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
    await lab.callbacks({ all: `${this.url}/callbacks`, secret });
  }

  /** Answers a client's `renew`; the page comes from the lab, which is another origin. */
  async #credentials(request, response) {
    const asked = new URL(request.url, this.url).searchParams;
    const answer = (status, value) =>
      response.writeHead(status, { "access-control-allow-origin": "*" }).end(JSON.stringify(value));
    try {
      answer(
        200,
        await this.handler.credentials({
          sessionId: asked.get("session"),
          user: asked.get("data"),
          role: asked.get("role") ?? "publisher",
        }),
      );
    } catch (error) {
      answer(error.status ?? 500, { error: error.message });
    }
  }

  /** Waits until the handler tells of something. */
  tells(type, passes = () => true) {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.told.find((event) => event.type === type && passes(event));
        if (!found) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Where a broadcast of a call can be seen now; what the app's viewers ask. */
  async broadcastUrl(sessionId) {
    const { sessionId: current } = await this.handler.credentials({ sessionId, role: "subscriber" });
    const { items } = await this.video.searchBroadcasts({ sessionId: current });
    return items.find(({ status }) => status === "started")?.broadcastUrls?.hls ?? null;
  }

  async stop(lab) {
    await lab.callbacks({ off: true });
    await this.handler.close();
    this.#server.closeAllConnections();
    this.#server.close();
    await rm(this.#folder, { recursive: true });
  }
}
