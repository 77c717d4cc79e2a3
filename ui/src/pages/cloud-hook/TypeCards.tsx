import { Radio, SimpleGrid, Text } from '@mantine/core';
import { CHANNELS, channelOf, type HookType } from './channels';
import classes from './hook-form.module.css';

export interface TypeCardsProps {
  readonly value: HookType;
  /** The type of a hook that is there cannot be changed. */
  readonly isFixed: boolean;
  readonly onChange: (type: HookType) => void;
}

/** By what the hook notifies. */
export function TypeCards({ value, isFixed, onChange }: TypeCardsProps) {
  if (isFixed) {
    return null;
  }
  return (
    <Radio.Group label="Type" value={value} onChange={(type) => onChange(channelOf(type).type)}>
      <SimpleGrid cols={{ base: 2, xs: 3, xl: 4 }} spacing="xs" mt={4}>
        {CHANNELS.map(({ type, label, icon: Icon, brings }) => (
          <Radio.Card key={type} value={type} className={classes['card'] ?? ''}>
            <span className={classes['cardTitle']}>
              <Icon size={20} stroke={1.7} aria-hidden />
              <Text fw={600} size="sm" span>
                {label}
              </Text>
            </span>
            <Text size="xs" c="dimmed" span>
              {brings}
            </Text>
          </Radio.Card>
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}
