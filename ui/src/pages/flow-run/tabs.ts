/** The parts of a run's page, in their order; each is a child of the run's route. */
export const TABS = [
  { label: 'States', to: '/flow-run/$flowRunId' },
  { label: 'Details', to: '/flow-run/$flowRunId/details' },
] as const;
