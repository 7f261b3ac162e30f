/** What goes wrong, with a stable `code` (README, "Errors") and, where there is one, the `cause`. */
export class HandoverError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {unknown} [cause]
   */
  constructor(code, message, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "HandoverError";
    this.code = code;
  }
}
