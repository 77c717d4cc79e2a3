/** The parts of a run's page, in their order; each is a child of the run's route. */
export const TABS = [
  { label: 'Timeline', to: '/flow-run/$flowRunId' },
  { label: 'Schematic', to: '/flow-run/$flowRunId/schematic' },
  { label: 'Logs', to: '/flow-run/$flowRunId/logs' },
  { label: 'States', to: '/flow-run/$flowRunId/states' },
  { label: 'Parameters', to: '/flow-run/$flowRunId/parameters' },
  { label: 'Deliveries', to: '/flow-run/$flowRunId/deliveries' },
] as const;
