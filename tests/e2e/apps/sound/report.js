// Tells a test by the console what a page's user could hear and see of others, ten times a second: runs before everything
// else in the page. A classic script. Whatever a test asks a page itself counts as the user's doing.
(() => {
  const native = (name) => Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, name).get;
  const [muted, paused, source] = ["muted", "paused", "srcObject"].map(native);

  /** How many elements can be heard at this moment. */
  const heard = () =>
    counts.players().filter((element) => {
      const tracks = source.call(element)?.getAudioTracks() ?? [];
      return (
        !muted.call(element) &&
        !paused.call(element) &&
        tracks.some(({ enabled, readyState }) => enabled && readyState === "live")
      );
    }).length;

  const told = [];
  const known = new Set();
  const twice = { since: undefined, longest: 0 };

  setInterval(() => {
    const now = performance.now();
    if (!window.app?.subscribers || heard() < 2) twice.since = undefined;
    else twice.since ??= now;
    if (twice.since) twice.longest = Math.max(twice.longest, now - twice.since);
    for (const subscriber of window.app?.subscribers?.values() ?? []) {
      if (known.has(subscriber)) continue;
      known.add(subscriber);
      for (const name of ["audioBlocked", "audioUnblocked"])
        subscriber.on(name, () => told.push([name, subscriber.isAudioBlocked()].join()));
    }
  }, 5);

  setInterval(() => {
    const [subscriber] = window.app?.subscribers?.values() ?? [];
    if (!subscriber) return;
    const video = document.querySelector('.tile[data-who="ben"] video');
    const report = {
      told,
      blocked: subscriber.isAudioBlocked(),
      volume: subscriber.getAudioVolume(),
      heard: heard(),
      twice: Math.round(twice.longest),
      frames: video?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
      paused: video?.paused,
      sign: document.querySelectorAll(".OT_audio-blocked").length,
      phase: app.diary.since(0, "manager").findLast(({ type }) => type === "phasechange")?.detail.phase,
      moves: app.receipts().length,
      active: navigator.userActivation.hasBeenActive,
    };
    console.log(`report ${JSON.stringify(report)}`);
  }, 100);

  if (new URLSearchParams(location.search).get("ui") === "element")
    document.addEventListener("click", ({ target }) => target.tagName === "VIDEO" && OT.unblockAudio());
})();
