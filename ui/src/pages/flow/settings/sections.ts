/** The parts of a flow's settings; each is a child of their route. */
export const SECTIONS = [
  { label: 'General', to: '/flow/$flowGroupId/settings' },
  { label: 'Cloud Hooks', to: '/flow/$flowGroupId/settings/cloud-hooks' },
] as const;
