/** How the SDK should draw a picture into a tile of ours: fill it, and leave names and controls to the page. */
export const LOOK = {
  insertMode: "append",
  width: "100%",
  height: "100%",
  fitMode: "cover",
  showControls: false,
};
