/** The cast: everybody who can be in a room, in order of joining. Their looks are what `painter.js` draws. */
export const PEOPLE = [
  {
    name: "Ana",
    sky: ["#f7c59f", "#e8825b"],
    skin: "#f2c7a5",
    hair: "#4a2c2a",
    cut: "bun",
    shirt: "#2f4858",
    note: 261.63,
  },
  {
    name: "Ben",
    sky: ["#a7d3d8", "#4f8fa8"],
    skin: "#d9a57c",
    hair: "#2b2b33",
    cut: "short",
    shirt: "#f0b94d",
    note: 329.63,
  },
  {
    name: "Chloe",
    sky: ["#cdbff0", "#7d6cc4"],
    skin: "#8d5a3b",
    hair: "#1d1716",
    cut: "curls",
    shirt: "#f4e3c1",
    note: 392.0,
  },
  {
    name: "Dev",
    sky: ["#c4e0b2", "#5f9e6e"],
    skin: "#b97f57",
    hair: "#201a18",
    cut: "beard",
    shirt: "#e4ecf2",
    note: 440.0,
  },
  {
    name: "Eva",
    sky: ["#f6c6d6", "#c9688f"],
    skin: "#f6d7c3",
    hair: "#c8863c",
    cut: "long",
    shirt: "#3d3a5c",
    note: 523.25,
  },
];

/** The person called `name`. */
export const personCalled = (name) => PEOPLE.find((person) => person.name === name) ?? PEOPLE[0];
