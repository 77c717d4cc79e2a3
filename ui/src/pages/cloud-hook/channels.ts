import {
  IconBell,
  IconBrandSlack,
  IconBrandTeams,
  IconDeviceMobileMessage,
  IconMail,
  IconUrgent,
  IconWebhook,
  type TablerIcon,
} from '@tabler/icons-react';

/** The types of hooks, as the API names them. */
export type HookType =
  | 'EMAIL'
  | 'SLACK_WEBHOOK'
  | 'TWILIO'
  | 'PAGERDUTY'
  | 'TEAMS'
  | 'WEBHOOK'
  | 'PREFECT_MESSAGE';

export interface ConfigField {
  /** The key in the hook's configuration. */
  readonly key: string;
  readonly label: string;
  /** Where the value is found. */
  readonly help: string;
  /** `texts` and `secrets` are lists, of one line each. */
  readonly kind: 'text' | 'secret' | 'texts' | 'secrets' | 'severity';
  readonly placeholder?: string;
  readonly isOptional?: boolean;
  /** A value of the right form, with which messages are previewed while the real one is not there. */
  readonly sample?: string;
}

export interface Channel {
  readonly type: HookType;
  readonly label: string;
  readonly icon: TablerIcon;
  /** What arrives, in few words. */
  readonly brings: string;
  readonly fields: readonly ConfigField[];
}

const PROXY: ConfigField = {
  key: 'proxy',
  label: 'Proxy',
  help: 'The URL of an HTTP proxy, if this server reaches the provider through one only: public, or in a network that it may reach.',
  kind: 'text',
  placeholder: 'http://proxy.example.com:3128',
  isOptional: true,
};

/** What hooks can notify by, in the order of the form. */
export const CHANNELS: readonly Channel[] = [
  {
    type: 'EMAIL',
    label: 'Email',
    icon: IconMail,
    brings: 'A mail to people or lists',
    fields: [
      {
        key: 'to',
        label: 'To',
        help: 'One address, or several with commas between them; 100 at most. The server needs [smtp] in its configuration.',
        kind: 'text',
        placeholder: 'on-call@example.com, team@example.com',
        sample: 'user@example.com',
      },
    ],
  },
  {
    type: 'SLACK_WEBHOOK',
    label: 'Slack',
    icon: IconBrandSlack,
    brings: 'A message in a channel',
    fields: [
      {
        key: 'url',
        label: 'Webhook URL',
        help: 'At api.slack.com/apps: your app → Incoming Webhooks → Add New Webhook to Workspace, choose the channel, copy the URL.',
        kind: 'secret',
        placeholder: 'https://hooks.slack.com/services/…',
        sample: 'https://hooks.slack.com/services/sample',
      },
      PROXY,
    ],
  },
  {
    type: 'TWILIO',
    label: 'Twilio',
    icon: IconDeviceMobileMessage,
    brings: 'An SMS to telephones',
    fields: [
      {
        key: 'account_sid',
        label: 'Account SID',
        help: 'On the front page of console.twilio.com, under Account Info: AC and 32 digits.',
        kind: 'text',
        placeholder: 'AC…',
        sample: `AC${'0'.repeat(32)}`,
      },
      {
        key: 'auth_token',
        label: 'Auth token',
        help: 'Beside the Account SID; press Show.',
        kind: 'secret',
        sample: 'sample',
      },
      {
        key: 'messaging_service_sid',
        label: 'Messaging service SID',
        help: 'Messaging → Services in the console: MG and 32 digits.',
        kind: 'text',
        placeholder: 'MG…',
        sample: `MG${'0'.repeat(32)}`,
      },
      {
        key: 'to',
        label: 'To',
        help: 'Telephone numbers in international form, one a line; 20 at most.',
        kind: 'texts',
        placeholder: '+15005550006',
        sample: '+15005550006',
      },
      PROXY,
    ],
  },
  {
    type: 'PAGERDUTY',
    label: 'PagerDuty',
    icon: IconUrgent,
    brings: 'An incident that resolves itself',
    fields: [
      {
        key: 'routing_key',
        label: 'Integration key',
        help: 'Services → your service → Integrations → Add → Events API V2. It has 32 letters and digits.',
        kind: 'secret',
        sample: '0'.repeat(32),
      },
      {
        key: 'severity',
        label: 'Severity',
        help: 'What its incidents begin with; PagerDuty decides by it how loudly it calls.',
        kind: 'severity',
        sample: 'error',
      },
      PROXY,
    ],
  },
  {
    type: 'TEAMS',
    label: 'Teams',
    icon: IconBrandTeams,
    brings: 'A card in a channel',
    fields: [
      {
        key: 'url',
        label: 'Workflow URL',
        help: 'In the channel: … → Workflows → "Post to a channel when a webhook request is received"; copy the URL at the end.',
        kind: 'secret',
        placeholder: 'https://….logic.azure.com/workflows/…',
        sample: 'https://sample.logic.azure.com/workflows/sample',
      },
      PROXY,
    ],
  },
  {
    type: 'WEBHOOK',
    label: 'Web',
    icon: IconWebhook,
    brings: 'JSON for your own program',
    fields: [
      {
        key: 'url',
        label: 'URL',
        help: 'Where your program takes a POST. It has to answer with 2xx within 15 s.',
        kind: 'secret',
        placeholder: 'https://example.com/campana',
        sample: 'https://example.com/sample',
      },
      {
        key: 'signing_secrets',
        label: 'Signing secrets',
        help: 'whsec_ and 24 to 64 bytes in base64, one a line: each signs, so that you can change them without a gap. Made by: echo whsec_$(openssl rand -base64 32)',
        kind: 'secrets',
        placeholder: 'whsec_…',
        isOptional: true,
      },
      PROXY,
    ],
  },
  {
    type: 'PREFECT_MESSAGE',
    label: 'In-app',
    icon: IconBell,
    brings: "A message in this UI's inbox",
    fields: [],
  },
];

const BY_TYPE = new Map<string, Channel>(CHANNELS.map((channel) => [channel.type, channel]));

/** The channel of a hook; one of a newer server is shown by the name of its type. */
export function channelOf(type: string): Channel {
  return BY_TYPE.get(type) ?? { type: 'WEBHOOK', label: type, icon: IconWebhook, brings: '', fields: [] };
}
