import classes from './StateBadge.module.css';
import { inkOn, stateLook } from './states';

export interface StateBadgeProps {
  readonly state: string;
  readonly size?: 'sm' | 'lg';
}

/** A state by its colour, its icon and its word; the word has the text's own colour, which is readable on both themes. */
export function StateBadge({ state, size = 'sm' }: StateBadgeProps) {
  const { color, icon: Icon, word } = stateLook(state);
  return (
    <span className={classes['badge']} data-size={size}>
      <span className={classes['icon']} style={{ backgroundColor: color, color: inkOn(color) }}>
        <Icon size={size === 'lg' ? 18 : 12} stroke={2.5} aria-hidden />
      </span>
      {word}
    </span>
  );
}
