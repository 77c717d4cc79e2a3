import type { ReactNode } from 'react';
import { EmailMessage } from './EmailMessage';
import { InboxMessage } from './InboxMessage';
import { JsonBody } from './JsonBody';
import { PagerDutyIncident } from './PagerDutyIncident';
import { bodyObject, type JsonObject, type Payload } from './payload';
import { SlackMessage } from './SlackMessage';
import { SmsMessage } from './SmsMessage';
import { TeamsCard } from './TeamsCard';

export interface MessageViewProps {
  /** The type of the hook: `SLACK_WEBHOOK`. */
  readonly type: string;
  readonly payload: Payload;
}

const OF_OBJECT: Readonly<Record<string, (message: JsonObject) => ReactNode>> = {
  EMAIL: (message) => <EmailMessage message={message} />,
  SLACK_WEBHOOK: (message) => <SlackMessage message={message} />,
  TEAMS: (message) => <TeamsCard message={message} />,
  PAGERDUTY: (message) => <PagerDutyIncident message={message} />,
  PREFECT_MESSAGE: (message) => <InboxMessage message={message} />,
};

/** The message as whoever receives it sees it; as it is sent, where a program receives it. */
export function MessageView({ type, payload }: MessageViewProps) {
  if (type === 'TWILIO') {
    return <SmsMessage text={new URLSearchParams(payload.body).get('Body') ?? payload.body} />;
  }
  const message = bodyObject(payload);
  const render = OF_OBJECT[type];
  return message === undefined || render === undefined ? <JsonBody text={payload.body} /> : render(message);
}
