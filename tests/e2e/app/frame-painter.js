// The picture that a camera takes: it moves, says whose it is, and counts itself.
import { COUNTER_RANGE, drawCode } from "./frame-code.js";

export class FramePainter {
  #context;
  #person;
  #counter = 0;

  /** Shown instead of the person: what nobody may see. */
  secret = false;

  constructor(canvas, person) {
    this.#context = canvas.getContext("2d", { alpha: false });
    this.#person = person;
  }

  draw() {
    const context = this.#context;
    const { width, height } = context.canvas;
    const { hue, name, number } = this.#person;
    context.fillStyle = this.secret ? "#f0f" : `hsl(${hue} 70% 45%)`;
    context.fillRect(0, 0, width, height);
    context.fillStyle = `hsl(${hue} 90% 80%)`;
    context.fillRect((this.#counter * 4) % width, height * 0.4, width / 12, height * 0.6);
    context.fillStyle = "#fff";
    context.font = "bold 32px sans-serif";
    context.fillText(name, 16, height - 20);
    drawCode(context, number, this.#counter);
    this.#counter = (this.#counter + 1) % COUNTER_RANGE;
  }
}
