/** What else a hook can tell of, beside states. */
export const EVENTS = [
  { kind: 'LATE', label: 'Late', means: 'a run has not started by its time' },
  { kind: 'STUCK', label: 'Stuck', means: 'a run takes longer than it should' },
  { kind: 'HEARTBEAT_LOST', label: 'Heartbeat lost', means: 'the process of a run gives no sign of life' },
  { kind: 'AGENT_UNHEALTHY', label: 'Agent unhealthy', means: 'an agent does not ask for work any more' },
  {
    kind: 'DELIVERY_DEAD',
    label: 'Delivery dead',
    means: 'a message of another hook could not be delivered',
  },
] as const;

/** The name of an event as people read it. */
export function eventLabel(kind: string): string {
  return EVENTS.find((event) => event.kind === kind)?.label ?? kind;
}
