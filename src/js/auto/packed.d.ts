/** Made by the build: the WebAssembly as text, for `unpack`. */
declare module "packed-wasm" {
  export const text: string;
  export const frequent: number[];
}
