import { expect, test } from 'vitest';
import type { HookType } from './channels';
import { fieldErrors, missing } from './field-errors';
import { newValues } from './form';

/** What the server says, and the field where it has to stand. */
const CASES: readonly (readonly [HookType, string, string])[] = [
  ['SLACK_WEBHOOK', 'config of a SLACK_WEBHOOK hook: no "url"; give the URL to send to', 'config.url'],
  [
    'SLACK_WEBHOOK',
    'config of a SLACK_WEBHOOK hook: url is not a URL; write it in full, such as https://host/path',
    'config.url',
  ],
  ['EMAIL', 'config of an EMAIL hook: "to" is "a b"; it is to be an e-mail address such as …', 'config.to'],
  [
    'TWILIO',
    'config of a TWILIO hook: account_sid is not an Account SID; it is AC and 32 hexadecimal digits; it is "x"',
    'config.account_sid',
  ],
  ['TWILIO', 'config of a TWILIO hook: "to" is a list of 0; it is to be a list of 1 to 20', 'config.to'],
  [
    'WEBHOOK',
    'config of a WEBHOOK hook: entry 0 of signing_secrets is not a signing secret',
    'config.signing_secrets',
  ],
  ['WEBHOOK', 'config of a WEBHOOK hook: proxy is not a URL; write it in full', 'config.proxy'],
  [
    'PAGERDUTY',
    'config of a PAGERDUTY hook: "severity" is "x"; it is to be one of info, …',
    'config.severity',
  ],
  ['WEBHOOK', 'config of a WEBHOOK hook: proxy leads to 10.0.0.7, and not the url', 'config.proxy'],
  ['WEBHOOK', 'template: line 1: syntax error: unexpected end of input', 'template'],
  ['WEBHOOK', 'states: unknown state "x"; known are PENDING', 'states'],
  ['WEBHOOK', 'events: unknown event "x"', 'events'],
  ['WEBHOOK', 'max_per_minute: 0 would never tell anything', 'maxPerMinute'],
];

test.each(CASES)('%s: %s', (type, message, field) => {
  const errors = fieldErrors(new Error(message), { type });
  expect(Object.keys(errors)).toEqual([field]);
  expect(errors[field]).toMatch(/^\S/);
  expect(errors[field]).not.toContain('config of');
});

test('what names no field stays with the form as a whole', () => {
  expect(fieldErrors(new Error('the server could not be reached'), { type: 'EMAIL' })).toEqual({});
  expect(
    fieldErrors(new Error('config of an EMAIL hook: unknown key "x"; known are to'), { type: 'EMAIL' }),
  ).toEqual({});
});

test('what is empty is told before the server is asked', () => {
  expect(missing(newValues())).toEqual({ 'config.url': 'Webhook URL is needed' });
  expect(missing({ ...newValues(), config: { url: 'x' }, states: [] })).toHaveProperty('states');
  expect(missing({ ...newValues(), config: { url: 'x' }, states: [], events: ['LATE'] })).toEqual({});
  expect(missing({ ...newValues(), config: { url: 'x' }, scope: 'flow' })).toHaveProperty('versionGroupId');
  expect(missing({ ...newValues(), config: { url: 'x' }, scope: 'project' })).toHaveProperty('projectId');
});
