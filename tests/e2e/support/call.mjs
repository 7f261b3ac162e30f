// A call of several people, each in a browser context of their own, as a test drives it.

/**
 * How often a page is asked whether something has come true, and after how long that is given up: no measure
 * of anything, only far more than a loaded machine needs.
 */
const POLL = { polling: 50, timeout: 45_000 };

/** The interval in "and with the other side 1.5 s later". */
const APART = 1500;

/** One person's page, or frame of a page. */
export class Participant {
  /** Uncaught errors in the page, whoever threw them. */
  pageErrors = [];

  constructor(name, page, place = page) {
    this.name = name;
    this.page = page;
    this.place = place;
    page.on("pageerror", (error) => this.pageErrors.push(String(error.stack ?? error)));
  }

  /** Evaluates in the page, where `app` is what main.js made. */
  evaluate(work, argument) {
    return this.place.evaluate(work, argument);
  }

  /** Waits until `condition` holds in the page. */
  async until(condition, argument, what) {
    try {
      await this.place.waitForFunction(condition, argument, POLL);
    } catch (error) {
      const diary = await this.place.evaluate(() =>
        app.diary.entries
          .slice(-12)
          .map((entry) => JSON.stringify(entry).slice(0, 300))
          .join("\n"),
      );
      throw new Error(
        `${this.name}: ${what ?? condition} did not come true: ${error.message}\nthe diary ends with\n${diary}`,
      );
    }
  }

  /** The page's clock. */
  now() {
    return this.place.evaluate(() => app.now());
  }
}

/** A call in the lab. */
export class Call {
  people = [];
  /** The page of those who have a frame only. */
  #shared;

  constructor(browser, lab, session, query, init) {
    this.init = init;
    this.browser = browser;
    this.lab = lab;
    this.session = session;
    this.query = query;
  }

  /**
   * Creates a session, unless `session` names one, and lets everybody named join. `each` holds query arguments for one person by name; `init` is the
   * path of a script that runs in each page before all others.
   */
  static async start(
    browser,
    lab,
    {
      mode = "relayed",
      reconnection = true,
      people = ["ann", "ben"],
      each = {},
      settle = true,
      init,
      session: made,
      ...query
    } = {},
  ) {
    const session = made ?? (await lab.create(mode, { reconnection })).session;
    const call = new Call(browser, lab, session, query, init);
    await Promise.all(people.map((name) => call.join(name, each[name])));
    if (settle) await call.settled();
    return call;
  }

  /** `framed`: in a frame of the page that all of those share, which costs a fraction of a page of one's own. */
  async join(name, { framed = false, ...query } = {}) {
    const address = new URLSearchParams({ ...this.query, ...query, session: this.session, name });
    const url = `${this.lab.url}/e2e/index.html?${address}`;
    const participant = framed ? await this.#frame(name, url) : await this.#page(name, url);
    this.people.push(participant);
    // In the order of the cast, whoever was first: "the first person" is the same one each time.
    this.people.sort((one, other) => one.name.localeCompare(other.name));
    await participant.evaluate(() => app.ready);
    return participant;
  }

  async #page(name, url) {
    const context = await this.browser.newContext();
    if (this.init) await context.addInitScript({ path: this.init });
    const participant = new Participant(name, await context.newPage());
    await participant.page.goto(url);
    return participant;
  }

  async #frame(name, url) {
    this.#shared ??= this.browser.newPage().then(async (page) => {
      await page.goto(`${this.lab.url}/page`);
      return page;
    });
    const page = await this.#shared;
    const element = await page.evaluateHandle((src) => {
      const frame = Object.assign(document.createElement("iframe"), { src, width: 180, height: 110 });
      return new Promise((resolve) => {
        frame.onload = () => resolve(frame);
        document.body.append(frame);
      });
    }, url);
    return new Participant(name, page, await element.contentFrame());
  }

  get names() {
    return this.people.map(({ name }) => name);
  }

  /** The participant of that name. */
  who(name) {
    return this.people.find((participant) => participant.name === name);
  }

  /** Waits until everybody sees everybody and hears the others, then makes that the rule. */
  async settled({ silent = [] } = {}) {
    await Promise.all(
      this.people.map(async (participant) => {
        await participant.until((count) => app.picture.settled(count), this.people.length, "everybody's picture");
        const voices = this.names.filter((name) => name !== participant.name && !silent.includes(name));
        await participant.until(
          (names) => names.every((name) => app.sound.count(name) === 1),
          voices,
          "everybody's voice",
        );
        await participant.evaluate((names) => app.picture.expectTilesOf(names), this.names);
      }),
    );
  }

  /** As `settled`, in calls without sound, for those who look. */
  async settledByEye(watchers = this.people) {
    await Promise.all(
      watchers.map(async (participant) => {
        await participant.until((count) => app.picture.settled(count), this.people.length, "everybody's picture");
        await participant.evaluate((names) => app.picture.expectTilesOf(names), this.names);
      }),
    );
  }

  /** The clock of each page, by name: the `since` of the probes. */
  async marks() {
    return Object.fromEntries(
      await Promise.all(this.people.map(async (participant) => [participant.name, await participant.now()])),
    );
  }

  /** Tells everybody the successor at once. */
  async announceTogether(options = {}) {
    const { successor } = await this.lab.announce(this.session, options);
    return successor;
  }

  /** Tells the first person the successor, and the others 1.5 s later. */
  async announceApart(options = {}) {
    const { connections } = await this.lab.session(this.session);
    const ids = this.names.map((name) => connections.find(({ data }) => data === name).id);
    const { successor } = await this.lab.announce(this.session, { ...options, conn: ids[0] });
    await new Promise((resolve) => setTimeout(resolve, APART));
    await Promise.all(ids.slice(1).map((conn) => this.lab.announce(this.session, { ...options, successor, conn })));
    return successor;
  }

  /** Tells each person the successor so many ms after the one before. */
  async announceStaggered(ms, options = {}) {
    const { connections } = await this.lab.session(this.session);
    let successor;
    for (const name of this.names) {
      const conn = connections.find(({ data }) => data === name).id;
      ({ successor } = await this.lab.announce(this.session, { ...options, successor, conn }));
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
    return successor;
  }

  /** Hands the call over and waits until everybody is through. Gives back the old session's ID. */
  async handover(announce = () => this.announceTogether()) {
    const old = this.session;
    const successor = await announce();
    await this.arrived(successor);
    return old;
  }

  /** Waits until everybody has left for `successor`. Gives back the old session's ID. */
  async arrived(successor) {
    await Promise.all(
      this.people.map((participant) =>
        participant.until((to) => app.arrived(to), successor, `the arrival in ${successor}`),
      ),
    );
    const old = this.session;
    this.session = successor;
    return old;
  }

  /**
   * What the probes saw since `marks`, by name. Waits first until each probe has judged everything up to now.
   * `sound` lists the faults of each voice: one's own must never be heard, the others' from one element each.
   */
  async seen(marks, { silent = [] } = {}) {
    const entries = await Promise.all(
      this.people.map(async (participant) => {
        const now = await participant.now();
        await participant.until((at) => app.sound.heardUntil > at, now, "the sound probe");
        const report = await participant.evaluate(
          ({ since, names, silent: none }) => ({
            ...app.picture.report(since),
            freezes: app.picture.freezes(since),
            swaps: app.picture.swaps(since),
            sound: names.flatMap((name) =>
              app.sound.faults(name, { since, wanted: name === app.name || none.includes(name) ? 0 : 1 }),
            ),
            origin: performance.timeOrigin,
            diary: app.diary.since(since),
            prompts: app.camera.prompts,
          }),
          { since: marks[participant.name], names: this.names, silent },
        );
        return [participant.name, { ...report, pageErrors: participant.pageErrors }];
      }),
    );
    return Object.fromEntries(entries);
  }

  /** Everybody's page is closed. */
  async end() {
    const pages = new Set(this.people.map(({ page }) => page));
    await Promise.all([...pages].map((page) => page.context().close()));
  }
}
