/* A room with a moderator, who can mute people and throw them out. */

const asked = new URLSearchParams(location.search);
const $ = (selector) => document.querySelector(selector);
const rows = new Map();

let session;
let publisher;
let mine;

function failed(error) {
  if (error) $("#failed").append(`${error.name}: ${error.message} `);
}

function button(text, action) {
  const made = document.createElement("button");
  made.className = text.toLowerCase();
  made.textContent = text;
  made.addEventListener("click", () => action().catch(failed));
  return made;
}

/** A row in the list of people, with what a moderator may do to them. */
function list(stream) {
  const row = document.createElement("li");
  row.dataset.name = stream.name;
  row.append(`${stream.name} `, document.createElement("output"));
  row.querySelector("output").textContent = stream.hasAudio ? "speaking" : "muted";
  if (session.capabilities.forceMute) row.append(button("Mute", () => session.forceMuteStream(stream)));
  if (session.capabilities.forceDisconnect)
    row.append(button("Remove", () => session.forceDisconnect(stream.connection)));
  $("#people").append(row);
  rows.set(stream.streamId, row);
}

async function join() {
  const role = asked.get("role") ?? "publisher";
  const answer = await fetch(`/credentials?session=${asked.get("session")}&data=${asked.get("name")}&role=${role}`);
  const { applicationId, sessionId, token } = await answer.json();
  const size = { insertMode: "append", width: "100%", height: "100%" };
  session = OT.initSession(applicationId, sessionId);

  session.on({
    streamCreated({ stream }) {
      session.subscribe(stream, "subscribers", size, failed);
      list(stream);
    },
    streamDestroyed({ stream }) {
      rows.get(stream.streamId)?.remove();
      rows.delete(stream.streamId);
    },
    streamPropertyChanged({ stream, changedProperty, newValue }) {
      const row = rows.get(stream.streamId);
      if (row && changedProperty === "hasAudio")
        row.querySelector("output").textContent = newValue ? "speaking" : "muted";
    },
    sessionDisconnected({ reason }) {
      $("#status").textContent = reason === "forceDisconnected" ? "You have been removed" : `Gone: ${reason}`;
    },
  });

  session.connect(token, (error) => {
    if (error) return failed(error);
    $("#moderator").hidden = !session.capabilities.forceMute;
    publisher = OT.initPublisher("publisher", { ...size, name: asked.get("name") }, failed);
    publisher.on("muteForced", () => {
      $("#mine").textContent = "You have been muted";
    });
    publisher.on("streamCreated", ({ stream }) => {
      mine = stream;
      $("#status").textContent = "Here";
    });
    session.publish(publisher, failed);
  });
}

$("#quiet").addEventListener("click", () => session.forceMuteAll([mine]).catch(failed));
$("#free").addEventListener("click", () => session.disableForceMute().catch(failed));
$("#speak").addEventListener("click", () => {
  publisher.publishAudio(true);
  $("#mine").textContent = "You can be heard";
});

join().catch(failed);
