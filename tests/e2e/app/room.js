// The grid of tiles that an app developer would write: one per person, one's own first.

/** Where people are shown. A tile is `div.tile[data-who]`; the probes look for nothing else. */
export class Room {
  #grid;
  #tiles = new Map();

  /** Places the tiles, where the layout does not do that by itself. */
  arrange = () => {};

  /** What the browser has counted as shifts of the layout: each with its score and what moved. */
  shifts = [];

  constructor(grid, layout) {
    this.#grid = grid;
    grid.className = layout;
    this.ready = layout === "container" ? this.#contain() : Promise.resolve();
    new PerformanceObserver((list) => {
      for (const { value, startTime, sources } of list.getEntries())
        this.shifts.push({
          value,
          at: startTime,
          moved: sources.map(({ node }) => `${node?.nodeName}.${node?.className}`),
        });
    }).observe({ type: "layout-shift", buffered: true });
  }

  /** Lets opentok-layout-js place the tiles. */
  async #contain() {
    await new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: "/layout/opentok-layout.min.js" });
      script.onload = resolve;
      script.onerror = () => reject(new Error("opentok-layout-js can't be loaded"));
      document.head.append(script);
    });
    this.arrange = window.initLayoutContainer(this.#grid, { animate: false }).layout;
  }

  /** Adds a tile and gives back the element to show somebody in. `key` is a stream's ID, or "me". */
  add(key, who) {
    const tile = document.createElement("div");
    tile.className = "tile";
    tile.dataset.who = who;
    this.#grid.append(tile);
    this.#tiles.set(key, tile);
    this.arrange();
    return tile;
  }

  /** Removes a tile; one that isn't there is no error, as with any removal. */
  remove(key) {
    this.#tiles.get(key)?.remove();
    this.#tiles.delete(key);
    this.arrange();
  }

  /** Gives a tile another key: the same person is now shown from another stream. */
  rename(from, to) {
    this.#tiles.set(to, this.#tiles.get(from));
    this.#tiles.delete(from);
  }

  /** The key and the element of the tile that shows `who`, if there is one. */
  find(who) {
    return [...this.#tiles].find(([, tile]) => tile.dataset.who === who);
  }
}
