/** A task: its name, what it waits for, about how long it takes, and how it fails when it does. */
export interface TaskPlan {
  readonly name: string;
  readonly after: readonly string[];
  readonly seconds: number;
  readonly error?: string;
  readonly retries?: number;
  /** How many children it has, if it is mapped. */
  readonly children?: number;
}

export interface FlowPlan {
  readonly project: string;
  readonly name: string;
  readonly description: string;
  readonly tasks: readonly TaskPlan[];
  readonly schedule?: object;
  readonly parameters?: readonly object[];
  /** How many of its runs fail, from 0 to 1. */
  readonly failing: number;
  /** How many runs the last seven days have. */
  readonly runs: number;
  readonly versions?: number;
}

const task = (
  name: string,
  after: readonly string[],
  seconds: number,
  more: Partial<TaskPlan> = {},
): TaskPlan => ({ name, after, seconds, ...more });

const cron = (text: string) => ({
  clocks: [{ type: 'CronClock', cron: text, parameter_defaults: {}, day_or: true }],
  filters: [],
  or_filters: [],
  not_filters: [],
  adjustments: [],
});
const every = (minutes: number) => ({
  clocks: [{ type: 'IntervalClock', interval: minutes * 60_000_000, parameter_defaults: {} }],
  filters: [],
  or_filters: [],
  not_filters: [],
  adjustments: [],
});
const parameter = (name: string, value: unknown) => ({
  type: 'Parameter',
  name,
  slug: name,
  default: value,
  required: value === null,
  tags: [],
  outputs: 'typing.Any',
});

const CONNECTION_REFUSED =
  'OperationalError: could not connect to server: Connection refused\n' +
  '\tIs the server running on host "warehouse.internal" (10.3.0.12) and accepting\n' +
  '\tTCP/IP connections on port 5432?';
const BAD_GATEWAY =
  "HTTPError('502 Server Error: Bad Gateway for url: https://payments.internal/v1/charges')";
const DISK_FULL = 'OSError: [Errno 28] No space left on device: /var/backups/pg/orders.dump.zst';

const INVOICES: readonly TaskPlan[] = [
  task('Read customers', [], 14),
  task('Read contracts', [], 9),
  task('Read usage', [], 41, { error: CONNECTION_REFUSED, retries: 3 }),
  task('Read exchange rates', [], 2),
  task('Check contracts', ['Read customers', 'Read contracts'], 6),
  task('Rate usage', ['Read usage', 'Check contracts'], 33),
  task('Convert currencies', ['Rate usage', 'Read exchange rates'], 4),
  task('Apply discounts', ['Convert currencies'], 5),
  task('Apply credits', ['Convert currencies'], 3),
  task('Sum up', ['Apply discounts', 'Apply credits'], 7),
  task('Compute taxes (EU)', ['Sum up'], 6),
  task('Compute taxes (US)', ['Sum up'], 8, { error: 'ValueError: no tax rate for ZIP code "00000"' }),
  task('Compute taxes (rest)', ['Sum up'], 5),
  task('Write invoices', ['Compute taxes (EU)', 'Compute taxes (US)', 'Compute taxes (rest)'], 12),
  task('Render PDFs', ['Write invoices'], 58),
  task('Archive PDFs', ['Render PDFs'], 16),
  task('Send invoices', ['Render PDFs'], 24, { error: 'SMTPServerDisconnected: please run connect() first' }),
  task('Book in ledger', ['Write invoices'], 9),
  task('Compare with ledger', ['Book in ledger', 'Archive PDFs'], 11),
  task('Report', ['Send invoices', 'Compare with ledger'], 3),
];

/** What a small company might run. */
export const FLOWS: readonly FlowPlan[] = [
  {
    project: 'Billing',
    name: 'Nightly invoices',
    description: 'Reads what customers used, rates it, and sends the invoices of the day.',
    tasks: INVOICES,
    schedule: cron('0 2 * * *'),
    parameters: [parameter('day', null), parameter('currency', 'EUR')],
    failing: 0.2,
    runs: 9,
  },
  {
    project: 'Billing',
    name: 'Charge cards',
    description: 'Charges the cards of invoices that are due, each by itself.',
    tasks: [
      task('Find due invoices', [], 3),
      task('Charge', ['Find due invoices'], 8, { children: 6, error: BAD_GATEWAY, retries: 2 }),
      task('Book payments', ['Charge'], 4),
    ],
    schedule: every(15),
    failing: 0.25,
    runs: 34,
  },
  {
    project: 'Billing',
    name: 'Payment reminders',
    description: 'Writes to those who have not paid for 14 days.',
    tasks: [task('Find overdue', [], 5), task('Write reminders', ['Find overdue'], 12)],
    schedule: cron('30 8 * * 1-5'),
    failing: 0,
    runs: 7,
  },
  {
    project: 'Data platform',
    name: 'Load warehouse',
    description: 'Copies the shop’s tables to the warehouse.',
    tasks: [
      task('Connect', [], 1, { error: CONNECTION_REFUSED }),
      task('Extract orders', ['Connect'], 26),
      task('Extract items', ['Connect'], 31),
      task('Extract customers', ['Connect'], 12),
      task('Join', ['Extract orders', 'Extract items', 'Extract customers'], 17),
      task('Check totals', ['Join'], 3, {
        error: 'AssertionError: 18,204 orders in the shop, 18,197 in the warehouse',
      }),
      task('Swap tables', ['Check totals'], 2),
      task('Vacuum', ['Swap tables'], 21),
    ],
    schedule: every(60),
    parameters: [parameter('full', false)],
    failing: 0.3,
    runs: 38,
    versions: 3,
  },
  {
    project: 'Data platform',
    name: 'Refresh dashboards',
    description: 'Renders the dashboards that the morning meeting looks at.',
    tasks: [
      task('Read metrics', [], 6),
      task('Render', ['Read metrics'], 14, { children: 4 }),
      task('Publish', ['Render'], 2),
    ],
    schedule: cron('0 6 * * *'),
    failing: 0.05,
    runs: 14,
  },
  {
    project: 'Data platform',
    name: 'Train churn model',
    description: 'Learns weekly who might leave.',
    tasks: [
      task('Sample', [], 42),
      task('Build features', ['Sample'], 75),
      task('Train', ['Build features'], 410, { error: 'Execution exceeded the time limit of 900 s' }),
      task('Evaluate', ['Train'], 38),
      task('Promote', ['Evaluate'], 2),
    ],
    schedule: cron('0 4 * * 0'),
    failing: 0.5,
    runs: 4,
  },
  {
    project: 'Operations',
    name: 'Back up databases',
    description: 'Dumps every database, and restores one to see that it can be.',
    tasks: [
      task('Dump orders', [], 122, { error: DISK_FULL }),
      task('Dump accounts', [], 48),
      task('Upload', ['Dump orders', 'Dump accounts'], 61),
      task('Restore a sample', ['Upload'], 34),
      task('Prune old', ['Upload'], 5),
    ],
    schedule: cron('15 1 * * *'),
    failing: 0.3,
    runs: 8,
  },
  {
    project: 'Operations',
    name: 'Rotate certificates',
    description: 'Renews what expires within 30 days. Started by hand.',
    tasks: [
      task('Find expiring', [], 2),
      task('Renew', ['Find expiring'], 5),
      task('Reload proxies', ['Renew'], 3),
    ],
    failing: 0,
    runs: 0,
  },
];

export const slugOf = (name: string): string => `${name.toLowerCase().replaceAll(' ', '-')}-1`;

/** The flow as Prefect's library would register it. */
export function serialized({ name, tasks, schedule, parameters = [] }: FlowPlan): object {
  const upstreams = new Set(tasks.flatMap(({ after }) => after));
  return {
    name,
    type: 'prefect.core.flow.Flow',
    schedule: schedule ?? null,
    parameters,
    tasks: tasks.map(({ name: taskName, retries = 0, children }) => ({
      type: 'prefect.tasks.core.function.FunctionTask',
      name: taskName,
      slug: slugOf(taskName),
      tags: [],
      max_retries: retries,
      retry_delay: retries > 0 ? 30 : null,
      inputs: {},
      outputs: 'typing.Any',
      trigger: { fn: 'prefect.triggers.all_successful', kwargs: {} },
      skip_on_upstream_skip: true,
      auto_generated: false,
      mapped: children !== undefined,
    })),
    edges: tasks.flatMap((downstream) =>
      downstream.after.map((upstream) => ({
        upstream_task: { slug: slugOf(upstream) },
        downstream_task: { slug: slugOf(downstream.name) },
        key: null,
        mapped: downstream.children !== undefined,
        flattened: false,
      })),
    ),
    reference_tasks: tasks
      .filter(({ name: taskName }) => !upstreams.has(taskName))
      .map(({ name: taskName }) => ({ slug: slugOf(taskName) })),
    run_config: { type: 'UniversalRun', labels: [], env: {} },
    storage: null,
  };
}
