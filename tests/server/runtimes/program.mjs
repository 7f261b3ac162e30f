// Runs the story as a program, and says "ok".
import { rotation } from "./story.mjs";

await rotation();
console.log("ok");
