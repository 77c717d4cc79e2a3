import { expect, test } from 'vitest';
import { createInput, newValues, previewInput, updateInput, valuesOf } from './form';

const TWILIO = {
  ...newValues(),
  type: 'TWILIO' as const,
  config: {
    account_sid: ' AC1 ',
    auth_token: 'secret',
    messaging_service_sid: 'MG1',
    to: '+1\n\n +2 , +3',
    url: 'https://left.over.example.com',
    severity: 'error',
  },
};

test('only the fields of the type are sent, lists as lists, and nothing that is empty', () => {
  expect(createInput(TWILIO).config).toEqual({
    account_sid: 'AC1',
    auth_token: 'secret',
    messaging_service_sid: 'MG1',
    to: ['+1', '+2', '+3'],
  });
});

test('addresses of an e-mail are one text, as the server wants them', () => {
  const values = { ...newValues(), type: 'EMAIL' as const, config: { to: 'a@example.com, b@example.com' } };
  expect(createInput(values).config).toEqual({ to: 'a@example.com, b@example.com' });
});

test('a hook watches what its scope says, whatever else was chosen before', () => {
  const both = { ...newValues('orders'), projectId: 'p' };
  expect(createInput(both)).toMatchObject({ version_group_id: 'orders', project_id: null });
  expect(createInput({ ...both, scope: 'project' })).toMatchObject({
    version_group_id: null,
    project_id: 'p',
  });
  expect(createInput({ ...both, scope: 'all' })).toMatchObject({ version_group_id: null, project_id: null });
});

test('a hook without a name has one by its type', () => {
  expect(createInput({ ...newValues(), name: '  ' }).name).toBe('Slack hook');
});

const SAVED = {
  name: 'On call',
  type: 'WEBHOOK',
  config: { url: 'https://example.com/****abcd', signing_secrets: ['****wxyz'] },
  states: ['FAILED'],
  events: ['LATE'],
  subject: 'ANY',
  project_id: null,
  version_group_id: 'orders',
  include_parameters: true,
  max_per_minute: 5,
  template: '{}',
};

test('a hook on a flow in a project stays in it as long as it is on the flow', () => {
  const values = valuesOf({ ...SAVED, project_id: 'p' });
  expect(updateInput('id', values)).toMatchObject({ version_group_id: 'orders', project_id: 'p' });
  expect(updateInput('id', { ...values, scope: 'all' })).toMatchObject({
    version_group_id: null,
    project_id: null,
  });
});

test('what was emptied is taken away by a change, and a secret comes back as it was shown', () => {
  const values = valuesOf(SAVED);
  expect(values).toMatchObject({ scope: 'flow', subject: 'ANY', events: ['LATE'], maxPerMinute: 5 });
  expect(updateInput('id', { ...values, template: ' ', maxPerMinute: null, scope: 'all' })).toEqual({
    cloud_hook_id: 'id',
    name: 'On call',
    config: { url: 'https://example.com/****abcd', signing_secrets: ['****wxyz'] },
    states: ['FAILED'],
    events: ['LATE'],
    subject: 'ANY',
    project_id: null,
    version_group_id: null,
    include_parameters: true,
    max_per_minute: null,
    template: null,
  });
});

test('a preview needs neither secrets nor states', () => {
  const input = previewInput({ ...newValues(), type: 'PAGERDUTY', config: { severity: 'info' }, states: [] });
  expect(input.config).toEqual({ routing_key: '0'.repeat(32), severity: 'info' });
  expect(input.states).toEqual(['FAILED']);
  expect(previewInput(TWILIO).config).not.toHaveProperty('auth_token', 'secret');
});
