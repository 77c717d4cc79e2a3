/** A part of the whole time, in percent. */
export type Window = readonly [number, number];

export const WHOLE: Window = [0, 100];

/** The window made narrower (a factor below 1) or wider around its middle, inside the whole. */
export function zoomed([start, end]: Window, factor: number): Window {
  const width = Math.min(100, (end - start) * factor);
  return inside((start + end) / 2 - width / 2, width);
}

/** The window moved by a part of its own width; it stops at the ends. */
export function moved([start, end]: Window, part: number): Window {
  const width = end - start;
  return inside(start + width * part, width);
}

function inside(start: number, width: number): Window {
  const from = Math.min(Math.max(0, start), 100 - width);
  return [from, from + width];
}
