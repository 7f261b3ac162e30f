/**
 * One participant's place in a room: an iframe with `participant.html`, and the messages to and from it. What the
 * participant says is dispatched as an event of the same type, the message as its `detail`.
 */
export class Seat extends EventTarget {
  #frame;
  #ready;
  #forget = new AbortController();

  /**
   * @param {HTMLElement} stage where the iframes of the room are stacked
   * @param {string} name
   */
  constructor(stage, name) {
    super();
    this.name = name;
    this.joined = false;
    this.#frame = document.createElement("iframe");
    this.#frame.title = `The call as ${name} sees it`;
    this.#frame.allow = "camera; microphone; autoplay";
    this.#frame.src = "participant.html";
    this.#ready = new Promise((resolve) => {
      this.addEventListener("ready", resolve, { once: true });
    });
    addEventListener("message", (event) => this.#onMessage(event), { signal: this.#forget.signal });
    stage.append(this.#frame);
    this.look(false);
  }

  /** Puts this participant's view on top of the others', or back behind. It goes on rendering either way. */
  look(viewed) {
    this.#frame.classList.toggle("viewed", viewed);
    this.#frame.inert = !viewed;
    this.#frame.setAttribute("aria-hidden", String(!viewed));
  }

  /** Joins a call; `order` is the "join" message of `participant.js` without its type. Rejects if that fails. */
  async join(order) {
    await this.#ready;
    const { promise, resolve, reject } = Promise.withResolvers();
    this.addEventListener("joined", resolve, { once: true });
    this.addEventListener("error", ({ detail }) => {
      if (detail.fatal) reject(new Error(`${this.name} could not join the call. ${detail.message}`));
    });
    this.#post({ type: "join", name: this.name, ...order });
    await promise;
    this.joined = true;
  }

  setVolume(value) {
    this.#post({ type: "volume", value });
  }

  /** Moves this participant to another session by hand. */
  handover(sessionId) {
    this.#post({ type: "handover", sessionId });
  }

  /** Leaves the call politely, then takes the iframe away. */
  async leave() {
    if (this.joined) {
      const left = new Promise((resolve) => {
        this.addEventListener("left", resolve, { once: true });
        this.addEventListener("error", resolve, { once: true });
      });
      this.#post({ type: "leave" });
      await left;
    }
    this.#forget.abort();
    this.#frame.remove();
  }

  #post(message) {
    this.#frame.contentWindow.postMessage(message, location.origin);
  }

  #onMessage({ data, source, origin }) {
    if (origin !== location.origin || source !== this.#frame.contentWindow) return;
    this.dispatchEvent(new CustomEvent(data.type, { detail: data }));
  }
}
