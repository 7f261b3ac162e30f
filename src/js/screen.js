// What an app shows by itself of a subscriber or publisher: one stream, and one video element, that outlive the SDK's.
//
// The SDK makes another stream and another element for each leg, and takes them away with it. What the app got first it
// keeps: the tracks in its stream are exchanged, as the SDK itself exchanges those of a stream that it has given away. A
// video whose tracks are exchanged goes on without a gap, while one that is given another stream is blank for a moment.

const SOURCE = "srcObject";

/** A video's `readyState` from when on it has a picture. */
const HAVE_CURRENT_DATA = 2;

/** Of all videos: their own ones are ours. */
const native = () => /** @type {any} */ (Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, SOURCE));

/** What is written to an SDK's video that nobody sees or hears, and meant for the one on screen. */
const SOUND = ["volume", "muted"];

export class Screen {
  /** The stream that the app knows. */
  stream = new MediaStream();
  /** @type {HTMLVideoElement | undefined} The video that the app knows. */
  #kept;
  /** @type {HTMLVideoElement | undefined} The SDK's video whose tracks are shown. */
  #shown;
  /** @type {Map<HTMLVideoElement, MediaStream>} What the SDK plays in each of its videos. */
  #played = new Map();
  /** @type {(() => void) | undefined} Ends that the stream shown is followed. */
  #leave;
  /** @type {MediaStreamTrack | undefined} The last picture, while there is no other. */
  #still;
  /** @type {{ give: () => void } | undefined} How to give back a video that is kept only as long as it is out of its slot. */
  #lent;
  #play = () => void this.#kept?.play().catch(() => {});

  /** Whether the last picture is held. */
  get holds() {
    return this.#still !== undefined;
  }

  /**
   * Takes the tracks of a stream, and whatever becomes of them, in the place of those that it has.
   * @param {MediaStream} source
   * @param {HTMLVideoElement} [video] the one that the SDK plays it in, if that is attached
   */
  follow(source, video) {
    // A video that is lent plays it already.
    if (source === this.stream) return;
    this.#leave?.();
    this.#shown = video;
    const take = () => {
      const tracks = source.getTracks();
      // In this order: a migrated stream's tracks have the IDs of the old ones, and no two of an ID are in one stream.
      this.stream.getTracks().forEach((track) => tracks.includes(track) || this.stream.removeTrack(track));
      tracks.forEach((track) => this.stream.addTrack(track));
    };
    const methods = /** @type {any} */ (source);
    for (const name of ["addTrack", "removeTrack"]) {
      methods[name] = (/** @type {MediaStreamTrack} */ track) => {
        methods.constructor.prototype[name].call(source, track);
        take();
      };
    }
    this.#leave = () => {
      delete methods.addTrack;
      delete methods.removeTrack;
    };
    take();
    this.#still?.stop();
    this.#still = undefined;
  }

  /**
   * Nobody is to hear what the SDK has switched off in a stream. Chromium plays a track that was switched off before its
   * first packet came, until it is told again.
   * @param {MediaStream} source
   */
  hush(source) {
    for (const track of source.getAudioTracks())
      track.addEventListener("unmute", () => {
        if (track.enabled) return;
        track.enabled = true;
        track.enabled = false;
      });
  }

  /**
   * The SDK has made a video that the app is to show. The first is the app's, and stays it; the later ones play unseen
   * and unheard, and what the SDK does to their sound it does to the first. Returns whether this is the first.
   * @param {HTMLVideoElement} video
   */
  attach(video) {
    if (this.#played.has(video)) return false;
    const { get, set } = native();
    this.#played.set(video, get.call(video));
    const first = this.#kept === undefined;
    if (first) {
      this.#kept = video;
      set.call(video, this.stream);
      // A video pauses when it is moved in the document. As long as there is an SDK under it, that plays it again.
      video.addEventListener("pause", this.#play);
      this.#play();
    } else this.#silence(video);
    Object.defineProperty(video, SOURCE, {
      configurable: true,
      get: get.bind(video),
      set: (source) => {
        if (source === this.stream) set.call(video, source);
        else if (source) {
          this.#played.set(video, source);
          if (video !== this.#kept) set.call(video, source);
          if (video === this.#shown) this.follow(source, video);
        } else {
          if (video === this.#shown) this.hold();
          this.#played.delete(video);
          if (video === this.#kept) this.#shield(video);
          else set.call(video, null);
        }
      },
    });
    return first;
  }

  /**
   * Shows what the SDK plays in a video.
   * @param {HTMLVideoElement} video
   */
  show(video) {
    const source = this.#played.get(video);
    if (source) this.follow(source, video);
    else this.#shown = video;
  }

  /**
   * In a slot the SDK's videos come and go, but for one that is shown outside of it, in a window of its own or as the
   * whole screen: that goes on as long as the user wants it there.
   * @param {HTMLElement} slot
   */
  watch(slot) {
    const look = () => {
      const out = document.pictureInPictureElement ?? document.fullscreenElement;
      const layer = out && [...slot.children].find((child) => child.contains(out));
      const video =
        layer && /** @type {HTMLVideoElement | null} */ (out.matches("video") ? out : out.querySelector("video"));
      if (video === this.#kept) return;
      this.#lent?.give();
      if (video) this.#lend(video, layer, layer === slot.firstElementChild);
    };
    for (const event of ["enterpictureinpicture", "leavepictureinpicture", "fullscreenchange"])
      slot.addEventListener(event, look);
  }

  /**
   * @param {HTMLVideoElement} video
   * @param {any} layer what the SDK and we take away with it
   * @param {boolean} shown
   */
  #lend(video, layer, shown) {
    const own = Object.getOwnPropertyDescriptor(video, SOURCE);
    let gone = false;
    Object.defineProperty(layer, "parentNode", { configurable: true, value: null });
    layer.remove = () => (gone = true);
    this.attach(video);
    if (shown) this.show(video);
    this.#lent = {
      give: () => {
        this.#lent = this.#kept = undefined;
        this.#played.delete(video);
        video.removeEventListener("pause", this.#play);
        delete layer.parentNode;
        delete layer.remove;
        if (own) Object.defineProperty(video, SOURCE, own);
        if (gone) layer.remove();
      },
    };
  }

  /** The tracks are about to end: holds the last picture in their place. */
  hold() {
    this.#leave?.();
    this.#shown = undefined;
    if (this.#kept && this.#lent) this.#kept.muted = true;
    const video = this.#still ? undefined : this.#seen();
    if (!video) return;
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d")?.drawImage(video, 0, 0);
    const still = canvas.captureStream().getVideoTracks().at(0);
    if (!still) return;
    const ending = this.stream.getTracks();
    ending.forEach((track) => this.stream.removeTrack(track));
    if (still) this.stream.addTrack(still);
    this.#still = still;
  }

  /** A video that has the picture on screen: one in the page, if there is one; whatever else plays the stream may have none. */
  #seen() {
    const { get } = native();
    const here = [...document.querySelectorAll("video")].filter((video) => get.call(video) === this.stream);
    return [...here, ...(this.#kept ? [this.#kept] : [])].find(({ readyState }) => readyState >= HAVE_CURRENT_DATA);
  }

  /** It is over: the app's video goes, as the SDK's goes. */
  close() {
    this.#lent?.give();
    this.#leave?.();
    this.#still?.stop();
    const video = /** @type {any} */ (this.#kept);
    this.#played.clear();
    if (!video) return;
    video.removeEventListener("pause", this.#play);
    delete video[SOURCE];
    delete video.parentNode;
    video.srcObject = null;
    video.remove();
  }

  /**
   * The SDK is about to take a video out of the page, within the same task: it won't find where it is.
   * @param {HTMLVideoElement} video
   */
  #shield(video) {
    Object.defineProperty(video, "parentNode", { configurable: true, value: null });
    queueMicrotask(() => delete (/** @type {any} */ (video).parentNode));
  }

  /** @param {HTMLVideoElement} video */
  #silence(video) {
    const screen = /** @type {any} */ (this.#kept);
    video.muted = true;
    for (const name of SOUND) {
      Object.defineProperty(video, name, {
        configurable: true,
        get: () => screen[name],
        set: (value) => {
          if (video === this.#shown) screen[name] = value;
        },
      });
    }
    // The SDK has to hear of it if the browser refuses to play the sound.
    Object.defineProperty(video, "play", {
      configurable: true,
      value: () => Promise.all([video === this.#shown && screen.play(), HTMLMediaElement.prototype.play.call(video)]),
    });
    Object.defineProperty(video, "setSinkId", {
      configurable: true,
      value: (/** @type {string} */ device) => screen.setSinkId(device),
    });
  }
}
