/** What goes wrong on the application's server, with a stable `code` and, where there is one, the `cause`. */
export class RotationError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {unknown} [cause]
   */
  constructor(code, message, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "RotationError";
    this.code = code;
  }
}

/** A request that is not acted on, and the HTTP status that says so. */
export class Refusal extends RotationError {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {{ cause?: unknown, retryAfter?: number }} [more] `retryAfter` in seconds
   */
  constructor(status, code, message, { cause, retryAfter } = {}) {
    super(code, message, cause);
    this.name = "Refusal";
    this.status = status;
    this.retryAfter = retryAfter;
  }
}
