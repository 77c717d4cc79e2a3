import { CopyButton } from './CopyButton';
import classes from './Id.module.css';

export interface IdProps {
  readonly id: string;
  /** Shows the end only, where the page is narrow: UUIDv7s of one day begin alike. The whole is copied. */
  readonly short?: boolean;
}

export function Id({ id, short = false }: IdProps) {
  return (
    <span className={classes['id']}>
      <code title={id}>{short ? `…${id.slice(-8)}` : id}</code>
      <CopyButton value={id} what="id" />
    </span>
  );
}
