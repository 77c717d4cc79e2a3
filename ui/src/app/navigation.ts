import {
  IconApi,
  IconFolder,
  IconInbox,
  IconKey,
  IconLayoutDashboard,
  IconListSearch,
  IconMailForward,
  IconTopologyStar3,
  IconWebhook,
  type TablerIcon,
} from '@tabler/icons-react';
import type { LinkProps } from '@tanstack/react-router';
import type { AppRouter } from './router';

export interface NavigationItem {
  readonly label: string;
  readonly to: NonNullable<LinkProps<'a', AppRouter>['to']>;
  readonly icon: TablerIcon;
  /** Whether pages below it count as elsewhere. */
  readonly exact?: boolean;
}

export interface NavigationGroup {
  /** None for the first, which needs no name. */
  readonly title?: string;
  readonly items: readonly NavigationItem[];
}

/** The left side, from top to bottom. */
export const NAVIGATION: readonly NavigationGroup[] = [
  {
    items: [
      { label: 'Dashboard', to: '/', icon: IconLayoutDashboard, exact: true },
      { label: 'Flows', to: '/flows', icon: IconTopologyStar3 },
      { label: 'Projects', to: '/projects', icon: IconFolder },
      { label: 'Inbox', to: '/inbox', icon: IconInbox },
    ],
  },
  {
    title: 'Team',
    items: [
      { label: 'Cloud Hooks', to: '/team/cloud-hooks', icon: IconWebhook },
      { label: 'Deliveries', to: '/deliveries', icon: IconMailForward },
      { label: 'API keys', to: '/team/api-keys', icon: IconKey },
      { label: 'Audit', to: '/team/audit', icon: IconListSearch },
      { label: 'Interactive API', to: '/api', icon: IconApi },
    ],
  },
];
