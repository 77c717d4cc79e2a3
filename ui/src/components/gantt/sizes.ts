/** The height of the time axis above the rows, in pixels. */
export const AXIS_PX = 32;

/** The height of a row: on a touch screen a finger has to hit it. */
export function rowHeight(isCoarse: boolean): number {
  return isCoarse ? 44 : 30;
}
