// Lines over a number, as SVG: one panel a measure, side by side.

const PANEL = { width: 300, height: 220, left: 56, top: 54, gap: 40, bottom: 60 };

/**
 * @typedef {{ name: string, colour: string, points: number[][] }} Line points as [x, y], x rising
 * @param {{ title: string, lines: Line[] }[]} panels
 * @param {{ x: string }} names what is counted below each panel
 */
export function plot(panels, { x }) {
  const width = panels.length * (PANEL.left + PANEL.width + PANEL.gap);
  const height = PANEL.top + PANEL.height + PANEL.bottom;
  const body = panels.map((panel, number) =>
    drawPanel(panel, x, PANEL.left + number * (PANEL.left + PANEL.width + PANEL.gap)),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#222">
<rect width="100%" height="100%" fill="#fff"/>
${body.join("\n")}
</svg>
`;
}

function drawPanel({ title, lines }, under, left) {
  const all = lines.flatMap(({ points }) => points);
  const [most, highest] = [Math.max(...all.map(([at]) => at)), rounded(Math.max(...all.map(([, value]) => value)))];
  const x = (at) => (left + (at / most) * PANEL.width).toFixed(1);
  const y = (value) => (PANEL.top + PANEL.height * (1 - value / highest)).toFixed(1);
  const text = (at, to, what, more = "") => `<text x="${at}" y="${to}" ${more}>${what}</text>`;
  const foot = PANEL.top + PANEL.height;
  const scale = [0, 0.25, 0.5, 0.75, 1].flatMap((part) => [
    `<path d="M${left} ${y(highest * part)}H${left + PANEL.width}" stroke="#ddd"/>`,
    text(left - 6, Number(y(highest * part)) + 4, (highest * part).toLocaleString("en"), 'text-anchor="end"'),
  ]);
  const marks = lines[0].points.map(([at]) => text(x(at), foot + 18, at, 'text-anchor="middle"'));
  const drawn = lines.flatMap(({ name, colour, points }, number) => [
    `<polyline points="${points.map(([at, value]) => `${x(at)},${y(value)}`).join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...points.map(([at, value]) => `<circle cx="${x(at)}" cy="${y(value)}" r="3" fill="${colour}"/>`),
    text(left + 8, PANEL.top + 14 + 16 * number, name, `fill="${colour}"`),
  ]);
  return [
    text(left, PANEL.top - 22, title, 'font-size="14" font-weight="600"'),
    ...scale,
    ...marks,
    text(left + PANEL.width / 2, foot + 38, under, 'text-anchor="middle"'),
    ...drawn,
  ].join("\n");
}

/** The next number above that is one, two or five and noughts. */
function rounded(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}
