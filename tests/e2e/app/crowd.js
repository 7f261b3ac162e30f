// Many people at once, at the price of one page: one connection that publishes many small pictures.
import { call } from "./client.js";

const SIZE = { width: 160, height: 90 };
const FRAME_RATE = 10;

/** Joins a session by the bare SDK and publishes `count` pictures that move. */
export async function gather({ sessionId, count }) {
  const credentials = await (await fetch(`/credentials?${new URLSearchParams({ session: sessionId })}`)).json();
  const session = OT.initSession(credentials.applicationId, sessionId);
  await call((done) => session.connect(credentials.token, done));
  const publish = async (_, number) => {
    const publisher = OT.initPublisher(document.body.appendChild(document.createElement("div")), {
      videoSource: picture(number),
      audioSource: null,
    });
    await call((done) => session.publish(publisher, done));
  };
  await Promise.all(Array.from({ length: count }, publish));
}

function picture(number) {
  const canvas = Object.assign(document.createElement("canvas"), SIZE);
  const context = canvas.getContext("2d", { alpha: false });
  let frame = 0;
  setInterval(() => {
    frame += 1;
    context.fillStyle = `hsl(${number * 40} 70% ${40 + (frame % 20)}%)`;
    context.fillRect(0, 0, SIZE.width, SIZE.height);
  }, 1000 / FRAME_RATE);
  return canvas.captureStream(FRAME_RATE).getVideoTracks()[0];
}
