import { useSyncExternalStore } from 'react';

const TICK_MS = 1_000;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const tell of listeners) {
      tell();
    }
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

const never = () => () => undefined;

/** The time, to the second; one clock for the whole page. With `false` it stands still, for what has ended. */
export function useNow(isTicking = true): Date {
  const time = useSyncExternalStore(isTicking ? subscribe : never, () =>
    listeners.size > 0 ? now : Math.floor(Date.now() / TICK_MS) * TICK_MS,
  );
  return new Date(time);
}
