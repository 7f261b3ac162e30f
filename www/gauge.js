/**
 * Measures what is really on screen: for each tile, the time between one presented frame and the next, and whether
 * there is a picture at all. It looks at the page from outside and asks neither the SDK nor the package.
 */

const SAMPLE_EVERY = 100; // ms: one column of the strip chart
const OVERDUE_AFTER = 300; // ms without a new frame: more than one that is merely not due yet
const FROZEN_AFTER = 1000; // ms without a new frame
const DARK = 16; // of 255: the brightest pixel of a picture that counts as black

/**
 * @typedef {object} Face
 * @property {string} name
 * @property {boolean} own the preview of oneself
 * @property {number} gap the longest in the last 100 ms, in ms, the one still open included
 * @property {"live" | "frozen" | "black"} picture
 */

export class Gauge {
  #tiles;
  #report;
  #faces = new Map();
  #watched = new WeakSet();
  #nextSample = 0;
  #asleep = false;
  #probe = new OffscreenCanvas(4, 4).getContext("2d", { willReadFrequently: true });

  /**
   * @param {() => { name: string, own: boolean, slot: HTMLElement }[]} tiles the tiles on screen now
   * @param {(sample: { at: number, tiles: Face[] }) => void} report called every 100 ms; `at` in ms since the epoch
   */
  constructor(tiles, report) {
    this.#tiles = tiles;
    this.#report = report;
    document.addEventListener("visibilitychange", () => {
      this.#asleep = true; // A hidden page presents no frames; its gaps are nobody's fault.
    });
    requestAnimationFrame((now) => this.#onAnimationFrame(now));
  }

  #onAnimationFrame(now) {
    if (this.#asleep) this.#wake(now);
    for (const tile of this.#tiles()) {
      for (const video of tile.slot.querySelectorAll("video")) this.#watch(tile, video);
    }
    // Frame callbacks run right before animation frames, so nothing presented is still unaccounted for here.
    if (now >= this.#nextSample) {
      this.#nextSample = Math.max(now, this.#nextSample + SAMPLE_EVERY);
      this.#sample(now);
    }
    requestAnimationFrame((next) => this.#onAnimationFrame(next));
  }

  #wake(now) {
    this.#asleep = false;
    for (const face of this.#faces.values()) Object.assign(face, { last: now, longest: 0 });
  }

  #watch(tile, video) {
    if (this.#watched.has(video)) return;
    this.#watched.add(video);
    const onFrame = (_, { presentationTime, presentedFrames }) => {
      if (onTop(tile.slot) === video) this.#countFrame(this.#face(tile.name), video, presentationTime, presentedFrames);
      if (video.isConnected) video.requestVideoFrameCallback(onFrame);
      else this.#watched.delete(video);
    };
    video.requestVideoFrameCallback(onFrame);
  }

  #countFrame(face, video, at, presented) {
    if (face.last !== null) {
      // When the page was busy some frames were shown without a callback: share the time among them.
      const frames = face.video === video ? Math.max(1, presented - face.presented) : 1;
      face.longest = Math.max(face.longest, (at - face.last) / frames);
    }
    Object.assign(face, { video, presented, last: at });
  }

  #sample(now) {
    const tiles = this.#tiles().map(({ name, own, slot }) => {
      const face = this.#face(name);
      const open = face.last === null ? 0 : Math.max(0, now - face.last);
      const gap = Math.max(face.longest, open > OVERDUE_AFTER ? open : 0);
      face.longest = 0;
      return { name, own, gap, picture: this.#picture(slot, face, open) };
    });
    this.#report({ at: performance.timeOrigin + now, tiles });
  }

  #picture(slot, face, open) {
    const top = onTop(slot);
    if (!top || face.last === null) return "black";
    if (top instanceof HTMLVideoElement && open <= FROZEN_AFTER) return "live";
    return showsPoster(top) || !this.#isBlack(top) ? "frozen" : "black";
  }

  #isBlack(picture) {
    this.#probe.drawImage(picture, 0, 0, 4, 4);
    const { data } = this.#probe.getImageData(0, 0, 4, 4);
    return data.every((value, i) => i % 4 === 3 || value < DARK);
  }

  #face(name) {
    if (!this.#faces.has(name)) this.#faces.set(name, { video: null, presented: 0, last: null, longest: 0 });
    return this.#faces.get(name);
  }
}

/** The picture that covers the middle of `slot`: a video, or a still laid over it; null when there is none. */
function onTop(slot) {
  const { left, top, width, height } = slot.getBoundingClientRect();
  const pictures = document.elementsFromPoint(left + width / 2, top + height / 2);
  return pictures.find((element) => slot.contains(element) && showsPicture(element)) ?? null;
}

function showsPicture(element) {
  if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
  if (element instanceof HTMLVideoElement) return hasFrame(element) || showsPoster(element);
  return element instanceof HTMLCanvasElement || element instanceof HTMLImageElement;
}

/** The SDK's migration leaves the last frame as the poster of a video while it gives it another stream. */
function showsPoster(element) {
  return element instanceof HTMLVideoElement && !hasFrame(element) && element.poster !== "";
}

function hasFrame(video) {
  return video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
}
