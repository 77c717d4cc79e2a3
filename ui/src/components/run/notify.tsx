import { notifications } from '@mantine/notifications';
import { ApiError, messageOf } from '~/api/errors';

/** Says that an action was refused, why, and what to do about it. */
export function tellRefused(what: string, error: unknown): void {
  const remedy = error instanceof ApiError ? ` ${error.remedy}` : '';
  notifications.show({
    color: 'red',
    title: what,
    message: `${messageOf(error)}${remedy}`,
    autoClose: 12_000,
  });
}

export function tellDone(title: string, message: string): void {
  notifications.show({ color: 'green', title, message });
}
