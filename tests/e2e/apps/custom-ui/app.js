/* Players of the app's own: the SDK inserts nothing. One's own picture is put into a video that is in the page already;
   the others' are the elements that the SDK makes, put where the app likes. */

(function () {
  const here = new URL(location.href).searchParams;
  const stage = document.getElementById("stage");
  const tiles = {};

  function report(error) {
    if (error) document.getElementById("status").textContent = error.message;
  }

  function show(session, stream) {
    const subscriber = session.subscribe(stream, null, { insertDefaultUI: false }, report);
    const tile = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.textContent = stream.name;
    tile.append(caption);
    stage.append(tile);
    tiles[stream.streamId] = tile;

    subscriber.on("videoElementCreated", function (event) {
      const video = event.element;
      video.classList.add("other");
      video.title = stream.name;
      video.addEventListener("click", function () {
        const louder = subscriber.getAudioVolume() === 0;
        subscriber.setAudioVolume(louder ? 100 : 0);
        video.classList.toggle("muted", !louder);
      });
      tile.prepend(video);
    });
  }

  fetch("/credentials?session=" + here.get("session") + "&data=" + here.get("name"))
    .then((answer) => answer.json())
    .then(function (given) {
      const session = OT.initSession(given.applicationId, given.sessionId);
      session.on("streamCreated", (event) => show(session, event.stream));
      session.on("streamDestroyed", function (event) {
        tiles[event.stream.streamId].remove();
        delete tiles[event.stream.streamId];
      });

      const publisher = OT.initPublisher(null, { insertDefaultUI: false, name: here.get("name") }, report);
      if ("MediaStreamAvailableEvent" in OT) {
        publisher.on("mediaStreamAvailable", function (event) {
          document.querySelector("#self video").srcObject = event.mediaStream;
        });
      } else {
        // An SDK before 2.30.
        publisher.on("videoElementCreated", function (event) {
          event.element.className = "me";
          document.querySelector("#self video").replaceWith(event.element);
        });
      }
      session.connect(given.token, function (error) {
        if (error) return report(error);
        session.publish(publisher, report);
      });
    });
})();
