// Durable objects in the hands of the app: listeners as on the SDK's own objects, and what is no use at all.
import { expect, test } from "../support/fixtures.mjs";
import { SDKS } from "../support/lab.mjs";

const QUIET = { picture: "no", sound: "no", settle: false };

for (const { sdk } of SDKS) {
  test(`listeners on durable objects hear what they hear on those of SDK ${sdk}`, async ({ startCall }) => {
    const call = await startCall({ ...QUIET, sdk, people: ["ann"] });
    const { bare, durable } = await call.who("ann").evaluate(async () => {
      const { listen } = await import("/apps/surface/listening.js");
      let count = 0;
      return {
        bare: listen(() => {
          const object = OT.initSession("100", `bare-${(count += 1)}`);
          return { object, real: object };
        }),
        durable: listen(() => {
          app.session.off();
          return { object: app.session, real: OT.sessions.get(app.session.sessionId) };
        }),
      };
    });
    expect(durable).toEqual(bare);
  });
}
