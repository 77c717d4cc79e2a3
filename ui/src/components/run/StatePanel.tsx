import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { StateBadge } from '../StateBadge';
import { isFailed, stateLook } from '../states';
import { Time } from '../Time';
import { Message } from './Message';
import classes from './StatePanel.module.css';

export interface StatePanelProps {
  readonly state: string;
  readonly message: string | null;
  readonly since: string;
  /** When it is to start, if it waits. */
  readonly startsAt?: string | null;
  /** Whether the message is the error itself, and not a summary of what is below. */
  readonly isCause?: boolean;
  readonly children?: ReactNode;
}

/** The state of a run and what it says of itself: the first thing on its page. */
export function StatePanel(props: StatePanelProps) {
  const { state, message, since, startsAt = null, isCause = false, children } = props;
  return (
    <section
      className={classes['panel']}
      style={{ borderInlineStartColor: stateLook(state).color }}
      aria-label="State"
    >
      <div className={classes['head']}>
        <StateBadge state={state} size="lg" />
        <Text c="dimmed" size="sm" component="span">
          <Time at={since} />
        </Text>
        {startsAt === null ? null : (
          <Text size="sm" component="span">
            due <Time at={startsAt} />
          </Text>
        )}
      </div>
      {message === null || message === '' ? null : (
        <Message text={message} size="lg" isError={isCause && isFailed(state)} />
      )}
      {children}
    </section>
  );
}
