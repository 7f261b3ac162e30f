/* The camera goes through a canvas that draws it with a filter, and the screen is a second publisher. */

const who = new URLSearchParams(location.search);
const size = { insertMode: "append", width: "100%", height: "100%", showControls: false };
const filter = document.querySelector("#filter");
const share = document.querySelector("#share");

function report(error) {
  if (error) document.querySelector("#status").append(`${error.name}: ${error.message} `);
}

/** A track that shows the camera as the filter has it. */
async function filtered() {
  const camera = await navigator.mediaDevices.getUserMedia({ video: true });
  const video = Object.assign(document.createElement("video"), { srcObject: camera, muted: true });
  await video.play();
  const canvas = Object.assign(document.createElement("canvas"), {
    width: video.videoWidth,
    height: video.videoHeight,
  });
  const context = canvas.getContext("2d");
  const draw = () => {
    context.filter = filter.value === "none" ? "none" : `${filter.value}(1)`;
    context.drawImage(video, 0, 0);
  };
  setInterval(draw, 1000 / 15);
  return canvas.captureStream(15).getVideoTracks()[0];
}

function shareScreen(session) {
  OT.checkScreenSharingCapability((answer) => {
    if (!answer.supported) return report(new Error("This browser can't share its screen"));
    const screen = OT.initPublisher(
      "grid",
      { ...size, videoSource: "screen", name: `${who.get("name")}'s screen` },
      (error) => {
        if (error) return report(error);
        share.textContent = "Stop sharing";
        share.onclick = () => screen.destroy();
        session.publish(screen, report);
      },
    );
    screen.on("destroyed mediaStopped", () => {
      share.textContent = "Share my screen";
      share.onclick = () => shareScreen(session);
    });
  });
}

async function main() {
  const answer = await fetch(`/credentials?session=${who.get("session")}&data=${who.get("name")}`);
  const { applicationId, sessionId, token } = await answer.json();
  const session = OT.initSession(applicationId, sessionId);
  session.on("streamCreated", (event) => session.subscribe(event.stream, "grid", size, report));
  const publisher = OT.initPublisher("grid", { ...size, videoSource: await filtered(), name: who.get("name") }, report);
  session.connect(token, (error) => {
    if (error) return report(error);
    session.publish(publisher, report);
    share.onclick = () => shareScreen(session);
  });
}

main().catch(report);
