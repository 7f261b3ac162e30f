// The JavaScript half as index.js hands it to the manager, with the manager's events kept.

import { durable, durableEvent, durableOf, realOf, remember, sdkEvent } from "../../src/js/durable.js";
import { HandoverError } from "../../src/js/errors.js";

export class Host {
  events = [];
  durable = durable;
  durableEvent = durableEvent;
  durableOf = durableOf;
  realOf = realOf;
  remember = remember;
  sdkEvent = sdkEvent;

  notify(type, detail) {
    this.events.push({ type, detail });
  }

  error(code, message, cause) {
    return new HandoverError(code, message, cause);
  }
}
