/* A call of opentok-react's components, in StrictMode. */
import React, { StrictMode, useState } from "react";
import { render } from "react-dom";
import { OTPublisher, OTSession, OTStreams, OTSubscriber } from "opentok-react";

const asked = new URLSearchParams(location.search);
const SIZE = { width: 300, height: 170 };

function Call({ applicationId, sessionId, token, onError }) {
  const [microphone, setMicrophone] = useState(true);
  const [camera, setCamera] = useState(true);
  const [log, setLog] = useState([]);
  const say = (text) => setLog((before) => [...before, text]);

  return (
    <OTSession
      apiKey={applicationId}
      sessionId={sessionId}
      token={token}
      onError={onError}
      eventHandlers={{
        sessionConnected: () => say("connected"),
        sessionDisconnected: ({ reason }) => say(`disconnected: ${reason}`),
        streamCreated: ({ stream }) => say(`${stream.name} came`),
        streamDestroyed: ({ stream }) => say(`${stream.name} left`),
      }}
    >
      <p>
        <button id="microphone" onClick={() => setMicrophone(!microphone)}>
          {microphone ? "Mute" : "Unmute"}
        </button>
        <button id="camera" onClick={() => setCamera(!camera)}>
          {camera ? "Stop camera" : "Start camera"}
        </button>
      </p>
      <div id="videos">
        <OTPublisher
          className="tile"
          properties={{ ...SIZE, name: asked.get("name"), publishAudio: microphone, publishVideo: camera }}
          onError={onError}
          eventHandlers={{ streamDestroyed: ({ reason }) => say(`off the air: ${reason}`) }}
        />
        <OTStreams>
          <OTSubscriber className="tile" properties={SIZE} onError={onError} />
        </OTStreams>
      </div>
      <ul id="log">
        {log.map((text, at) => (
          <li key={at}>{text}</li>
        ))}
      </ul>
    </OTSession>
  );
}

function App({ credentials }) {
  const [here, setHere] = useState(true);
  const [error, setError] = useState("");
  return (
    <StrictMode>
      <button id="door" onClick={() => setHere(!here)}>
        {here ? "Leave" : "Join"}
      </button>
      <p id="error">{error}</p>
      {here && <Call {...credentials} onError={({ name, message }) => setError(`${name}: ${message}`)} />}
    </StrictMode>
  );
}

fetch(`/credentials?session=${asked.get("session")}&data=${asked.get("name")}`)
  .then((answer) => answer.json())
  .then((credentials) => render(<App credentials={credentials} />, document.querySelector("main")));
