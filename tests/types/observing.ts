// What the manager says for itself: its state, its events, receipts and errors.

import {
  HandoverError,
  type ErrorCode,
  type ManagerEventMap,
  type Phase,
  type Receipt,
  type ReconnectionManager,
  type State,
} from "opentok-handover";
import { same, test } from "./test.js";

declare const manager: ReconnectionManager;
declare const receipt: Receipt;

test("the state is one of eight words", () => {
  type Words = "idle" | "connecting" | "connected" | "handover" | "recovering" | "disconnected" | "failed" | "closed";
  same<typeof manager.state, Words>();
  same<State, Words>();
});

test("the manager is an EventTarget", () => {
  const target: EventTarget = manager;
  return target;
});

test("statechange tells which session went from which state to which", () => {
  manager.addEventListener("statechange", ({ detail }) => {
    same<typeof detail.sessionId, string>();
    same<typeof detail.from, State>();
    same<typeof detail.to, State>();
  });
});

test("phasechange names the phase and when it began", () => {
  manager.addEventListener("phasechange", ({ detail: { phase, at } }) => {
    same<typeof phase, "renewing" | "connecting" | "overlapping" | "settling" | "leaving">();
    same<typeof phase, Phase>();
    same<typeof at, number>();
  });
});

test("handoverstart tells where from, where to, and how long there is", () => {
  manager.addEventListener("handoverstart", ({ detail: { from, to, deadline, startsIn } }) => {
    same<[typeof from, typeof to], [string, string]>();
    same<typeof deadline, number>();
    same<typeof startsIn, number>();
  });
});

test("tileswap tells the gap, which a tile without video has not", () => {
  manager.addEventListener("tileswap", ({ detail: { streamId, own, gap } }) => {
    same<[typeof streamId, typeof own, typeof gap], [string, boolean, number | null]>();
    // @ts-expect-error: null if audio only
    gap.toFixed();
  });
});

test("handoverend brings a receipt", () => {
  manager.addEventListener("handoverend", ({ detail }) => same<typeof detail, Receipt>());
});

test("renewfailed tells when renew is asked again, if ever", () => {
  manager.addEventListener("renewfailed", ({ detail: { error, attempt, retryIn } }) => {
    same<typeof attempt, number>();
    same<typeof retryIn, number | null>();
    console.warn(error.code);
  });
});

test("attemptfailed tells of any attempt", () => {
  manager.addEventListener("attemptfailed", ({ detail: { error, attempt, retryIn } }) => {
    same<typeof error, HandoverError>();
    same<typeof attempt, number>();
    same<typeof retryIn, number | null>();
  });
});

test("signalrejected gives a reason that can be told apart", () => {
  manager.addEventListener("signalrejected", ({ detail: { reason } }) => {
    switch (reason) {
      case "empty":
      case "too_large":
      case "not_json":
      case "invalid":
      case "from_participant":
      case "unsigned":
      case "forged":
      case "unverifiable":
      case "other_session":
      case "expired":
      case "duplicate":
      case "current_session":
      case "past_deadline":
      case "too_many":
      case "unconfirmed":
        return;
      default:
        same<typeof reason, never>();
    }
  });
});

test("failed brings a HandoverError", () => {
  manager.addEventListener("failed", ({ detail: { error } }) => same<typeof error, HandoverError>(), { once: true });
});

test("a listener can be taken off again", () => {
  const listener = (event: CustomEvent<Receipt>) => console.log(event.detail.outcome);
  manager.addEventListener("handoverend", listener);
  manager.removeEventListener("handoverend", listener);
});

test("a listener may be an object, as with any EventTarget", () => {
  manager.addEventListener("handoverend", { handleEvent: (event) => console.log(event.type) });
});

test("every event tells which session it is about", () => {
  type Details = { [Type in keyof ManagerEventMap]: ManagerEventMap[Type]["detail"]["sessionId"] };
  same<Details[keyof Details], string>();
});

test("a misread detail is refused", () => {
  // @ts-expect-error: a tileswap has no stream, only its ID
  manager.addEventListener("tileswap", ({ detail }) => detail.stream);
  // @ts-expect-error: "switching" is no phase
  manager.addEventListener("phasechange", ({ detail }) => detail.phase === "switching");
});

test("handover answers with a receipt", async () => {
  const receipt = await manager.handover({ sessionId: "the successor" });
  same<typeof receipt, Receipt>();
});

test("a handover's deadline is a time in milliseconds or in ISO", async () => {
  await manager.handover({ sessionId: "the successor", deadline: Date.now() + 60_000 });
  await manager.handover({ sessionId: "the successor", deadline: "2030-01-01T00:00:00Z" });
  // @ts-expect-error: a Date is neither
  await manager.handover({ sessionId: "the successor", deadline: new Date() });
});

test("where there are several sessions, a handover names the one to move", async () => {
  const session = manager.initSession("an application", "a session");
  await manager.handover({ sessionId: "the successor", from: session });
  // @ts-expect-error: the session, not its ID
  await manager.handover({ sessionId: "the successor", from: "a session" });
});

test("a handover must say where to", async () => {
  // @ts-expect-error: there is no session ID
  await manager.handover({ deadline: Date.now() + 60_000 });
  // @ts-expect-error: an object, not the ID alone
  await manager.handover("the successor");
});

test("a receipt can be read without looking anything up", () => {
  same<typeof receipt.kind, "handover" | "recovery">();
  same<typeof receipt.outcome, "completed" | "abandoned" | "superseded" | "cancelled" | "promoted">();
  const longest = Math.max(...receipt.tiles.map(({ gap }) => gap ?? 0));
  const phases = receipt.phases.map(({ name, at }) => `${name} after ${at} ms`);
  const errors = receipt.errors.map(({ code, message, at }) => `${code} at ${at}: ${message}`);
  return [longest, phases, errors, receipt.attempts, receipt.duration + receipt.started];
});

test("errors are told apart by their class and code", async () => {
  try {
    await manager.handover({ sessionId: "the successor" });
  } catch (error) {
    if (!(error instanceof HandoverError)) throw error;
    const plain: Error = error;
    if (error.code === "connect_timeout") console.warn(plain.message, error.cause);
    if (error.code === "too_many_waiting") console.warn("the call has been cut off for long");
    for (const swapped of error.receipt?.tiles ?? []) console.warn(swapped.streamId);
    // @ts-expect-error: no such code
    if (error.code === "something_else") console.warn(error);
  }
});

test("an app can have a word of its own for every error", () => {
  const words = { renew_timeout: "Your server is slow." } satisfies Partial<Record<ErrorCode, string>>;
  // @ts-expect-error: no such code
  const mistaken = { renew_slow: "Your server is slow." } satisfies Partial<Record<ErrorCode, string>>;
  return [words, mistaken];
});

test("closing is asynchronous", async () => {
  same<ReturnType<typeof manager.close>, Promise<void>>();
  await manager.close();
});
