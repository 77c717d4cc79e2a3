/** The parts of a task run's page, in their order; each is a child of its route. */
export const TABS = [
  { label: 'Overview', to: '/task-run/$taskRunId' },
  { label: 'Logs', to: '/task-run/$taskRunId/logs' },
  { label: 'States', to: '/task-run/$taskRunId/states' },
  { label: 'Deliveries', to: '/task-run/$taskRunId/deliveries' },
] as const;
