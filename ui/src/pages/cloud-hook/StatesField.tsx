import { Chip, Group, Input, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { STATES } from '~/components/states';
import { EVENTS } from './events';
import classes from './hook-form.module.css';
import { PRESETS, type Preset, presetOf, statesOfPreset } from './presets';
import type { HookFormApi } from './useHookForm';

const CHIP_STATES = STATES.map(({ name, word, color }) => ({ value: name.toUpperCase(), word, color }));

/** At what the hook speaks: states, by presets or one by one, and other events. */
export function StatesField({ form }: { readonly form: HookFormApi }) {
  const { states, events } = form.values;
  const [isCustom, setIsCustom] = useState(presetOf(states) === 'CUSTOM');
  const preset = isCustom ? 'CUSTOM' : presetOf(states);
  const choose = (next: Preset) => {
    setIsCustom(next === 'CUSTOM');
    form.setFieldValue('states', statesOfPreset(next, states));
    form.clearFieldError('states');
  };
  return (
    <Stack gap="md">
      <Input.Wrapper
        labelElement="div"
        label="States"
        description="Each matches by its exact name: Failed is not Timed out."
        error={form.errors['states']}
      >
        <SegmentedControl
          className={classes['presets'] ?? ''}
          aria-label="Preset of states"
          data={PRESETS.map((value) => ({ value, label: value }))}
          value={preset}
          onChange={(value) => choose(PRESETS.find((name) => name === value) ?? 'CUSTOM')}
        />
        <Chip.Group
          multiple
          value={[...states]}
          onChange={(next) => {
            setIsCustom(presetOf(next) === 'CUSTOM');
            form.setFieldValue('states', next);
            form.clearFieldError('states');
          }}
        >
          <Group gap={6} mt="xs" role="group" aria-label="States">
            {CHIP_STATES.map(({ value, word, color }) => (
              <Chip key={value} value={value} size="xs" radius="sm" variant="outline">
                <span className={classes['dot']} style={{ backgroundColor: color }} />
                {word}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </Input.Wrapper>
      <Input.Wrapper
        labelElement="div"
        label="Events"
        description="What is no state, and somebody should know all the same."
        error={form.errors['events']}
      >
        <Chip.Group
          multiple
          value={[...events]}
          onChange={(next) => {
            form.setFieldValue('events', next);
            form.clearFieldError('states');
          }}
        >
          <Group gap={6} mt="xs" role="group" aria-label="Events">
            {EVENTS.map(({ kind, label, means }) => (
              <Chip key={kind} value={kind} size="xs" radius="sm" variant="outline" title={means}>
                {label}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        {EVENTS.filter(({ kind }) => events.includes(kind)).map(({ kind, label, means }) => (
          <Text key={kind} size="xs" c="dimmed" mt={6}>
            {label}: {means}.
          </Text>
        ))}
      </Input.Wrapper>
    </Stack>
  );
}
