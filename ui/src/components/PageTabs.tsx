import type { ReactNode } from 'react';
import classes from './PageTabs.module.css';

export interface PageTabsProps {
  /** What the tabs are parts of. */
  readonly label: string;
  /** A `Link` each, usually with `activeOptions={{ exact: true }}`. */
  readonly children: ReactNode;
}

/**
 * The parts of a page, each with an address of its own: so they are links, and a link in a message can open any of
 * them. The router marks the current one with `aria-current`.
 */
export function PageTabs({ label, children }: PageTabsProps) {
  return (
    <nav className={classes['tabs']} aria-label={label}>
      {children}
    </nav>
  );
}
