// The cast. Everything a probe needs to recognise a person, by picture and by ear.

/**
 * As many as the label in a frame can tell apart. Tones are multiples of 93.75 Hz, so that a window of 512 samples at 48 kHz
 * tells them apart without leakage; the first hues are far apart so that a person looking at a screenshot can tell them
 * apart too. The position in this list is the number that is drawn into every frame; it is the alphabet's order.
 */
export const PEOPLE = [
  { name: "ann", hue: 210, tone: 562.5 },
  { name: "ben", hue: 30, tone: 843.75 },
  { name: "cleo", hue: 130, tone: 1125 },
  { name: "dan", hue: 300, tone: 1406.25 },
  ...["eve", "fay", "gus", "hal", "ida", "jon", "kim", "leo", "mia", "ned", "oda", "pat"].map((name, more) => ({
    name,
    hue: (75 + 137 * more) % 360,
    tone: 1687.5 + 281.25 * more,
  })),
];

/** Whose voices are told apart: each more costs every page some of its time. */
export const VOICES = PEOPLE.slice(0, 4);

/** Finds a person by name; a name outside the cast is a mistake in the test. */
export function person(name) {
  const number = PEOPLE.findIndex((candidate) => candidate.name === name);
  if (number < 0) throw new Error(`"${name}" is not one of ${PEOPLE.map((p) => p.name).join(", ")}`);
  return { ...PEOPLE[number], number };
}
