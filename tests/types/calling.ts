// The code an app already has: written for OT.Session and its relatives, given ours.

import OT from "@vonage/client-sdk-video";
import type { ReconnectionManager } from "opentok-handover";
import { same, test } from "./test.js";

declare const manager: ReconnectionManager;
declare const token: string;
declare const stage: HTMLElement;

test("a session of the manager is an OT.Session", () => {
  const session: OT.Session = manager.initSession("an application", "a session");
  return session;
});

test("a session takes the options that the SDK's takes", () => {
  manager.initSession("an application", "a session", { sessionMigration: false, connectionEventsSuppressed: true });
  // @ts-expect-error: the SDK knows no such option
  manager.initSession("an application", "a session", { migrate: true });
});

test("connecting works with a callback and with a promise", async () => {
  const session = manager.initSession("an application", "a session");
  session.connect(token, (error) => console.error(error?.name));
  await session.connect.promise(token);
});

test("the SDK's events keep their types", () => {
  const session = manager.initSession("an application", "a session");
  session.on("streamCreated", ({ stream }) => session.subscribe(stream, stage, { insertMode: "append" }));
  session.on("sessionDisconnected", ({ reason }) => same<typeof reason, string>());
  session.on("signal", ({ from, data }) => [from?.connectionId, data]);
  session.on({ sessionReconnecting: () => {}, sessionReconnected: () => {} });
  session.once("connectionCreated", ({ connection }) => connection.data);
  session.off();
});

test("a publisher of the manager is an OT.Publisher", async () => {
  const publisher: OT.Publisher = manager.initPublisher(stage, { publishAudio: false }, (error) => error?.message);
  await publisher.publishVideo.promise(false);
});

test("a publisher needs neither target nor options", () => {
  manager.initPublisher();
  manager.initPublisher("an-element");
});

test("publishing, subscribing and signalling read as they always did", async () => {
  const session = manager.initSession("an application", "a session");
  const publisher = session.publish(manager.initPublisher(stage), (error) => error?.message);
  const subscriber: OT.Subscriber = session.subscribe(publisher.stream!, stage);
  await session.signal({ type: "chat", data: "hello", to: session.connection! });
  session.unsubscribe(subscriber);
  session.unpublish(publisher);
  await session.disconnect();
});

test("code that takes OT as a value takes manager.OT", () => {
  const join = (sdk: typeof OT) => sdk.initSession("an application", "a session").connect(token, () => {});
  join(manager.OT);
  manager.OT.initPublisher.promise(stage, { videoSource: null });
});

test("manager.OT and the state are there to be read, not set", () => {
  // @ts-expect-error: read-only
  manager.OT = OT;
  // @ts-expect-error: read-only
  manager.state = "connected";
});
