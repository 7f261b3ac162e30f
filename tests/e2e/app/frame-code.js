// A label drawn into every frame as black and white blocks, and read back from a picture of 16 x 9 pixels.
//
// Blocks of one sixteenth of the width survive VP8 at the lowest bitrate and any scaling. One row of 16 cells:
//   white black | 4 bits: who | 8 bits: frame counter | parity | white

/** The size that a picture is shrunk to before it is read: one pixel a cell. */
export const GRID = { width: 16, height: 9 };

/** The counter's range: at 30 frames a second it starts again after 8.5 s. */
export const COUNTER_RANGE = 256;

const CODE_ROW = 1;

function cells(who, counter) {
  const bits = [1, 0];
  for (let bit = 3; bit >= 0; bit -= 1) bits.push((who >> bit) & 1);
  for (let bit = 7; bit >= 0; bit -= 1) bits.push((counter >> bit) & 1);
  bits.push(parity(bits.slice(2)), 1);
  return bits;
}

/** Odd parity: a picture that is all black or all white can't pass. */
function parity(bits) {
  return 1 - (bits.reduce((sum, bit) => sum + bit, 0) % 2);
}

/** Draws the label over the top third of a canvas. */
export function drawCode(context, who, counter) {
  const width = context.canvas.width / GRID.width;
  const height = context.canvas.height / GRID.height;
  cells(who, counter).forEach((bit, column) => {
    context.fillStyle = bit ? "#fff" : "#000";
    context.fillRect(column * width, (CODE_ROW - 1) * height, width + 1, 3 * height);
  });
}

/**
 * Reads the label from RGBA bytes of one 16 x 9 picture that starts at `offset`.
 * Answers `null` when there is no label: no picture, a black one, a still of something else.
 */
export function readCode(bytes, offset = 0) {
  const bits = [];
  for (let column = 0; column < GRID.width; column += 1) {
    const at = offset + 4 * (CODE_ROW * GRID.width + column);
    if (bytes[at + 3] < 200) return null;
    const light = (bytes[at] + bytes[at + 1] + bytes[at + 2]) / 3;
    if (light > 90 && light < 165) return null;
    bits.push(light >= 165 ? 1 : 0);
  }
  const [white, black, ...rest] = bits;
  const [end, check] = [rest.pop(), rest.pop()];
  if (white !== 1 || black !== 0 || end !== 1 || check !== parity(rest)) return null;
  const number = (from, to) => rest.slice(from, to).reduce((value, bit) => value * 2 + bit, 0);
  return { who: number(0, 4), counter: number(4, 12) };
}
