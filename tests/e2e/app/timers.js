// Watches the timers of the package, by whoever asks for one: runs before everything else. A classic script.
(() => {
  const pending = new Set();
  let asked = 0;
  let fired = 0;
  let asleep = false;

  /** Where a call was made from to one of the functions below, if that was in the package. */
  const ours = () => {
    const caller = new Error().stack.split("\n")[3] ?? "";
    return caller.includes("/dist/") ? caller.trim() : null;
  };

  /** Replaces a pair of functions: one asks to be called back, the other says that there is no need to any more. */
  const watch = (owner, request, cancel, { again = false } = {}) => {
    const [ask, forgo] = [owner[request], owner[cancel]];
    owner[request] = function requested(callback, ...rest) {
      const from = ours();
      if (!from) return ask.call(this, callback, ...rest);
      const wait = { what: `${request} ${from}`, forgo, owner: this };
      const run = (...args) => {
        if (asleep) {
          wait.late = () => run(...args);
          return;
        }
        fired += 1;
        if (!again) pending.delete(wait);
        callback(...args);
      };
      wait.handle = ask.call(this, run, ...rest);
      asked += 1;
      pending.add(wait);
      return wait.handle;
    };
    owner[cancel] = function forgone(handle) {
      for (const wait of pending)
        if (wait.forgo === forgo && wait.handle === handle && wait.owner === this) pending.delete(wait);
      forgo.call(this, handle);
    };
  };
  watch(window, "setTimeout", "clearTimeout");
  watch(window, "setInterval", "clearInterval", { again: true });
  watch(window, "requestAnimationFrame", "cancelAnimationFrame");
  watch(HTMLVideoElement.prototype, "requestVideoFrameCallback", "cancelVideoFrameCallback");

  window.timers = {
    /** What the package waits for now, in words. */
    pending: () => [...pending].map(({ what }) => what),
    /** How often it has asked for a timer, and how often one has come. */
    counts: () => ({ asked, fired }),
    /** From now on none comes, as in a page that is hidden or a machine that sleeps. */
    sleep: () => {
      asleep = true;
    },
    /** Those that should have come meanwhile come now, but for those that one of them does away with. */
    wake: () => {
      asleep = false;
      for (const wait of [...pending]) if (pending.has(wait)) wait.late?.();
    },
  };
})();
