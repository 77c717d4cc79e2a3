/** The height of a task run, and of the time axis above them, in pixels. */
export const ROW_PX = 30;
export const AXIS_PX = 32;
