// What a page captures, sends and receives, from underneath: runs before everything else in the page. A classic script.
(() => {
  const requests = [];
  const captured = new Set();
  const peers = new Set();

  /** Every request that reaches the browser itself, and every track that comes of one. */
  for (const method of ["getUserMedia", "getDisplayMedia"]) {
    const native = MediaDevices.prototype[method];
    MediaDevices.prototype[method] = async function observed(constraints) {
      requests.push({ method, constraints: JSON.stringify(constraints) });
      const stream = await native.call(this, constraints);
      stream.getTracks().forEach((track) => captured.add(track));
      return stream;
    };
  }
  const clone = MediaStreamTrack.prototype.clone;
  MediaStreamTrack.prototype.clone = function observed() {
    const copy = clone.call(this);
    if (captured.has(this)) captured.add(copy);
    return copy;
  };

  /** What comes in, frame by frame and sample by sample, on screen or not. */
  const received = { frames: 0, samples: 0, colour: [], secret: [], whisper: [] };
  const canvas = new OffscreenCanvas(32, 18);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const COLOURFUL = 60;
  const SECRET_TONE = 3000;

  const look = (frame) => {
    context.drawImage(frame, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let [colourful, magenta] = [0, 0];
    for (let at = 0; at < data.length; at += 4) {
      const [red, green, blue] = [data[at], data[at + 1], data[at + 2]];
      if (Math.max(red, green, blue) - Math.min(red, green, blue) > COLOURFUL) colourful += 1;
      if (red > 170 && green < 90 && blue > 170) magenta += 1;
    }
    received.frames += 1;
    const at = Math.round(performance.now());
    if (colourful > 20) received.colour.push(at);
    if (magenta > 20) received.secret.push(at);
  };

  /** The strength of the secret tone in a piece of sound (Goertzel). */
  const listen = (sound) => {
    const samples = new Float32Array(sound.numberOfFrames);
    sound.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
    const factor = 2 * Math.cos((2 * Math.PI * SECRET_TONE) / sound.sampleRate);
    let [last, before] = [0, 0];
    for (const sample of samples) [last, before] = [sample + factor * last - before, last];
    const power = (last * last + before * before - factor * last * before) / (samples.length / 2) ** 2;
    received.samples += samples.length;
    if (Math.sqrt(Math.max(0, power)) > 0.02) received.whisper.push(Math.round(performance.now()));
  };

  const watch = async (track) => {
    const { readable } = new window.MediaStreamTrackProcessor({ track: clone.call(track), maxBufferSize: 60 });
    const reader = readable.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      (track.kind === "video" ? look : listen)(value);
      value.close();
    }
  };

  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...args) {
      super(...args);
      peers.add(this);
      this.addEventListener("track", ({ track }) => watch(track));
    }
  };

  window.instruments = {
    requests,
    received,
    /** Live captured video tracks: while there is one, the camera's light is on. */
    lit: () => [...captured].filter(({ kind, readyState }) => kind === "video" && readyState === "live").length,
    /** What every peer connection sends of a kind. */
    sent: (kind) =>
      [...peers]
        .filter(({ signalingState }) => signalingState !== "closed")
        .flatMap((peer) => peer.getSenders())
        .filter(({ track }) => track?.kind === kind)
        .map(({ track }) => ({
          device: track.getSettings().deviceId,
          enabled: track.enabled,
          state: track.readyState,
          hint: track.contentHint,
        })),
  };
})();
