import { expect, test } from 'vitest';
import { logsSearch } from './logs-search';

test('what the address says is taken as far as it makes sense', () => {
  expect(logsSearch({ level: 'ERROR', task: 'id', q: 502 })).toEqual({
    level: 'ERROR',
    task: 'id',
    q: '502',
  });
});

test('what makes no sense is overwritten, and not passed on', () => {
  expect(logsSearch({ level: '', task: 7 })).toStrictEqual({
    level: undefined,
    task: undefined,
    q: undefined,
  });
});
