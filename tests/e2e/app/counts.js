// Counts what a page holds: runs before the SDK, so that nothing is made behind its back. A classic script.
(() => {
  const peers = new Set();
  const sockets = new Set();
  const tracks = new Set();
  const players = new Set();
  const lasting = new Map();

  const remember = (set, Native) =>
    class extends Native {
      constructor(...args) {
        super(...args);
        set.add(this);
      }
    };
  window.RTCPeerConnection = remember(peers, window.RTCPeerConnection);
  window.WebSocket = remember(sockets, window.WebSocket);

  /** Replaces a method by one that also hands its result to `look`. */
  const observe = (prototype, name, look) => {
    const original = prototype[name];
    prototype[name] = function observed(...args) {
      const result = original.apply(this, args);
      look(result, this, args);
      return result;
    };
  };
  const keepAll = (stream) => stream.getTracks().forEach((track) => tracks.add(track));
  observe(MediaStreamTrack.prototype, "clone", (track) => tracks.add(track));
  observe(MediaStream.prototype, "clone", keepAll);
  observe(HTMLCanvasElement.prototype, "captureStream", keepAll);
  observe(HTMLMediaElement.prototype, "captureStream", keepAll);
  observe(window.RTCPeerConnection.prototype, "setRemoteDescription", (done, peer) => {
    done?.then?.(
      () => peer.getReceivers().forEach(({ track }) => tracks.add(track)),
      () => {},
    );
  });

  // The SDK takes getUserMedia when it loads; what it takes asks here, at each call, which camera there is.
  const nativeCamera = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  let camera = nativeCamera;
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await camera(constraints);
    keepAll(stream);
    return stream;
  };

  // Any element that was ever given a stream can be heard, in the document or not. Weak: it must not be kept alive.
  const srcObject = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
  const known = new WeakSet();
  Object.defineProperty(HTMLMediaElement.prototype, "srcObject", {
    ...srcObject,
    set(stream) {
      if (!known.has(this)) players.add(new WeakRef(this));
      known.add(this);
      srcObject.set.call(this, stream);
    },
  });

  // Listeners on objects that live as long as the page: those of a session that is gone would pile up here.
  const targets = { window, document, mediaDevices: navigator.mediaDevices };
  for (const [name, target] of Object.entries(targets)) {
    const held = new Set();
    lasting.set(name, held);
    const ids = new WeakMap();
    let next = 0;
    const key = (type, listener, options) => {
      if (!ids.has(listener)) ids.set(listener, (next += 1));
      return `${type}/${ids.get(listener)}/${Boolean(typeof options === "object" ? options?.capture : options)}`;
    };
    target.addEventListener = function add(type, listener, options) {
      EventTarget.prototype.addEventListener.call(this, type, listener, options);
      if (!listener) return;
      const id = key(type, listener, options);
      held.add(id);
      if (options?.once) EventTarget.prototype.addEventListener.call(this, type, () => held.delete(id), { once: true });
      options?.signal?.addEventListener("abort", () => held.delete(id));
    };
    target.removeEventListener = function remove(type, listener, options) {
      EventTarget.prototype.removeEventListener.call(this, type, listener, options);
      if (listener) held.delete(key(type, listener, options));
    };
  }

  /** The memories of the page's wasm modules. */
  const memories = [];
  const instantiate = WebAssembly.instantiate;
  const noted = async (making) => {
    const made = await making;
    const { exports = {} } = made.instance ?? made;
    memories.push(...Object.values(exports).filter((one) => one instanceof WebAssembly.Memory));
    return made;
  };
  WebAssembly.instantiate = (...args) => noted(instantiate.apply(WebAssembly, args));
  const streaming = WebAssembly.instantiateStreaming;
  WebAssembly.instantiateStreaming = (...args) => noted(streaming.apply(WebAssembly, args));

  const prune = (set, dead) => {
    set.forEach((item) => dead(item) && set.delete(item));
    return set.size;
  };
  window.counts = {
    /** Makes every later getUserMedia ask `open`. */
    useCamera: (open) => {
      camera = open;
    },
    /** Every media element that was ever given a stream and still exists. */
    players: () => [...players].map((ref) => ref.deref()).filter(Boolean),
    /** What the page holds now, as plain numbers. */
    now: () => ({
      peers: prune(peers, (peer) => peer.signalingState === "closed"),
      sockets: prune(sockets, (socket) => socket.readyState >= WebSocket.CLOSING),
      tracks: prune(tracks, (track) => track.readyState === "ended"),
      videos: document.querySelectorAll("video").length,
      audios: document.querySelectorAll("audio").length,
      ...Object.fromEntries([...lasting].map(([name, held]) => [`${name}Listeners`, held.size])),
    }),
    /** How many bytes of memory wasm has. */
    wasm: () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
    /** The listeners themselves, to see which one was left. */
    listeners: () => Object.fromEntries([...lasting].map(([name, held]) => [name, [...held]])),
  };
})();
