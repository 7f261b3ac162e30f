/* Text chat beside the pictures: each line is a signal, to everybody or to one person. */

const parameters = new URLSearchParams(location.search);
const me = parameters.get("name");
const form = document.querySelector("form");
const history = document.querySelector("#history");
const choice = form.elements.to;

/** Everybody else, by connection ID: what a private line is sent to. */
const others = new Map();

function show(who, text, own) {
  const line = document.createElement("li");
  line.className = own ? "mine" : "theirs";
  line.textContent = `${who}: ${text}`;
  history.append(line);
}

function failed(error) {
  if (error) document.querySelector("#failed").textContent += `${error.name}: ${error.message}\n`;
}

function join({ applicationId, sessionId, token }) {
  const session = OT.initSession(applicationId, sessionId);
  const size = { insertMode: "append", width: "100%", height: "100%" };

  session.on("connectionCreated", ({ connection }) => {
    if (connection.connectionId === session.connection.connectionId) return;
    others.set(connection.connectionId, connection);
    choice.append(new Option(connection.data, connection.connectionId));
  });
  session.on("connectionDestroyed", ({ connection }) => {
    others.delete(connection.connectionId);
    choice.querySelector(`[value="${connection.connectionId}"]`)?.remove();
  });
  session.on("streamCreated", ({ stream }) => session.subscribe(stream, "subscribers", size, failed));

  session.on("signal:chat", ({ from, data }) => {
    const own = from.connectionId === session.connection.connectionId;
    show(own ? "me" : from.data, data, own);
  });
  session.on("signal:whisper", ({ from, data }) => show(`${from.data} (only to me)`, data, false));

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const data = form.elements.line.value;
    form.elements.line.value = "";
    const to = others.get(choice.value);
    const line = to ? { to, type: "whisper", data } : { type: "chat", data };
    session.signal(line, failed);
  });

  const publisher = OT.initPublisher("publisher", { ...size, name: me }, failed);
  session.connect(token, (error) => {
    if (error) failed(error);
    else session.publish(publisher, failed);
  });
}

fetch(`/credentials?session=${parameters.get("session")}&data=${me}`)
  .then((answer) => answer.json())
  .then(join);
