import {
  IconAlertTriangle,
  IconCheck,
  IconHelp,
  IconPlugConnectedX,
  IconRefresh,
  type TablerIcon,
} from '@tabler/icons-react';
import { Time } from '~/components/Time';
import { durationText } from '~/components/times';
import { isBeingSent } from '~/pages/deliveries/next-try';
import type { Delivery } from './DeliveryPage';
import classes from './delivery.module.css';

interface Look {
  readonly word: string;
  readonly tone: 'good' | 'bad' | 'waiting';
  readonly icon: TablerIcon;
}

/** What can come of an attempt, in words. */
const LOOKS: Readonly<Record<string, Look>> = {
  accepted: { word: 'Accepted', tone: 'good', icon: IconCheck },
  retry: { word: 'Failed, tried again', tone: 'waiting', icon: IconRefresh },
  rejected: { word: 'Rejected for good', tone: 'bad', icon: IconAlertTriangle },
  ambiguous: { word: 'Sent, no answer', tone: 'waiting', icon: IconHelp },
  lost: { word: 'Lost: the server crashed', tone: 'waiting', icon: IconPlugConnectedX },
};

/** Each time that it was tried, the latest first, with what the provider answered. */
export function Attempts({ delivery }: { readonly delivery: Delivery }) {
  const { attempt_log: attempts, attempt_started_at: started } = delivery;
  const isUnderWay = isBeingSent(delivery) && started !== null;
  if (attempts.length === 0 && !isUnderWay) {
    return <p className={classes['none']}>It was not tried yet.</p>;
  }
  return (
    <ol className={classes['attempts']} reversed>
      {isUnderWay ? (
        <li>
          <span className={classes['number']}>{delivery.attempts}</span>
          <div>
            <strong>Being sent</strong> since <Time at={started} />
          </div>
        </li>
      ) : null}
      {attempts.map((attempt) => (
        <Attempt key={attempt.id} attempt={attempt} />
      ))}
    </ol>
  );
}

function Attempt({ attempt }: { readonly attempt: Delivery['attempt_log'][number] }) {
  const {
    number,
    outcome,
    status,
    latency_us: latency,
    reason,
    answer,
    started,
    server_id: server,
  } = attempt;
  const { word, tone, icon: Icon } = LOOKS[outcome] ?? { word: outcome, tone: 'waiting', icon: IconHelp };
  return (
    <li>
      <span className={classes['number']}>{number}</span>
      <div className={classes['attempt']}>
        <div className={classes['line']}>
          <span className={classes['tone']} data-tone={tone}>
            <Icon size={14} stroke={2.5} aria-hidden />
          </span>
          <strong>{word}</strong>
          {status === null ? null : <code>{status}</code>}
          <span className={classes['quiet']}>
            {latency === null ? null : <>{durationText(latency / 1_000)} · </>}
            <Time at={started} /> · server <code title={server}>…{server.slice(-6)}</code>
          </span>
        </div>
        {reason === null ? null : <pre className={classes['answer']}>{reason}</pre>}
        {answer === null || answer === '' || answer === reason ? null : (
          <pre className={classes['answer']}>{answer}</pre>
        )}
      </div>
    </li>
  );
}
