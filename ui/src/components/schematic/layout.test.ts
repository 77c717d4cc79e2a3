import { expect, test } from 'vitest';
import { layOut, NODE_HEIGHT } from './layout';
import { statesByTask } from './states';

const task = (id: string) => ({ id, name: id, mapped: false });
const edge = (upstream_task_id: string, downstream_task_id: string) => ({
  id: `${upstream_task_id}-${downstream_task_id}`,
  upstream_task_id,
  downstream_task_id,
  mapped: false,
});
const run = (id: string, task_id: string, map_index: number, state: string) => ({
  id,
  task_id,
  map_index,
  state,
});

test('what is downstream is to the right, and siblings do not overlap', () => {
  const places = layOut(['a', 'b', 'c'].map(task), [edge('a', 'b'), edge('a', 'c'), edge('a', 'gone')], 'LR');
  const [a, b, c] = ['a', 'b', 'c'].map((id) => places.get(id));
  expect(b?.x).toBeGreaterThan(a?.x ?? 0);
  expect(b?.x).toBe(c?.x);
  expect(Math.abs((b?.y ?? 0) - (c?.y ?? 0))).toBeGreaterThan(NODE_HEIGHT);
});

test('a mapped task is as its worst child is, and leads to its own run', () => {
  const states = statesByTask([
    run('0', 'map', 0, 'Success'),
    run('own', 'map', -1, 'Mapped'),
    run('1', 'map', 1, 'Failed'),
    run('2', 'map', 2, 'Success'),
    run('only', 'plain', -1, 'Running'),
  ]);
  expect(states.get('map')).toEqual({
    state: 'Failed',
    taskRunId: 'own',
    children: [
      { state: 'Failed', count: 1 },
      { state: 'Success', count: 2 },
    ],
  });
  expect(states.get('plain')).toEqual({ state: 'Running', taskRunId: 'only', children: [] });
});
