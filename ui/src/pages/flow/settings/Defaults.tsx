import { Button, JsonInput, Stack, TagsInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { SetFlowGroupDefaultParametersDocument, SetFlowGroupLabelsDocument } from '~/api/generated/graphql';
import { useChange } from '~/api/useChange';
import { ErrorNote } from '~/components/ErrorNote';
import { Panel } from '~/components/Panel';
import { readObject } from '../run/parameters';
import type { FlowSettingsProps } from './Switches';

const saved = (what: string) => () => notifications.show({ color: 'green', message: `${what} saved` });

/** What runs get unless they are given something else. */
export function Defaults(props: FlowSettingsProps) {
  return (
    <Panel title="Defaults of runs">
      <Stack gap="lg">
        <Labels {...props} />
        <Parameters {...props} />
      </Stack>
    </Panel>
  );
}

function Labels({ flow: { flow_group }, mayChange }: FlowSettingsProps) {
  const [labels, setLabels] = useState(() =>
    Array.isArray(flow_group.labels) ? flow_group.labels.map(String) : [],
  );
  const change = useChange(SetFlowGroupLabelsDocument);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // None at all means that those of the flow count again.
    change.mutate(
      { flowGroupId: flow_group.id, labels: labels.length === 0 ? null : labels },
      { onSuccess: saved('Labels') },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs" align="flex-start">
        <TagsInput
          w="100%"
          label="Labels"
          description="Which agents may take its runs. None: those that the flow was registered with."
          disabled={!mayChange}
          value={labels}
          onChange={setLabels}
        />
        {change.error === null ? null : <ErrorNote what="The labels were not saved" error={change.error} />}
        <Button type="submit" variant="default" loading={change.isPending} disabled={!mayChange}>
          Save labels
        </Button>
      </Stack>
    </form>
  );
}

function Parameters({ flow: { flow_group }, mayChange }: FlowSettingsProps) {
  const [json, setJson] = useState(() => JSON.stringify(flow_group.default_parameters, null, 2));
  const [problem, setProblem] = useState<string>();
  const change = useChange(SetFlowGroupDefaultParametersDocument);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = readObject(json);
    setProblem('problem' in read ? read.problem : undefined);
    if ('value' in read) {
      change.mutate(
        { flowGroupId: flow_group.id, parameters: read.value },
        { onSuccess: saved('Default parameters') },
      );
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs" align="flex-start">
        <JsonInput
          w="100%"
          label="Default parameters"
          description="A JSON object; it counts over the defaults of the flow."
          autosize
          minRows={3}
          maxRows={16}
          formatOnBlur
          disabled={!mayChange}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          value={json}
          onChange={setJson}
          error={problem}
        />
        {change.error === null ? null : (
          <ErrorNote what="The default parameters were not saved" error={change.error} />
        )}
        <Button type="submit" variant="default" loading={change.isPending} disabled={!mayChange}>
          Save parameters
        </Button>
      </Stack>
    </form>
  );
}
