// How apps make a manager, and with which options.

import OT from "@vonage/client-sdk-video";
import { ReconnectionManager, type Credentials, type ManagerOptions, type RenewContext } from "opentok-handover";
import { same, test } from "./test.js";

declare const sessionId: string;
declare function getJson<T>(url: string): Promise<T>;

test("creating a manager takes the SDK and nothing more", async () => {
  const manager = await ReconnectionManager.create(OT);
  same<typeof manager, ReconnectionManager>();
});

test("renew may answer with a promise of credentials", async () => {
  await ReconnectionManager.create(OT, {
    renew: ({ sessionId }) => getJson<{ sessionId: string; token: string }>(`/credentials?session=${sessionId}`),
  });
});

test("renew may answer at once", async () => {
  await ReconnectionManager.create(OT, {
    renew: ({ sessionId }) => ({ applicationId: "an application", sessionId, token: "a token" }),
  });
});

test("renew may be written apart from the options", async () => {
  async function renew({ sessionId, signal }: RenewContext): Promise<Credentials> {
    const answer = await fetch(`/credentials?session=${sessionId}`, { signal });
    return answer.json();
  }
  await ReconnectionManager.create(OT, { renew });
});

test("renew is told what the credentials are for", async () => {
  await ReconnectionManager.create(OT, {
    renew: async ({ sessionId, previousSessionId, reason, attempt, signal }) => {
      same<typeof sessionId, string>();
      same<typeof previousSessionId, string>();
      same<typeof reason, "handover" | "recovery">();
      same<typeof attempt, number>();
      const answer = await fetch(`/credentials?session=${sessionId}`, { signal });
      return (await answer.json()) as { sessionId: string; token: string };
    },
  });
});

test("renew must answer with a session ID and a token", async () => {
  // @ts-expect-error: there is no token
  await ReconnectionManager.create(OT, { renew: () => ({ sessionId }) });
  // @ts-expect-error: there is no session ID
  await ReconnectionManager.create(OT, { renew: async () => ({ token: "a token" }) });
  // @ts-expect-error: a token alone is not enough
  await ReconnectionManager.create(OT, { renew: async () => "a token" });
});

test("every option has a type of its own", () => {
  const options: ManagerOptions = {
    newSessionSignal: "newSession",
    newSessionFrom: "anyone",
    announcementKey: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    identify: (stream, connection) => (stream ? `${connection.data} ${stream.videoType}` : null),
    renewTimeout: 10_000,
    connectTimeout: 20_000,
    publishTimeout: 20_000,
    handoverTimeout: 120_000,
    spread: 60_000,
    recoveryTimeout: 120_000,
    settleTimeout: 10_000,
    retry: { initialDelay: 500, maxDelay: 10_000, attempts: 30 },
    movesPerHour: 60,
  };
  return ReconnectionManager.create(OT, options);
});

test("a policy may be a function", async () => {
  await ReconnectionManager.create(OT, {
    retry: ({ retryCount, elapsedMs, retryReason }) =>
      retryReason.code === "connect_failed" && elapsedMs < 60_000 ? retryCount * 1000 : null,
  });
  // @ts-expect-error: a number of milliseconds, or null
  await ReconnectionManager.create(OT, { retry: () => "soon" });
  // @ts-expect-error: it is attempts
  await ReconnectionManager.create(OT, { retry: { tries: 3 } });
});

test("an unknown option is refused", async () => {
  // @ts-expect-error: it is renewTimeout
  await ReconnectionManager.create(OT, { renewTimeOut: 10_000 });
});

test("an option of the wrong type is refused", async () => {
  // @ts-expect-error: a number of milliseconds
  await ReconnectionManager.create(OT, { renewTimeout: "10 s" });
  // @ts-expect-error: "server" or "anyone"
  await ReconnectionManager.create(OT, { newSessionFrom: "moderator" });
  // @ts-expect-error: text, not a key of WebCrypto's
  await ReconnectionManager.create(OT, { announcementKey: {} as CryptoKey });
  // @ts-expect-error: a string or null
  await ReconnectionManager.create(OT, { identify: (_stream, connection) => connection });
});

test("a manager is made by create, which is asynchronous", () => {
  // @ts-expect-error: the constructor is not public
  new ReconnectionManager(OT);
  // @ts-expect-error: a promise is no manager yet
  ReconnectionManager.create(OT).initSession("an application", sessionId);
});
