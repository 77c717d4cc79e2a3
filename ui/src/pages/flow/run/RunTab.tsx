import '@mantine/dates/styles.layer.css';
import {
  Alert,
  Button,
  Group,
  JsonInput,
  SegmentedControl,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import { IconArchive, IconPlayerPlay } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { useMay } from '~/api/session';
import { EmptyState } from '~/components/EmptyState';
import { ErrorNote } from '~/components/ErrorNote';
import { Panel } from '~/components/Panel';
import { type Flow, useLoadedFlow } from '../useFlow';
import { ParameterField } from './ParameterField';
import classes from './RunTab.module.css';
import { type RunForm, useRunForm } from './useRunForm';

/** Starts a run of the flow: with which parameters, when, and under which name. */
export function RunTab() {
  const flow = useLoadedFlow();
  if (flow === undefined) {
    return null;
  }
  return flow.archived ? (
    <EmptyState icon={IconArchive} title="Every version is archived">
      A flow runs again once a new version of it is registered.
    </EmptyState>
  ) : (
    <Form key={flow.id} flow={flow} />
  );
}

function Form({ flow }: { readonly flow: Flow }) {
  const mayRun = useMay('member');
  const navigate = useNavigate();
  const form = useRunForm(
    flow,
    (flowRunId) => void navigate({ to: '/flow-run/$flowRunId', params: { flowRunId } }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    form.start();
  };
  return (
    <form onSubmit={submit} className={classes['form']} noValidate>
      <Parameters form={form} />
      <Circumstances form={form} labels={labelsOf(flow)} />
      {form.error === null ? null : <ErrorNote what="The run was not started" error={form.error} />}
      {mayRun ? null : <Alert color="gray">Your key may look, but not start runs.</Alert>}
      <Group>
        <Button
          type="submit"
          loading={form.isStarting}
          disabled={!mayRun}
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
        >
          {form.at === null ? 'Run now' : 'Schedule run'}
        </Button>
        <Text c="dimmed" size="sm">
          It waits until an agent takes it, or the program that serves the flow.
        </Text>
      </Group>
    </form>
  );
}

function Parameters({ form }: { readonly form: RunForm }) {
  return (
    <Panel
      title="Parameters"
      more={
        <SegmentedControl
          size="xs"
          aria-label="How to write the parameters"
          data={[
            { value: 'form', label: 'Form' },
            { value: 'json', label: 'JSON' },
          ]}
          value={form.mode}
          onChange={(mode) => form.setMode(mode === 'json' ? 'json' : 'form')}
        />
      }
    >
      {form.mode === 'json' ? (
        <JsonInput
          aria-label="Parameters as JSON"
          autosize
          minRows={6}
          maxRows={24}
          formatOnBlur
          classNames={{ input: classes['code'] ?? '' }}
          value={form.json}
          onChange={form.setJson}
          error={form.problems['json']}
        />
      ) : form.parameters.length === 0 ? (
        <Text c="dimmed">The flow has none.</Text>
      ) : (
        <Stack gap="sm">
          {form.parameters.map((parameter) => (
            <ParameterField
              key={parameter.name}
              parameter={parameter}
              field={form.fields[parameter.name] ?? ''}
              problem={form.problems[`parameter ${parameter.name}`]}
              onChange={(field) => form.setField(parameter.name, field)}
            />
          ))}
        </Stack>
      )}
    </Panel>
  );
}

function Circumstances({ form, labels }: { readonly form: RunForm; readonly labels: readonly string[] }) {
  return (
    <Panel title="Run">
      <Stack gap="sm">
        <TextInput
          label="Name"
          placeholder="Two words, unless given"
          value={form.name}
          onChange={({ currentTarget }) => form.setName(currentTarget.value)}
        />
        <DateTimePicker
          label="When"
          description="In your own time zone"
          placeholder="Now"
          clearable
          minDate={new Date()}
          value={form.at}
          onChange={form.setAt}
        />
        <TagsInput
          label="Labels"
          description="Which agents may take it"
          placeholder={form.labels.length > 0 ? '' : labels.join(', ') || 'As the flow: none'}
          value={[...form.labels]}
          onChange={form.setLabels}
        />
        <JsonInput
          label="Context"
          description="What tasks find in their context: a JSON object"
          autosize
          minRows={2}
          maxRows={12}
          formatOnBlur
          classNames={{ input: classes['code'] ?? '' }}
          value={form.context}
          onChange={form.setContext}
          error={form.problems['context']}
        />
      </Stack>
    </Panel>
  );
}

function labelsOf({ flow_group }: Flow): readonly string[] {
  return Array.isArray(flow_group.labels) ? flow_group.labels.map(String) : [];
}
