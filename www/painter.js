/**
 * Paints a person who is always in motion, with a clock that shows hundredths: a picture that stands still is seen at
 * once, and two pictures of the same moment can be compared. Nothing in it is ever black, so black means "no picture".
 */

const WIDTH = 320;
const HEIGHT = 180;
const FRAMES_PER_SECOND = 15;
const SECOND = 1000;
const TURN = 2 * Math.PI;

/** A camera made of paint. It runs from its making to `stop()`. */
export class Painter {
  #context;
  #person;
  #calm;
  #timer;
  #phase;

  /**
   * @param {object} person one of `PEOPLE`
   * @param {{ calm?: boolean }} options calm: only the clock moves (for people who asked for less motion)
   */
  constructor(person, { calm = false } = {}) {
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
    // The frames are read back for the encoder fifteen times a second: keep the canvas in memory, not on the GPU.
    this.#context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    this.#person = person;
    this.#calm = calm;
    this.#phase = person.note;
    this.#paint();
    this.#timer = setInterval(() => this.#paint(), SECOND / FRAMES_PER_SECOND);
  }

  /** A new video track of the picture; whoever asks for it owns it. */
  track() {
    return this.#context.canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks()[0];
  }

  stop() {
    clearInterval(this.#timer);
  }

  #paint() {
    const now = Date.now();
    const seconds = this.#calm ? 0 : now / SECOND + this.#phase;
    this.#paintRoom(seconds);
    this.#paintPerson(seconds);
    this.#paintClock(now);
  }

  #paintRoom(seconds) {
    const c = this.#context;
    const wall = c.createLinearGradient(0, 0, WIDTH, HEIGHT);
    wall.addColorStop(0, this.#person.sky[0]);
    wall.addColorStop(1, this.#person.sky[1]);
    c.fillStyle = wall;
    c.fillRect(0, 0, WIDTH, HEIGHT);
    c.fillStyle = "rgba(255, 255, 255, 0.13)";
    for (let i = 0; i < 4; i += 1) {
      const x = WIDTH * (0.1 + 0.27 * i) + 14 * Math.sin(seconds * 0.7 + i * 1.9);
      const y = HEIGHT * (i % 2 ? 0.24 : 0.66) + 10 * Math.cos(seconds * 0.6 + i);
      disc(c, x, y, 26 + 12 * ((i * 7) % 3));
    }
  }

  #paintPerson(seconds) {
    const c = this.#context;
    const { skin, hair, cut, shirt } = this.#person;
    const x = WIDTH / 2 + 5 * Math.sin(seconds * 1.1);
    const y = 78 + 2.5 * Math.sin(seconds * 1.7);
    c.save();
    c.translate(x, y);
    c.rotate(0.035 * Math.sin(seconds * 0.9));
    paintHairBehind(c, cut, hair);
    c.fillStyle = shirt;
    oval(c, 0, 116, 74, 62);
    c.fillStyle = skin;
    c.fillRect(-11, 26, 22, 32);
    disc(c, 0, 56, 11);
    c.fillStyle = "rgba(0, 0, 0, 0.10)";
    oval(c, 0, 40, 11, 7);
    c.fillStyle = skin;
    oval(c, 0, 4, 32, 39);
    paintHairInFront(c, cut, hair);
    this.#paintFace(seconds);
    c.restore();
  }

  #paintFace(seconds) {
    const c = this.#context;
    const blinking = !this.#calm && seconds % 3.4 < 0.14;
    const glance = 2 * Math.sin(seconds * 0.5);
    c.fillStyle = "#2a2022";
    for (const side of [-1, 1]) oval(c, side * 12 + glance, 2, 3.1, blinking ? 0.7 : 3.6);
    const talking = Math.sin(seconds * 0.45) > -0.2;
    const open = talking ? 1.6 + 2.6 * Math.abs(Math.sin(seconds * 7.3) * Math.sin(seconds * 4.1)) : 1.4;
    c.fillStyle = "#8c3b3f";
    c.beginPath(); // A smile: the lower lip hangs deeper while talking.
    c.moveTo(glance * 0.6 - 9, 20);
    c.quadraticCurveTo(glance * 0.6, 22, glance * 0.6 + 9, 20);
    c.quadraticCurveTo(glance * 0.6, 25 + 2.4 * open, glance * 0.6 - 9, 20);
    c.fill();
  }

  #paintClock(now) {
    const c = this.#context;
    const time = new Date(now);
    const two = (value) => String(value).padStart(2, "0");
    const text = `${two(time.getMinutes())}:${two(time.getSeconds())}.${two(Math.floor(time.getMilliseconds() / 10))}`;
    c.fillStyle = "rgba(20, 24, 32, 0.62)";
    c.beginPath();
    c.roundRect(WIDTH - 130, 8, 122, 28, 14);
    c.fill();
    c.fillStyle = "#ffffff";
    c.font = "600 17px ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";
    c.textBaseline = "middle";
    c.textAlign = "right";
    c.fillText(text, WIDTH - 17, 23);
    // One turn a second: motion that can be followed from across a room.
    c.strokeStyle = "#ffffff";
    c.lineWidth = 3;
    c.beginPath();
    c.arc(WIDTH - 115, 22, 6, -TURN / 4, -TURN / 4 + TURN * ((now % SECOND) / SECOND));
    c.stroke();
  }
}

function paintHairBehind(c, cut, colour) {
  c.fillStyle = colour;
  if (cut === "long") {
    c.beginPath();
    c.roundRect(-40, -34, 80, 104, 38);
    c.fill();
  }
  if (cut === "bun") disc(c, 0, -44, 15);
  if (cut === "curls")
    for (let i = 0; i < 11; i += 1)
      disc(c, 40 * Math.cos(Math.PI + (i * Math.PI) / 10), -2 + 36 * Math.sin(Math.PI + (i * Math.PI) / 10), 15);
}

function paintHairInFront(c, cut, colour) {
  c.fillStyle = colour;
  if (cut === "beard") {
    c.beginPath();
    c.ellipse(0, 12, 33, 34, 0, 0.06 * Math.PI, 0.94 * Math.PI);
    c.closePath();
    c.fill();
  }
  c.beginPath();
  c.ellipse(0, -4, 35, 37, 0, 1.04 * Math.PI, 1.96 * Math.PI);
  c.quadraticCurveTo(10, cut === "short" ? -26 : -20, -2, cut === "short" ? -24 : -30);
  c.quadraticCurveTo(-24, -24, -34, -10);
  c.fill();
}

function disc(c, x, y, radius) {
  oval(c, x, y, radius, radius);
}

function oval(c, x, y, radiusX, radiusY) {
  c.beginPath();
  c.ellipse(x, y, radiusX, radiusY, 0, 0, TURN);
  c.fill();
}
