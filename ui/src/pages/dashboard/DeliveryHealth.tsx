import { Skeleton, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { DashboardHealthQuery } from '~/api/generated/graphql';
import { Facts } from '~/components/Facts';
import { Panel } from '~/components/Panel';
import { Time } from '~/components/Time';
import classes from './Runs.module.css';

type Health = DashboardHealthQuery['delivery_health'];

/** Whether messages arrive. When they do not, nobody is told elsewhere. */
export function DeliveryHealth({ health }: { readonly health: Health | undefined }) {
  return (
    <Panel title="Deliveries" more={<Link to="/deliveries">All deliveries</Link>}>
      {health === undefined ? (
        <Skeleton height={90} />
      ) : (
        <>
          <Verdict health={health} />
          <Facts
            facts={[
              { label: 'Pending', value: health.pending },
              { label: 'Oldest pending', value: <Time at={health.oldest_pending} none="none" /> },
              { label: 'Tried again', value: health.failing },
              { label: 'Failing destinations', value: health.failing_destinations },
              { label: 'Dead', value: health.dead },
              { label: 'Last dead', value: <Time at={health.last_dead} none="none" /> },
            ]}
          />
        </>
      )}
    </Panel>
  );
}

function Verdict({ health }: { readonly health: Health }) {
  const problem = problemOf(health);
  return problem === undefined ? (
    <Text className={classes['none'] ?? ''} mb="xs">
      <IconCircleCheck size={18} aria-hidden /> Every message arrives.
    </Text>
  ) : (
    <Text className={`${classes['none']} ${classes['late']}`} mb="xs">
      <IconAlertTriangle size={18} aria-hidden /> {problem}
    </Text>
  );
}

/** What is wrong with the deliveries, the worst first. */
export function problemOf({ dead, failing, failing_destinations }: Health): string | undefined {
  if (dead > 0) {
    return dead === 1 ? 'A message never arrived.' : `${dead} messages never arrived.`;
  }
  if (failing_destinations > 0) {
    return failing_destinations === 1
      ? 'A destination does not take messages.'
      : `${failing_destinations} destinations do not take messages.`;
  }
  return failing > 0 ? 'Some messages have to be sent again.' : undefined;
}
