import { UnstyledButton } from '@mantine/core';
import classes from './deliveries.module.css';
import { type DeliveryStatusName, STATUSES } from './search';

export interface StatusFilterProps {
  readonly value: DeliveryStatusName | undefined;
  readonly counts: Readonly<Record<DeliveryStatusName, number>> | undefined;
  readonly onChange: (value: DeliveryStatusName | undefined) => void;
}

/** How many deliveries stand how; a press shows only those. */
export function StatusFilter({ value, counts, onChange }: StatusFilterProps) {
  const total = counts === undefined ? undefined : STATUSES.reduce((sum, name) => sum + counts[name], 0);
  const options = [
    { name: undefined, label: 'All', count: total },
    ...STATUSES.map((name) => ({
      name,
      label: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      count: counts?.[name],
    })),
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is sent, and these are buttons
    <div className={classes['statuses']} role="group" aria-label="Outcome">
      {options.map(({ name, label, count }) => (
        <UnstyledButton
          key={label}
          className={classes['status'] ?? ''}
          aria-pressed={value === name}
          data-alarm={name === 'dead' && count !== undefined && count > 0}
          onClick={() => onChange(name)}
        >
          <span>{label}</span>
          <strong>{count === undefined ? '–' : count.toLocaleString()}</strong>
        </UnstyledButton>
      ))}
    </div>
  );
}
