import { expect, test } from 'vitest';
import { filterLines, pieces, search } from './filter';

const line = (level: string, message: string, task_run_id: string | null = null) => ({
  level,
  message,
  task_run_id,
});
const LINES = [
  line('DEBUG', 'connected', 'run-a'),
  line('INFO', 'Rows: 5'),
  line('WARN', 'slow', 'run-b'),
  line('NOTICE', 'a level of its own', 'run-b'),
  line('ERROR', 'no ROWS\nat all', 'run-a'),
];
const taskOf = (id: string) => id.replace('run', 'task');
const messages = (lines: readonly { message: string }[]) => lines.map(({ message }) => message);

test('a level lets itself and what is above pass', () => {
  expect(messages(filterLines(LINES, { level: 'WARNING' }, taskOf))).toEqual(['slow', 'no ROWS\nat all']);
  expect(filterLines(LINES, { level: 'INFO' }, taskOf)).toHaveLength(4);
});

test('a task lets its runs pass, and none of the flow', () => {
  expect(messages(filterLines(LINES, { task: 'task-b' }, taskOf))).toEqual(['slow', 'a level of its own']);
});

test('without a filter the lines are the same array', () => {
  expect(filterLines(LINES, {}, taskOf)).toBe(LINES);
});

test('a search finds lines whatever the case', () => {
  expect(search(LINES, 'rows')).toEqual([1, 4]);
  expect(search(LINES, '')).toEqual([]);
});

test('a message is cut at every match, and loses nothing', () => {
  const cut = pieces('a.b.A', 'A');
  expect(cut.map(({ text, isMatch }) => (isMatch ? `[${text}]` : text))).toEqual(['[a]', '.b.', '[A]']);
  expect(pieces('a+b', '+')[1]).toEqual({ text: '+', isMatch: true, at: 1 });
  expect(pieces('İstanbul', 'st')).toEqual([{ text: 'İstanbul', isMatch: false, at: 0 }]);
  expect(pieces('', 'x')).toHaveLength(1);
});
