import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { show } from '~/testing/show';
import { StateBadge } from './StateBadge';
import { inkOn, isFailed, isFinished, STATES, stateLook, statesOf } from './states';

test('a state is found by its name in any case', () => {
  expect(stateLook('TIMEDOUT').word).toBe('Timed out');
  expect(stateLook('TimedOut')).toBe(stateLook('timedout'));
});

test('a state that this version does not know keeps its name', () => {
  expect(stateLook('Dreaming').word).toBe('Dreaming');
});

test('every kind that "is a" failure counts as one', () => {
  expect(statesOf('failed')).toEqual([
    'ClientFailed',
    'Failed',
    'TimedOut',
    'TriggerFailed',
    'ValidationFailed',
  ]);
  expect(isFailed('Success')).toBe(false);
  expect(isFinished('Cancelling')).toBe(false);
  expect(isFinished('Cancelled')).toBe(true);
});

test('the icon is seen on every colour', () => {
  const channel = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = (hex: string) =>
    [0.2126, 0.7152, 0.0722].reduce(
      (sum, weight, index) =>
        sum + weight * channel(Number.parseInt(hex.slice(1 + 2 * index, 3 + 2 * index), 16) / 255),
      0,
    );
  for (const { name, color } of STATES) {
    const [low, high] = [luminance(color), luminance(inkOn(color))].sort((a, b) => a - b);
    const contrast = ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
    expect(contrast, name).toBeGreaterThanOrEqual(3);
  }
});

test('a badge says the word', async () => {
  await show(<StateBadge state="TriggerFailed" />);
  expect(screen.getByText('Trigger failed')).toBeInTheDocument();
});
