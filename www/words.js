/** Receipts in words: what a rotation was like for the people in a room. */

const SPACE = "\u00a0"; // keeps a number and its unit on one line

/** The `result` of an `Observation` in a few short sentences. */
export function inWords(result) {
  return [headline(result), gap(result), seeming(result), aftermath(result)].filter(Boolean).join(" ");
}

/** Whether the people in the room noticed anything. */
export function wentUnnoticed({ vanished, blackSeconds, alive }) {
  return alive && vanished === 0 && blackSeconds === 0;
}

function headline({ how, people, receipts, disconnected, migrated, backAfter, alive }) {
  const moves = receipts.filter(({ outcome }) => outcome === "completed" || outcome === "promoted");
  const recoveries = moves.filter(({ kind }) => kind === "recovery");
  const within = `in ${seconds(Math.max(0, ...moves.map(({ duration }) => duration)))}`;
  if (!alive) return `${capital(count(people))} still without each other's pictures.`;
  if (moves.length > recoveries.length) return `Moved ${count(moves.length)} to a new server ${within}.`;
  if (recoveries.length > 0) return `Brought ${count(recoveries.length)} back ${within} after the servers were gone.`;
  if (migrated > 0)
    return `The SDK's own migration, turned on by the package, moved ${count(migrated)} to a new server.`;
  if (disconnected > 0) return `${capital(count(disconnected))} thrown out, and back after ${seconds(backAfter)}.`;
  return how === "notice" ? "Nobody moved." : "The servers changed under nobody.";
}

function gap({ longestGap, usualGap, blackSeconds }) {
  const black = blackSeconds > 0 ? ` Somebody had no picture for ${seconds(1000 * blackSeconds)}.` : "";
  return `Longest gap of any picture: ${duration(longestGap)} (before: ${duration(usualGap)}).${black}`;
}

function seeming({ vanished, people }) {
  if (vanished === 0) return "Nobody seemed to leave.";
  if (vanished >= people) return "Everybody seemed to leave.";
  return `${capital(count(vanished))} seemed to leave.`;
}

function aftermath({ how, kind, receipts, disconnected }) {
  const moved = receipts.some(({ kind: move }) => move === "handover");
  if (how === "notice" && kind === "handover" && moved && disconnected === 0) {
    return "When the old servers went away, nobody was left on them.";
  }
  return null;
}

/** "67 ms", "2.1 s" */
export function duration(ms) {
  return ms < 1000 ? `${Math.round(ms)}${SPACE}ms` : seconds(ms);
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)}${SPACE}s`;
}

function count(people) {
  return people === 1 ? "1 person" : `${people} people`;
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
