// Runs the story in a worker: nobody may compile there, and nothing goes on between requests.
import plan from "../../../dist/server/wasm/opentok_handover_server_bg.wasm";
import { rotation } from "./story.mjs";

export default {
  async fetch() {
    await rotation({ plan, pollInterval: 0 });
    return new Response("ok");
  },
};
