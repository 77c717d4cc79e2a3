import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '~/api/errors';
import { execute } from '~/api/execute';
import { CancelDeliveryDocument, ReplayDeliveryDocument } from '~/api/generated/graphql';

/** How many requests are under way at once. */
const AT_ONCE = 6;

export interface DeliveryActions {
  readonly replay: (ids: readonly string[], rerender: boolean) => Promise<void>;
  readonly cancel: (ids: readonly string[]) => Promise<void>;
  readonly isBusy: boolean;
}

/** Replays or cancels deliveries one by one, and says how many of them it could not, and why. */
export function useDeliveryActions(): DeliveryActions {
  const queries = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const each = async (ids: readonly string[], done: string, act: (id: string) => Promise<string | null>) => {
    setIsBusy(true);
    try {
      report(done, ids.length, await refusals(ids, act));
    } finally {
      setIsBusy(false);
      void queries.invalidateQueries();
    }
  };
  return {
    isBusy,
    replay: (ids, rerender) =>
      each(ids, 'replayed', async (id) => {
        const { replay_delivery: answer } = await execute(ReplayDeliveryDocument, { id, rerender });
        return answer.success ? null : (answer.error ?? 'refused');
      }),
    cancel: (ids) =>
      each(ids, 'cancelled', async (id) => {
        const { cancel_delivery: answer } = await execute(CancelDeliveryDocument, { id });
        return answer.success ? null : (answer.error ?? 'refused');
      }),
  };
}

/** Acts on each, a few at a time; what came back for those that failed. */
export async function refusals(
  ids: readonly string[],
  act: (id: string) => Promise<string | null>,
): Promise<readonly string[]> {
  const left = [...ids];
  const failed: string[] = [];
  const work = async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      const refusal = await act(id).catch(messageOf);
      if (refusal !== null) {
        failed.push(refusal);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failed;
}

function report(done: string, count: number, failed: readonly string[]): void {
  const deliveries = (number: number) => `${number} ${number === 1 ? 'delivery' : 'deliveries'}`;
  const [first] = failed;
  if (first === undefined) {
    notifications.show({ color: 'green', message: `${deliveries(count)} ${done}` });
    return;
  }
  notifications.show({
    color: 'red',
    title: `${deliveries(failed.length)} of ${count} could not be ${done}`,
    message: first,
    autoClose: false,
  });
}
