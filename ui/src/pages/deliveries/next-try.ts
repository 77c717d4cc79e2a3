/** What of a delivery says when it is tried next. */
export interface Waiting {
  readonly status: string;
  readonly due_at: string;
  readonly leased_by: string | null;
  readonly failing_destination: { readonly paused_until: string | null } | null;
}

/** Whether a server has it in hand right now. */
export function isBeingSent({ status, leased_by: server }: Waiting): boolean {
  return status === 'pending' && server !== null;
}

/** When it is tried next: once it is due, and its destination is not paused any more. */
export function nextTryAt({ due_at: due, failing_destination: destination }: Waiting): string {
  const pause = destination?.paused_until ?? null;
  return pause !== null && Date.parse(pause) > Date.parse(due) ? pause : due;
}

/** Whether what it waits for is that its destination as a whole works again. */
export function isHeldBack(delivery: Waiting): boolean {
  return delivery.status === 'pending' && nextTryAt(delivery) !== delivery.due_at;
}
