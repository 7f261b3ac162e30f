// A media processor as an app writes one for `setVideoMediaProcessorConnector`: what goes in is coloured, what comes out
// is not. It stands in for the background blur, whose model is fetched from the vendor's servers.

/** Takes the colours out of one track at a time. */
export class Greyer {
  #end = new AbortController();

  /** How often it was given a track. */
  tracks = 0;

  async setTrack(track) {
    this.#end.abort();
    this.#end = new AbortController();
    this.tracks += 1;
    const canvas = new OffscreenCanvas(320, 180);
    const context = canvas.getContext("2d", { alpha: false });
    context.filter = "grayscale(1)";
    const { readable } = new window.MediaStreamTrackProcessor({ track });
    const generator = new window.MediaStreamTrackGenerator({ kind: "video" });
    const grey = new TransformStream({
      transform(frame, controller) {
        context.drawImage(frame, 0, 0, canvas.width, canvas.height);
        const { timestamp } = frame;
        frame.close();
        controller.enqueue(new VideoFrame(canvas, { timestamp }));
      },
    });
    readable
      .pipeThrough(grey)
      .pipeTo(generator.writable, { signal: this.#end.signal })
      .catch(() => {});
    return generator;
  }

  async destroy() {
    this.#end.abort();
  }
}

/** Lets nothing of a voice through: it comes out as silence. */
export class Hush {
  #end = new AbortController();

  async setTrack(track) {
    this.#end.abort();
    this.#end = new AbortController();
    const { readable } = new window.MediaStreamTrackProcessor({ track });
    const generator = new window.MediaStreamTrackGenerator({ kind: "audio" });
    const hush = new TransformStream({
      transform(sound, controller) {
        const { sampleRate, numberOfFrames, numberOfChannels, timestamp } = sound;
        sound.close();
        const data = new Float32Array(numberOfFrames * numberOfChannels);
        const format = "f32-planar";
        controller.enqueue(new AudioData({ format, sampleRate, numberOfFrames, numberOfChannels, timestamp, data }));
      },
    });
    readable
      .pipeThrough(hush)
      .pipeTo(generator.writable, { signal: this.#end.signal })
      .catch(() => {});
    return generator;
  }

  async destroy() {
    this.#end.abort();
  }
}
