import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { show } from '~/testing/show';
import { tokensOf } from './json-tokens';
import { Message } from './Message';
import { StateHistory } from './StateHistory';
import { Took } from './Took';
import { traceOf } from './traces';

const FRAMES = Array.from({ length: 9 }, (_, line) => `  File "x.py", line ${line}`).join('\n');
const TRACEBACK = `Unexpected error\nTraceback (most recent call last):\n${FRAMES}\nshop.errors.PriceError: no price\nfor it`;

test('a short message is shown whole', () => {
  expect(traceOf('one\ntwo\n')).toEqual({ headline: 'one\ntwo', whole: undefined, lines: 2 });
});

test('the headline of a traceback is the error at its end', () => {
  expect(traceOf(TRACEBACK)).toMatchObject({
    headline: 'shop.errors.PriceError: no price\nfor it',
    lines: 13,
  });
});

test('the headline of other long messages is how they begin', () => {
  expect(traceOf(Array.from({ length: 20 }, (_, line) => `line ${line}`).join('\n')).headline).toBe(
    'line 0\nline 1\nline 2',
  );
});

test('a long error unfolds, and is copied whole', async () => {
  const user = userEvent.setup();
  await show(<Message text={TRACEBACK} isError />);
  expect(screen.queryByText(/line 4/)).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Show all 13 lines' }));
  expect(screen.getByText(/line 4/)).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Copy message' }));
  expect(await navigator.clipboard.readText()).toBe(TRACEBACK);
});

test('a state lasted until the next one', async () => {
  await show(
    <StateHistory
      states={[
        { id: '2', state: 'Success', message: null, timestamp: '2026-01-05T12:00:30Z' },
        { id: '1', state: 'Running', message: 'go', timestamp: '2026-01-05T12:00:00Z' },
      ]}
    />,
  );
  const [, success, running] = screen.getAllByRole('row');
  expect(running).toHaveTextContent('30 s');
  expect(success).toHaveTextContent(/–$/);
});

test('a run that waits takes no time, though it ran before', async () => {
  const start_time = new Date(Date.now() - 65_000).toISOString();
  await show(<Took run={{ state: 'Pending', start_time, end_time: null }} />);
  expect(screen.getByText('–')).toBeInTheDocument();
  await show(<Took run={{ state: 'Running', start_time, end_time: null }} />);
  expect(screen.getByText(/^1m 0\ds$/)).toBeInTheDocument();
});

test('JSON is cut into what it is made of, and loses nothing', () => {
  const json = JSON.stringify({ 'a": 1': 'x: "y"', n: [-1.5e3, true, null] }, null, 2);
  const tokens = tokensOf(json);
  expect(tokens.map(({ text }) => text).join('')).toBe(json);
  expect(tokens.filter(({ kind }) => kind !== 'plain').map(({ kind }) => kind)).toEqual([
    'key',
    'string',
    'key',
    'number',
    'word',
    'word',
  ]);
});
