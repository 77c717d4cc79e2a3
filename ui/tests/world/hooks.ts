import type { Api } from './api';

/** The addresses that the world's hooks send to; see `campana receive --json`. */
export interface Receivers {
  readonly slack: string;
  readonly teams: string;
  readonly webhook: string;
  /** Answers as Slack does when a webhook was removed: every message dies. */
  readonly gone: string;
  /** Answers 503 for ever: every message waits for its next try. */
  readonly busy: string;
}

const FAILED = ['Failed', 'TimedOut', 'TriggerFailed', 'ValidationFailed'];
const ENDED = [...FAILED, 'Success', 'Cancelled'];

/** A hook of each type, one that is off, and two whose messages do not arrive; their ids by name. */
export async function makeHooks(
  api: Api,
  receivers: Receivers,
  versionGroupOf: (flow: string) => string,
  projectOf: (name: string) => string,
): Promise<Record<string, string>> {
  const twilio = {
    account_sid: `AC${'0'.repeat(32)}`,
    auth_token: 'made-up',
    messaging_service_sid: `MG${'0'.repeat(32)}`,
    to: ['+15005550006'],
  };
  const hooks = [
    { name: 'On call', type: 'SLACK_WEBHOOK', states: FAILED, config: { url: receivers.slack } },
    {
      name: 'Billing team',
      type: 'EMAIL',
      states: FAILED,
      config: { to: 'billing@example.com' },
      project_id: projectOf('Billing'),
    },
    {
      name: 'Phone of who is on duty',
      type: 'TWILIO',
      states: FAILED,
      config: twilio,
      version_group_id: versionGroupOf('Back up databases'),
    },
    {
      name: 'Incidents',
      type: 'PAGERDUTY',
      states: FAILED,
      config: { routing_key: '0'.repeat(32), severity: 'error' },
    },
    {
      name: 'Data team',
      type: 'TEAMS',
      states: FAILED,
      config: { url: receivers.teams },
      project_id: projectOf('Data platform'),
    },
    {
      name: 'Run archive',
      type: 'WEBHOOK',
      states: ENDED,
      config: { url: receivers.webhook },
      template: '{"run": {{ flow_run.name | tojson }}, "state": {{ state.type | tojson }}}',
    },
    { name: 'Inbox', type: 'PREFECT_MESSAGE', states: FAILED, config: {} },
    { name: 'Old channel', type: 'SLACK_WEBHOOK', states: ['Failed'], config: { url: receivers.gone } },
    { name: 'Status page', type: 'WEBHOOK', states: ['Failed'], config: { url: receivers.busy } },
    {
      name: 'Every start (off)',
      type: 'SLACK_WEBHOOK',
      states: ['Running'],
      config: { url: receivers.slack },
      active: false,
    },
  ];
  const ids: Record<string, string> = {};
  for (const hook of hooks) {
    ids[hook.name] = (await api.change('create_cloud_hook', hook)).id;
  }
  return ids;
}
