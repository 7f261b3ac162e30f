// Programs that are on this machine.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { Failure } from "./failure.mjs";

/**
 * The program that a variable of the environment names.
 * @param {string} variable
 * @returns {string | undefined}
 */
export function fromVariable(variable) {
  const path = process.env[variable];
  if (!path) return undefined;
  if (!isProgram(path)) {
    throw new Failure(`the variable ${variable} names ${path}, which is not a program`, {
      advice: `correct ${variable}, or unset it and let one be found`,
    });
  }
  return path;
}

/**
 * The first of these programs that is on PATH.
 * @param {string[]} names
 */
export function onPath(names) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

/** @param {string} path */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
