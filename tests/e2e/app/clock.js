// The wall clock, which can jump ahead as it does when a machine has slept. A classic script.
(() => {
  const awake = Date.now.bind(Date);
  let slept = 0;
  Date.now = () => awake() + slept;

  window.clock = {
    /** The page wakes up, and so many ms have passed. */
    wakeAfter: (ms) => {
      slept += ms;
      document.dispatchEvent(new Event("visibilitychange"));
    },
  };
})();
