import { Input, SegmentedControl, Select, SimpleGrid } from '@mantine/core';
import { HookScopesDocument } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import type { Scope, Subject } from './form';
import classes from './hook-form.module.css';
import type { HookFormApi } from './useHookForm';

const SUBJECTS: readonly { value: Subject; label: string }[] = [
  { value: 'FLOW_RUN', label: 'Flow runs' },
  { value: 'TASK_RUN', label: 'Task runs' },
  { value: 'ANY', label: 'Both' },
];
const SCOPES: readonly { value: Scope; label: string }[] = [
  { value: 'all', label: 'All flows' },
  { value: 'project', label: 'A project' },
  { value: 'flow', label: 'A flow' },
];

/** Of what the hook hears: whose states, and in which flows. */
export function ScopeFields({ form }: { readonly form: HookFormApi }) {
  const { data } = useLiveQuery(HookScopesDocument, {});
  const { scope, subject, versionGroupId, projectOfFlow } = form.values;
  const flows = (data?.flow ?? []).map((flow) => ({
    value: flow.version_group_id,
    label: `${flow.name} · ${flow.project.name}`,
  }));
  // A hook may be there before its flow is.
  const isUnknown = versionGroupId !== null && !flows.some(({ value }) => value === versionGroupId);
  const project = data?.project.find(({ id }) => id === projectOfFlow)?.name;
  const { onChange: onFlow, ...flow } = form.getInputProps('versionGroupId');
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
      <Input.Wrapper labelElement="div" label="Whose states">
        <SegmentedControl
          fullWidth
          className={classes['choice'] ?? ''}
          aria-label="Whose states"
          data={SUBJECTS.map((one) => ({ ...one }))}
          value={subject}
          onChange={(value) => form.setFieldValue('subject', value as Subject)}
        />
      </Input.Wrapper>
      <Input.Wrapper labelElement="div" label="Of which flows">
        <SegmentedControl
          fullWidth
          className={classes['choice'] ?? ''}
          aria-label="Of which flows"
          data={SCOPES.map((one) => ({ ...one }))}
          value={scope}
          onChange={(value) => form.setFieldValue('scope', value as Scope)}
        />
        {scope === 'project' ? (
          <Select
            mt="xs"
            aria-label="Project"
            placeholder="Choose a project"
            searchable
            data={(data?.project ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            {...form.getInputProps('projectId')}
          />
        ) : null}
        {scope === 'flow' ? (
          <Select
            mt="xs"
            aria-label="Flow"
            placeholder="Choose a flow"
            description={
              projectOfFlow === null
                ? 'In all its versions.'
                : `In all its versions in the project ${project ?? projectOfFlow}.`
            }
            inputWrapperOrder={['input', 'description', 'error']}
            searchable
            data={isUnknown ? [...flows, { value: versionGroupId, label: versionGroupId }] : flows}
            {...flow}
            onChange={(value) => {
              onFlow(value);
              form.setFieldValue('projectOfFlow', null);
            }}
          />
        ) : null}
      </Input.Wrapper>
    </SimpleGrid>
  );
}
