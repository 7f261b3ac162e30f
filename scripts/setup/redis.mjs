// A Redis server, for the tests of what several instances of an app's server share.

import { Failure } from "../support/failure.mjs";
import { fromVariable, onPath } from "../support/programs.mjs";
import { canInstallDebianPackages, debianPackages } from "./debian.mjs";

const PROGRAM = "redis-server";

/**
 * Finds a Redis server, or installs Debian's: the variable REDIS_SERVER, then PATH, then apt.
 * @returns {Promise<string>} the path of its program
 */
export async function redisServer() {
  const found = fromVariable("REDIS_SERVER") ?? onPath([PROGRAM]);
  if (found) return found;
  if (canInstallDebianPackages()) await debianPackages([PROGRAM]);
  const installed = onPath([PROGRAM]);
  if (installed) return installed;
  throw new Failure("there is no redis-server, which the tests of the application server need", {
    advice: "install Redis (Debian: apt-get install redis-server), or name its program in the variable REDIS_SERVER",
  });
}
