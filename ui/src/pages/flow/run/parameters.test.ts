import { describe, expect, test } from 'vitest';
import { changedOf, fieldOf, type Parameter, parametersOf, readField, readObject } from './parameters';

const DECLARED = [
  { name: 'day', default: null, required: true },
  { name: 'currency', default: 'EUR', required: false },
  { name: 'limit', default: 10, required: false },
  { name: 'dry', default: false, required: false },
  { name: 'regions', default: ['eu'], required: false },
];

const parameter = (name: string, defaults: unknown = {}): Parameter => {
  const found = parametersOf(DECLARED, defaults).find((each) => each.name === name);
  if (found === undefined) {
    throw new Error(name);
  }
  return found;
};

describe('parametersOf', () => {
  test('a default tells the type', () => {
    expect(parametersOf(DECLARED, {}).map(({ kind }) => kind)).toEqual([
      'json',
      'text',
      'number',
      'switch',
      'json',
    ]);
  });

  test('what the group has as default is not required any more', () => {
    expect(parameter('day').isRequired).toBe(true);
    expect(parameter('day', { day: 'monday' })).toMatchObject({
      isRequired: false,
      fallback: 'monday',
      kind: 'text',
    });
  });

  test.each([null, {}, 'x', [1, null, { slug: 'y' }]])('%j declares none', (declared) => {
    expect(parametersOf(declared, null)).toEqual([]);
  });
});

describe('readField', () => {
  test.each([
    ['limit', '12.5', 12.5],
    ['limit', '', undefined],
    ['currency', '', ''],
    ['currency', '12', '12'],
    ['day', '2026-11-21', '2026-11-21'],
    ['day', '12', 12],
    ['regions', '["eu", "us"]', ['eu', 'us']],
    ['dry', true, true],
  ])('%s of %j', (name, field, value) => {
    expect(readField(parameter(name), field)).toEqual({ value });
  });

  test.each([
    ['day', ''],
    ['limit', 'many'],
    ['regions', '["eu"'],
  ])('%s of %j is refused', (name, field) => {
    expect(readField(parameter(name), field)).toHaveProperty('problem');
  });

  test('what a field shows at first is read as the default', () => {
    for (const each of parametersOf(DECLARED, { day: 'today' })) {
      expect(readField(each, fieldOf(each))).toEqual({ value: each.fallback });
    }
  });
});

test('only what differs from the defaults is sent', () => {
  const values = { day: 'today', currency: 'EUR', limit: 11, dry: undefined, more: 1 };
  expect(changedOf(parametersOf(DECLARED, {}), values)).toEqual({ day: 'today', limit: 11, more: 1 });
});

test('an object is an object', () => {
  expect(readObject(' ')).toEqual({ value: {} });
  expect(readObject('{"a": 1}')).toEqual({ value: { a: 1 } });
  expect(readObject('[1]')).toHaveProperty('problem');
  expect(readObject('{')).toHaveProperty('problem');
});
