// The grid of tiles that an app developer would write: one per person, one's own first.

/** Where people are shown. A tile is `div.tile[data-who]`; the probes look for nothing else. */
export class Room {
  #grid;
  #tiles = new Map();

  constructor(grid) {
    this.#grid = grid;
  }

  /** Adds a tile and gives back the element to show somebody in. `key` is a stream's ID, or "me". */
  add(key, who) {
    const tile = document.createElement("div");
    tile.className = "tile";
    tile.dataset.who = who;
    this.#grid.append(tile);
    this.#tiles.set(key, tile);
    return tile;
  }

  /** Removes a tile; one that isn't there is no error, as with any removal. */
  remove(key) {
    this.#tiles.get(key)?.remove();
    this.#tiles.delete(key);
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
