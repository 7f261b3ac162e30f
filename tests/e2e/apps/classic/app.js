/* A first call, as one writes it on the first day: globals, callbacks, and no module in sight. */
/* eslint-disable no-var, prefer-const */

var session;
var publisher;
var subscribers = {};
var muted = false;
var dark = false;
var query = new URLSearchParams(window.location.search);

function byId(id) {
  return document.getElementById(id);
}

function say(text) {
  var line = document.createElement("li");
  line.textContent = text;
  byId("log").appendChild(line);
}

function handleError(error) {
  if (error) {
    say("Error: " + error.name + ": " + error.message);
  }
}

var people = {
  count: 0,
  arrived: function () {
    this.count += 1;
    byId("count").textContent = this.count;
  },
  left: function () {
    this.count -= 1;
    byId("count").textContent = this.count;
  },
};

function startCall(answer) {
  session = OT.initSession(answer.applicationId, answer.sessionId);

  session.on("streamCreated", function (event) {
    say(event.stream.name + " is here");
    subscribers[event.stream.streamId] = session.subscribe(
      event.stream,
      "subscribers",
      { insertMode: "append", width: "100%", height: "100%" },
      handleError,
    );
  });

  session.on("streamDestroyed", function (event) {
    say(event.stream.name + " has left: " + event.reason);
    delete subscribers[event.stream.streamId];
  });

  // The third argument is what `this` is inside.
  session.on({ connectionCreated: people.arrived, connectionDestroyed: people.left }, people);

  session.on("sessionDisconnected", function (event) {
    byId("status").textContent = "Disconnected: " + event.reason;
  });

  session.once("sessionConnected", function (event) {
    byId("status").textContent = "Connected";
    say("connected to " + event.target.sessionId);
  });

  publisher = OT.initPublisher(
    "publisher",
    { insertMode: "append", width: "100%", height: "100%", name: query.get("name") },
    handleError,
  );
  publisher.on("streamDestroyed", function () {
    say("my camera is off the air");
  });

  session.connect(answer.token, function (error) {
    if (error) {
      handleError(error);
    } else {
      session.publish(publisher, handleError);
    }
  });
}

byId("microphone").onclick = function () {
  muted = !muted;
  publisher.publishAudio(!muted);
  this.textContent = muted ? "Unmute" : "Mute";
};

byId("camera").onclick = function () {
  dark = !dark;
  publisher.publishVideo(!dark);
  this.textContent = dark ? "Start camera" : "Stop camera";
};

byId("louder").onclick = function () {
  Object.keys(subscribers).forEach(function (id) {
    subscribers[id].setAudioVolume(subscribers[id].getAudioVolume() >= 100 ? 50 : 100);
  });
};

byId("leave").onclick = function () {
  session.disconnect();
};

var request = new XMLHttpRequest();
request.open("GET", "/credentials?session=" + query.get("session") + "&data=" + query.get("name"));
request.onload = function () {
  startCall(JSON.parse(request.responseText));
};
request.send();
