/** What runs beside a call, as it is seen from outside: whether it is recorded, and somebody who watches its broadcast. */

const LOOK_EVERY = 700; // ms

export class ServicesView {
  #element;
  #watched = null;
  #address = null;
  #addresses = [];

  /** @param {HTMLElement} element a `.services` */
  constructor(element) {
    this.#element = element;
    setInterval(() => this.#look(), LOOK_EVERY);
  }

  /** What is seen now, for tests: `{ recording, pieces, onAir, addresses }`; null while nobody watches. */
  state = null;

  /** Watches the services of the call that `session` belongs to; `app` knows of them. */
  watch(app, session) {
    this.#watched = { app, session };
    this.#address = null;
    this.#addresses = [];
    this.#look();
  }

  /** Stops watching. */
  clear() {
    this.#watched = null;
    this.state = null;
    this.#element.hidden = true;
  }

  async #look() {
    const watched = this.#watched;
    if (!watched) return;
    try {
      const { pieces, broadcast } = await watched.app.services(watched.session);
      const onAir = (await this.#plays()) || (await this.#tune(broadcast));
      if (this.#watched !== watched) return;
      this.state = { recording: pieces.at(-1)?.endedAt === null, pieces, onAir, addresses: this.#addresses };
      this.#draw();
    } catch {
      // The app server may be busy moving the call. It is asked again.
    }
  }

  /** A viewer stays with an address until its playlist ends, and asks the app for another one then. */
  async #tune(address) {
    if (!address || address === this.#address) return false;
    this.#address = address;
    this.#addresses.push(address);
    return this.#plays();
  }

  async #plays() {
    if (!this.#address) return false;
    const playlist = await fetch(new URL(this.#address).pathname);
    return playlist.ok && !(await playlist.text()).includes("#EXT-X-ENDLIST");
  }

  #draw() {
    const { recording, pieces, onAir, addresses } = this.state;
    this.#element.hidden = false;
    this.#element.dataset.recording = recording;
    this.#element.dataset.onair = onAir;
    const say = (what, text) => {
      const element = this.#element.querySelector(`[data-say="${what}"]`);
      if (element.textContent !== text) element.textContent = text;
    };
    say("badge", recording ? `Recording ${clock(lengthOf(pieces))}` : "Recording stopped");
    say("pieces", inPieces(pieces));
    say("screen", onAir ? "LIVE" : "OFF AIR");
    say("viewer", onAir ? "Broadcast viewer" : "Broadcast ended");
    const id = this.#address?.split("/").at(-2)?.slice(0, 8);
    say("address", `/hls/${id}… ${addresses.length > 1 ? `(switched ${times(addresses.length - 1)})` : ""}`);
  }
}

/** The platform tells in whole seconds how long a piece is: shorter gaps can't be known. */
function inPieces(pieces) {
  if (pieces.length < 2) return "in one piece";
  const longest = Math.floor(Math.max(...pieces.map(({ gap }) => gap ?? 0)) / 1000);
  return `in ${pieces.length} pieces${longest > 0 ? `, up to ${longest}\u00a0s apart` : ""}`;
}

const lengthOf = (pieces) =>
  pieces.reduce((sum, { startedAt, endedAt }) => sum + Math.max(0, (endedAt ?? Date.now()) - startedAt), 0);

function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const times = (count) => (count === 1 ? "once" : `${count} times`);
