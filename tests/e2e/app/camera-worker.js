// Draws the pictures of a camera that goes on whatever its page is busy with, as real ones do.
import { FramePainter } from "./frame-painter.js";

self.onmessage = ({ data: { person, size, frameRate, writable } }) => {
  const canvas = new OffscreenCanvas(size.width, size.height);
  const painter = new FramePainter(canvas, person);
  const writer = writable.getWriter();
  const began = performance.now();
  const timer = setInterval(async () => {
    painter.draw();
    const frame = new VideoFrame(canvas, { timestamp: Math.round((performance.now() - began) * 1000) });
    try {
      await writer.write(frame);
    } catch {
      // Nobody looks any more.
      clearInterval(timer);
      frame.close();
    }
  }, 1000 / frameRate);
};
