// The probes themselves: each must be able to fail, or what it passes is worth nothing.
import { expect, test } from "./support/fixtures.mjs";

test.describe("the probes, in a call on the bare SDK", () => {
  test("find nothing wrong while nothing happens", async ({ startCall }) => {
    const call = await startCall({ kind: "plain" });
    const marks = await call.marks();
    const ann = call.who("ann");
    const before = await ann.evaluate(() => app.picture.samples);
    await ann.until((count) => app.picture.samples > count + 60, before, "sixty more samples");
    for (const [name, { violations, sound }] of Object.entries(await call.seen(marks))) {
      expect(violations, name).toEqual([]);
      expect(
        sound.filter(({ ms }) => ms > 60),
        name,
      ).toEqual([]);
    }
  });

  test("see a covered, an emptied, a moved, a doubled and a missing tile", async ({ startCall }) => {
    const call = await startCall({ kind: "plain" });
    const ann = call.who("ann");
    // Undoing one thing may be seen as another, so each waits for its own.
    const sees = async (wanted, work) => {
      const since = await ann.now();
      const undo = await ann.page.evaluateHandle(work);
      await ann.until(
        ({ at, what }) => app.picture.report(at).violations.some(({ kind, who }) => `${kind} ${who}` === what),
        { at: since, what: wanted },
        wanted,
      );
      await ann.evaluate((restore) => restore(), undo);
      await ann.until(() => app.picture.settled(2), undefined, "the picture again");
    };
    await sees("blank ben", () => {
      const cover = Object.assign(document.createElement("div"), {
        style: "position:absolute;inset:0;background:#000;z-index:99",
      });
      document.querySelector(".tile[data-who=ben]").append(cover);
      return () => cover.remove();
    });
    await sees("blank ben", () => {
      const video = document.querySelector(".tile[data-who=ben] video");
      video.style.opacity = "0";
      return () => (video.style.opacity = "");
    });
    await sees("blank ben", () => {
      const video = document.querySelector(".tile[data-who=ben] video");
      const stream = video.srcObject;
      video.srcObject = null;
      return () => (video.srcObject = stream);
    });
    await sees("moved ben", () => {
      document.querySelector("#grid").style.paddingTop = "9px";
      return () => (document.querySelector("#grid").style.paddingTop = "");
    });
    await sees("twice ben", () => {
      const tile = Object.assign(document.createElement("div"), { className: "tile" });
      tile.dataset.who = "ben";
      const video = Object.assign(document.createElement("video"), {
        autoplay: true,
        muted: true,
        srcObject: document.querySelector(".tile[data-who=ben] video").srcObject,
      });
      tile.append(video);
      document.querySelector("#grid").append(tile);
      return () => tile.remove();
    });
    await sees("gone ben", () => {
      const tile = document.querySelector(".tile[data-who=ben]");
      const next = tile.nextSibling;
      tile.remove();
      return () => {
        document.querySelector("#grid").insertBefore(tile, next);
        tile.querySelector("video").play();
      };
    });
  });

  test("hear what the element plays, not what its stream holds", async ({ startCall }) => {
    const call = await startCall({ kind: "plain" });
    const ann = call.who("ann");
    const heard = (count, what) => ann.until((wanted) => app.sound.count("ben") === wanted, count, what);
    const element = await ann.page.evaluateHandle(() => document.querySelector(".tile[data-who=ben] video"));
    await ann.evaluate((video) => (video.volume = 0), element);
    await heard(0, "silence at volume 0");
    await ann.evaluate((video) => (video.volume = 1), element);
    await heard(1, "the voice at volume 1");
    await ann.evaluate((video) => (video.muted = true), element);
    await heard(0, "silence of a muted element");
    await ann.evaluate((video) => (video.muted = false), element);
    await heard(1, "the voice of an element no longer muted");
    await ann.evaluate((video) => (video.srcObject.getAudioTracks()[0].enabled = false), element);
    await heard(0, "silence of a disabled track");
    await ann.evaluate((video) => (video.srcObject.getAudioTracks()[0].enabled = true), element);
    await heard(1, "the voice of a track enabled again");
    await ann.evaluate((video) => {
      window.second = Object.assign(new Audio(), {
        srcObject: new MediaStream([video.srcObject.getAudioTracks()[0].clone()]),
      });
      return window.second.play();
    }, element);
    await heard(2, "an echo from an element outside the document");
    await ann.evaluate(() => window.second.pause());
    await heard(1, "the voice alone");
  });

  test("see the tiles go when an app reconnects on sessionDisconnected", async ({ startCall, lab }) => {
    const call = await startCall({ kind: "naive" });
    const marks = await call.marks();
    await lab.rotate(call.session);
    const ann = call.who("ann");
    await ann.until(
      (at) => app.picture.report(at).violations.some(({ kind, who }) => kind === "gone" && who === "ben"),
      marks.ann,
      "a tile that is gone",
    );
    await call.settled();
    const { ann: report } = await call.seen(marks);
    expect(report.sound.filter(({ kind, who, ms }) => kind === "missing" && who === "ben" && ms > 60)).not.toEqual([]);
    expect(report.diary.map(({ type }) => type)).toContain("sessionDisconnected");
  });

  test("hear the recipe's voices doubled", async ({ startCall }) => {
    const call = await startCall({ kind: "recipe" });
    const doubled = async () => {
      const marks = await call.marks();
      await call.handover();
      await call.settled();
      return Object.values(await call.seen(marks))
        .flatMap(({ sound }) => sound)
        .filter(({ kind }) => kind === "doubled")
        .map(({ ms }) => ms);
    };
    const found = [...(await doubled()), ...(await doubled()), ...(await doubled())];
    expect(Math.max(...found)).toBeGreaterThan(60);
  });
});
