/** The parts of a flow's page, in their order; each is a child of the flow's route. */
export const TABS = [
  { label: 'Overview', to: '/flow/$flowGroupId', exact: true },
  { label: 'Tasks', to: '/flow/$flowGroupId/tasks', exact: true },
  { label: 'Runs', to: '/flow/$flowGroupId/runs', exact: true },
  { label: 'Schematic', to: '/flow/$flowGroupId/schematic', exact: true },
  { label: 'Versions', to: '/flow/$flowGroupId/versions', exact: true },
  { label: 'Run', to: '/flow/$flowGroupId/run', exact: true },
  { label: 'Settings', to: '/flow/$flowGroupId/settings', exact: false },
] as const;
