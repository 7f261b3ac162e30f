import type { ManagerOptions, ReconnectionManager } from "./index.js";

export interface AutoOptions extends ManagerOptions {
  /** Is there when the script has run: `null` until the SDK is there too. */
  manager?: ReconnectionManager | null;
}

declare global {
  interface Window {
    /**
     * Before `opentok-handover/auto` runs: the options, `renew` at least unless the script's tag has `data-renew`. After
     * that the manager is in it.
     */
    opentokHandover?: AutoOptions;
  }
}
