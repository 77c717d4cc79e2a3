import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { ApiError } from '~/api/errors';
import { show } from '~/testing/show';
import { CopyCommand } from './CopyCommand';
import { confirm } from './confirm';
import { Duration } from './Duration';
import { ErrorNote } from './ErrorNote';
import { Id } from './Id';
import { RunStrip } from './RunStrip';
import { Time } from './Time';

const ID = '01a1fcd0-ab7d-7033-afc2-459c8352cc36';

test('a time says when exactly to those who reach it by keys', async () => {
  await show(<Time at="2026-01-05T12:00:00Z" />);
  await userEvent.tab();
  const tooltip = await screen.findByRole('tooltip');
  expect(tooltip).toHaveTextContent(/GMT\+1|CET/);
});

test('what has not happened has no time', async () => {
  await show(<Time at={null} none="never" />);
  expect(screen.getByText('never')).toBeInTheDocument();
});

test('a duration without an end runs on', async () => {
  const from = new Date(Date.now() - 65_000).toISOString();
  await show(<Duration from={from} to={null} />);
  expect(screen.getByText(/^1m 0\ds$/)).toBeInTheDocument();
});

test('a short id is copied whole', async () => {
  const user = userEvent.setup();
  await show(<Id id={ID} short />);
  expect(screen.getByText('…8352cc36')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Copy id' }));
  expect(await navigator.clipboard.readText()).toBe(ID);
});

test('a command is copied as it stands', async () => {
  const user = userEvent.setup();
  await show(<CopyCommand command="campana server start" />);
  await user.click(screen.getByRole('button', { name: 'Copy command' }));
  expect(await navigator.clipboard.readText()).toBe('campana server start');
});

test('an error says what failed, why, and what to do', async () => {
  const retry = vi.fn();
  const error = new ApiError('unreachable', 'the server could not be reached');
  await show(<ErrorNote what="The flows could not be loaded" error={error} onRetry={retry} />);
  const note = screen.getByRole('alert');
  expect(note).toHaveTextContent('The flows could not be loaded');
  expect(note).toHaveTextContent('the server could not be reached');
  expect(note).toHaveTextContent(error.remedy);
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(retry).toHaveBeenCalledOnce();
});

test('each bar of a strip leads to its run and says how it went', async () => {
  const run = {
    id: ID,
    name: 'quick-bell',
    state: 'Failed',
    scheduled_start_time: '2026-11-20T10:00:00Z',
    start_time: '2026-11-20T10:00:01Z',
    end_time: '2026-11-20T10:03:06Z',
  };
  await show(<RunStrip runs={[run]} places={3} label="Last runs" />);
  const link = screen.getByRole('link', { name: /^quick-bell: Failed, 3m 05s/ });
  expect(link).toHaveAttribute('href', `/flow-run/${ID}`);
});

test('nothing happens before the question is answered', async () => {
  const onConfirm = vi.fn();
  const ask = () =>
    confirm({ title: 'Delete the hook?', text: 'It owes nothing.', action: 'Delete hook', onConfirm });
  await show(
    <button type="button" onClick={ask}>
      Delete
    </button>,
  );
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }));
  expect(onConfirm).not.toHaveBeenCalled();
  await userEvent.click(await screen.findByRole('button', { name: 'Delete hook' }));
  expect(onConfirm).toHaveBeenCalledOnce();
});
