// Runs before anything else in an app's page: whoever asks for the camera waits for stage.js.
window.stage = {};
window.counts.useCamera(async (constraints) => {
  await window.stage.ready;
  return navigator.mediaDevices.getUserMedia(constraints);
});
navigator.mediaDevices.getDisplayMedia = async () => {
  await window.stage.ready;
  return window.stage.screen();
};
window.stage.ready = new Promise((resolve, reject) => {
  document.addEventListener("readystatechange", () => import("/apps/support/stage.js").then(resolve, reject), {
    once: true,
  });
});
