/** The tiles that one participant sees: a grid that always makes its tiles as large as fits. */

const SHAPE = 16 / 9;
const GAP = 8;

export class Tiles {
  #stage;
  #tiles = new Map();
  #ownName;
  #onVanish;

  /**
   * @param {HTMLElement} stage the element to fill
   * @param {{ ownName: string, onVanish?: (name: string) => void }} options onVanish: a tile of somebody else is gone
   */
  constructor(stage, { ownName, onVanish = () => {} }) {
    this.#stage = stage;
    this.#ownName = ownName;
    this.#onVanish = onVanish;
    new ResizeObserver(() => this.#arrange()).observe(stage);
  }

  /** Every tile on screen, as `{ name, own, slot }`. */
  get all() {
    return [...this.#tiles.values()];
  }

  /** Adds the tile of one's own preview and returns the element that the picture goes into. */
  addOwn() {
    return this.#add("own", this.#ownName, true);
  }

  /** Adds the tile of somebody else's stream and returns the element that the picture goes into. */
  add(stream) {
    return this.#add(stream.streamId, stream.name || `Guest ${stream.streamId.slice(0, 4)}`, false);
  }

  remove(stream) {
    this.#remove(stream.streamId);
  }

  removeOwn() {
    this.#remove("own");
  }

  removeAll() {
    for (const id of [...this.#tiles.keys()]) this.#remove(id);
  }

  #add(id, name, own) {
    this.#remove(id);
    const element = document.createElement("figure");
    element.className = "tile";
    element.dataset.name = name;
    const slot = document.createElement("div");
    slot.className = "slot";
    const label = document.createElement("figcaption");
    label.textContent = own ? `${name} · own preview` : name;
    element.append(slot, label);
    if (own) this.#stage.append(element);
    else this.#stage.insertBefore(element, this.#tiles.get("own")?.element ?? null);
    this.#tiles.set(id, { name, own, slot, element });
    this.#arrange();
    return slot;
  }

  #remove(id) {
    const tile = this.#tiles.get(id);
    if (!tile) return;
    tile.element.remove();
    this.#tiles.delete(id);
    this.#arrange();
    if (!tile.own) this.#onVanish(tile.name);
  }

  #arrange() {
    const count = this.#tiles.size;
    const { clientWidth, clientHeight } = this.#stage;
    const widths = Array.from({ length: count }, (_, i) => {
      const columns = i + 1;
      const rows = Math.ceil(count / columns);
      const acrossLimit = (clientWidth - GAP * (columns + 1)) / columns;
      const downLimit = ((clientHeight - GAP * (rows + 1)) / rows) * SHAPE;
      return Math.min(acrossLimit, downLimit);
    });
    this.#stage.style.setProperty("--tile-width", `${Math.floor(Math.max(0, ...widths))}px`);
    this.#stage.dataset.count = count;
  }
}
