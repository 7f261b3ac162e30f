// Everything that the vendor's declarations name has its place in the table of tests/e2e/apps/surface.

import OT from "@vonage/client-sdk-video";
import type { ReconnectionManager } from "opentok-handover";
import type table from "../e2e/apps/surface/table.json";
import { same, test } from "./test.js";

type Table = typeof table;

/** What is declared and not in the table. */
type Missing<Declared, Listed> = Exclude<keyof Declared, keyof Listed>;

test("every declared member of a session is in the table", () => same<Missing<OT.Session, Table["Session"]>, never>());

test("every declared member of a publisher is in the table", () =>
  same<Missing<OT.Publisher, Table["Publisher"]>, never>());

test("every declared member of a subscriber is in the table", () =>
  same<Missing<OT.Subscriber, Table["Subscriber"]>, never>());

test("every declared member of a stream is in the table", () => same<Missing<OT.Stream, Table["Stream"]>, never>());

test("every declared member of a connection is in the table", () =>
  same<Missing<OT.Connection, Table["Connection"]>, never>());

test("what a manager makes is the SDK's, no more and no less", () => {
  same<ReturnType<ReconnectionManager["initSession"]>, OT.Session>();
  same<ReturnType<ReconnectionManager["initPublisher"]>, OT.Publisher>();
  same<ReconnectionManager["initPublisher"], typeof OT.initPublisher>();
  same<ReconnectionManager["OT"], typeof OT>();
});
