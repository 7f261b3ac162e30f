// The three ways to show a subscriber or a publisher, as the documentation has them.

/** With `insertDefaultUI: false` the SDK takes no target. */
const OWN_UI = { target: () => undefined, options: { insertDefaultUI: false } };

const PLACE = "width: 100%; height: 100%; object-fit: cover";

/** The SDK's own controls, where an insert mode puts them. */
const inserted = (insertMode, size, target = (tile) => tile) => ({
  target,
  options: { insertMode, ...size },
  fill: () => {},
});

/** Something in a tile that the SDK is to put its element beside. */
function beside(tile) {
  tile.append(document.createElement("hr"));
  return tile.lastChild;
}

export const WAYS = {
  default: inserted("append", { width: "100%", height: "100%" }),
  replace: inserted("replace", {}),
  before: inserted("before", { width: 320, height: 180 }, beside),
  after: inserted("after", { width: "320px", height: "180px" }, beside),
  /** The SDK makes the video, the app puts it where it wants. */
  element: {
    ...OWN_UI,
    fill: (tile, shown) =>
      shown.on("videoElementCreated", ({ element }) => {
        element.classList.add("mine");
        element.style.cssText = PLACE;
        tile.append(element);
      }),
  },
  /** The app plays the stream in a video of its own; the sound stays the SDK's. */
  stream: {
    ...OWN_UI,
    fill: (tile, shown) =>
      shown.on("mediaStreamAvailable", ({ mediaStream }) => {
        const video = Object.assign(document.createElement("video"), { muted: true, autoplay: true });
        video.className = "mine";
        video.style.cssText = PLACE;
        video.srcObject = mediaStream;
        tile.append(video);
      }),
  },
};
