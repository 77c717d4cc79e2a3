import { expect, test } from 'vitest';
import { barsOf, type GanttRun, layOut, rangeOf } from './bars';
import { moved, WHOLE, zoomed } from './zoom';

const at = (second: number) => new Date(Date.UTC(2026, 0, 5, 12, 0, second)).toISOString();
const ms = (second: number) => Date.parse(at(second));

function run(label: string, from: number | null, to: number | null, more: Partial<GanttRun> = {}): GanttRun {
  return {
    id: label,
    taskId: label,
    label,
    mapIndex: -1,
    state: to === null ? 'Running' : 'Success',
    start_time: from === null ? null : at(from),
    end_time: to === null ? null : at(to),
    ...more,
  };
}

const labels = (runs: readonly GanttRun[]) => layOut(runs).map(({ run: { label } }) => label);

test('rows are in the order in which tasks began; what has not begun is last', () => {
  const runs = [run('none 10', null, null), run('late', 5, 9), run('none 9', null, null), run('early', 1, 2)];
  expect(labels(runs)).toEqual(['early', 'late', 'none 9', 'none 10']);
});

test('children are below their parent, which spans them', () => {
  const child = (index: number, from: number, to: number | null) =>
    run(`m[${index}]`, from, to, { taskId: 'm', mapIndex: index });
  const parent = run('m', null, 1, { taskId: 'm', state: 'Mapped' });
  const rows = layOut([child(1, 3, 8), parent, child(0, 2, 5)]);
  expect(rows.map(({ run: { label }, isChild }) => [label, isChild])).toEqual([
    ['m', false],
    ['m[0]', true],
    ['m[1]', true],
  ]);
  expect(rows[0]?.bars).toEqual([{ from: ms(2), to: ms(8), state: 'Mapped', kind: 'span' }]);
  expect(layOut([parent, child(0, 2, null)])[0]?.bars[0]?.to).toBeUndefined();
});

test('each attempt of a retried task run is a bar, with the wait between', () => {
  const history = [
    { state: 'Pending', timestamp: at(0) },
    { state: 'Running', timestamp: at(1) },
    { state: 'Failed', timestamp: at(4) },
    { state: 'Retrying', timestamp: at(4) },
    { state: 'Running', timestamp: at(10) },
  ];
  expect(barsOf(run('r', 1, null), history)).toEqual([
    { from: ms(1), to: ms(4), state: 'Failed', kind: 'attempt' },
    { from: ms(4), to: ms(10), state: 'Retrying', kind: 'wait' },
    { from: ms(10), to: undefined, state: 'Running', kind: 'attempt' },
  ]);
});

test('what failed without having begun is a point, what waits is nothing', () => {
  expect(barsOf(run('t', null, 3, { state: 'TriggerFailed' }), [])).toEqual([
    { from: ms(3), to: ms(3), state: 'TriggerFailed', kind: 'attempt' },
  ]);
  expect(barsOf(run('p', null, null, { state: 'Pending' }), [])).toEqual([]);
});

test('what was restarted shows when it ran, and does not grow while it waits', () => {
  const restarted = run('r', 1, null, { state: 'Pending' });
  expect(barsOf(restarted, [])).toEqual([]);
  const history = ['Running', 'Failed', 'Pending'].map((state, index) => ({ state, timestamp: at(index) }));
  expect(barsOf(restarted, history)).toEqual([{ from: ms(0), to: ms(1), state: 'Failed', kind: 'attempt' }]);
});

test('the range reaches until now while something runs', () => {
  const rows = layOut([run('a', 1, 4), run('b', 2, null)]);
  expect(rangeOf(rows, ms(30))).toEqual([ms(1), ms(30)]);
  expect(rangeOf(layOut([run('a', 1, 1)]), ms(30))).toEqual([ms(1), ms(2)]);
  expect(rangeOf([], ms(30))).toEqual([ms(30) - 60_000, ms(30)]);
});

test('zooming keeps to the whole', () => {
  expect(zoomed(WHOLE, 0.5)).toEqual([25, 75]);
  expect(zoomed([0, 20], 10)).toEqual([0, 100]);
  expect(moved([40, 60], 0.5)).toEqual([50, 70]);
  expect(moved([90, 100], 0.5)).toEqual([90, 100]);
});
