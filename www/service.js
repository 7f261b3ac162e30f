/** Asks for credentials of the real service in `dialog`. Resolves with them, or with null if nothing was given. */
export function askForService(dialog) {
  const form = dialog.querySelector("form");
  const { promise, resolve } = Promise.withResolvers();
  const onClose = () => {
    const given = Object.fromEntries(Array.from(new FormData(form), ([name, value]) => [name, value.trim()]));
    resolve(dialog.returnValue === "join" ? { ...given, credentialsUrl: given.credentialsUrl || null } : null);
  };
  dialog.addEventListener("close", onClose, { once: true });
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close("cancel"), { once: true });
  dialog.returnValue = "";
  dialog.showModal();
  return promise;
}
