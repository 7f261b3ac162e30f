// Runs in the page: what one can do with listeners, in all the SDK's forms, and what is heard of it. The same script is run
// on an object of the SDK's and on a durable one.

const SCRIPTS = {
  "on, twice, and off once": ({ object, fire, listener }) => {
    const hear = listener("a");
    object.on("archiveStarted", hear);
    object.on("archiveStarted", hear);
    fire("archiveStarted");
    object.off("archiveStarted", hear);
    fire("archiveStarted");
  },
  "on, off, on again": ({ object, fire, listener }) => {
    const hear = listener("a");
    object.on("archiveStarted", hear);
    object.off("archiveStarted", hear);
    object.on("archiveStarted", hear);
    fire("archiveStarted");
  },
  "several names": ({ object, fire, listener }) => {
    object.on("archiveStarted archiveStopped", listener("both"));
    fire("archiveStarted");
    fire("archiveStopped");
    object.off("archiveStarted archiveStopped");
    fire("archiveStarted");
    fire("archiveStopped");
  },
  "a map, with a context": ({ object, fire, listener, context }) => {
    const map = { archiveStarted: listener("started"), archiveStopped: listener("stopped") };
    object.on(map, context);
    fire("archiveStarted");
    object.off(map);
    fire("archiveStarted");
    object.off(map, context);
    fire("archiveStarted");
    fire("archiveStopped");
  },
  "a context": ({ object, fire, listener, context }) => {
    const hear = listener("a");
    object.on("archiveStarted", hear, context);
    fire("archiveStarted");
    object.off("archiveStarted", hear);
    fire("archiveStarted");
    object.off("archiveStarted", hear, context);
    fire("archiveStarted");
  },
  "once, in all forms": ({ object, fire, listener, context }) => {
    object.once("archiveStarted archiveStopped", listener("once"), context);
    object.once({ archiveStarted: listener("map") }, context);
    const gone = listener("gone");
    object.once("archiveStarted", gone);
    object.off("archiveStarted", gone);
    for (const name of ["archiveStarted", "archiveStarted", "archiveStopped", "archiveStopped"]) fire(name);
  },
  "once, that fires again": ({ object, fire, listener }) => {
    const hear = listener("once");
    object.once("archiveStarted", (event) => {
      hear(event);
      fire("archiveStarted");
    });
    fire("archiveStarted");
  },
  "off without anything": ({ object, fire, listener }) => {
    object.on("archiveStarted", listener("a"));
    object.once("archiveStopped", listener("b"));
    object.off();
    fire("archiveStarted");
    fire("archiveStopped");
    object.on("archiveStarted", listener("c"));
    fire("archiveStarted");
  },
  "off with a list, with null, with what is no listener": ({ object, fire, listener }) => {
    object.on("archiveStarted archiveStopped", listener("a"));
    object.off(["archiveStarted"]);
    fire("archiveStarted");
    fire("archiveStopped");
    object.off("archiveStopped", 7);
    fire("archiveStopped");
    object.on("archiveStopped", listener("b"));
    object.off(null);
    fire("archiveStopped");
  },
  "those who come and go in the middle": ({ object, fire, listener }) => {
    const [late, gone] = [listener("late"), listener("gone")];
    object.on("archiveStarted", () => {
      object.on("archiveStarted", late);
      object.off("archiveStarted", gone);
    });
    object.on("archiveStarted", gone);
    fire("archiveStarted");
    fire("archiveStarted");
  },
  "what the event says": ({ object, fire, note }) => {
    object.on("archiveStarted", (event) => {
      event.preventDefault();
      note([event.type, event.target === object, event.cancelable, event.isDefaultPrevented(), event.id]);
      note(Object.keys(event).sort());
    });
    note(fire("archiveStarted").isDefaultPrevented());
  },
  "what is returned": ({ object, listener, note }) => {
    const hear = listener("a");
    note(
      ["on", "once", "off", "addEventListener", "removeEventListener"].map(
        (name) => object[name]("x", hear) === object,
      ),
    );
    note([object.on({ x: hear }) === object, object.off() === object]);
  },
  "the old names": ({ object, fire, listener, note }) => {
    const hear = listener("a");
    object.addEventListener("archiveStarted", hear);
    note(object.listenerCount("archiveStarted"));
    fire("archiveStarted");
    object.removeEventListener("archiveStarted", hear);
    fire("archiveStarted");
  },
  "words of the app's own": ({ object, note }) => {
    object.on("mine", (...args) => note(args));
    note(object.trigger("mine", 1, "two") === object);
    object.emit("mine", { three: 3 });
    object.dispatchEvent({ type: "mine", four: 4 });
  },
  ...Object.fromEntries(
    [
      [],
      [undefined],
      [null],
      ["archiveStarted"],
      ["archiveStarted", 7],
      ["archiveStarted", "x"],
      [{ archiveStarted: undefined }],
    ].flatMap((args) =>
      ["on", "once"].map((name) => [
        `${name}(${args.map((arg) => JSON.stringify(arg) ?? "undefined")})`,
        ({ object }) => object[name](...args),
      ]),
    ),
  ),
  "off({ archiveStarted: undefined })": ({ object }) => object.off({ archiveStarted: undefined }),
};

/**
 * Gives what each script heard.
 * @param {() => { object: any, real: any }} make a new object, and the SDK's object behind it
 */
export function listen(make) {
  return Object.fromEntries(Object.entries(SCRIPTS).map(([name, script]) => [name, hearing(script, make())]));
}

function hearing(script, { object, real }) {
  const heard = [];
  const note = (what) =>
    heard.push(JSON.parse(JSON.stringify(what, (key, value) => (value === object ? "it" : value)) ?? "null"));
  const context = { name: "context" };
  const listener = (name) =>
    function (...args) {
      note({ name, context: this === context, args: args.length, type: args[0]?.type });
    };
  const fire = (type) => {
    let prevented = false;
    const event = {
      type,
      target: real,
      cancelable: true,
      id: "an archive",
      preventDefault: () => {
        prevented = true;
      },
      isDefaultPrevented: () => prevented,
    };
    real.dispatchEvent(event);
    return event;
  };
  try {
    script({ object, fire, listener, note, context });
  } catch (error) {
    note(`throws ${error.name}`);
  }
  return heard;
}
