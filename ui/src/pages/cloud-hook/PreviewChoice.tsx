import { Group, Select } from '@mantine/core';
import { RunsToPreviewDocument } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { STATES, stateLook } from '~/components/states';
import type { HookValues } from './form';
import type { PreviewOf } from './usePreview';

export interface PreviewChoiceProps {
  readonly values: HookValues;
  readonly of: PreviewOf;
  readonly onChange: (of: PreviewOf) => void;
}

/** Stands for no run in particular. */
const MADE_UP = 'made-up';

/** Of which run the preview tells, and in which state: one of the last runs that the hook watches, or a made-up one. */
export function PreviewChoice({ values, of, onChange }: PreviewChoiceProps) {
  const { data } = useLiveQuery(
    RunsToPreviewDocument,
    { where: { state: { _nin: ['Scheduled'] }, ...watched(values) } },
    { topic: null },
  );
  const runs = (data?.flow_run ?? []).map((run) => ({
    value: run.id,
    label: `${run.flow.name} / ${run.name} · ${stateLook(run.state).word}`,
  }));
  return (
    <Group gap="xs" grow preventGrowOverflow={false}>
      <Select
        size="xs"
        label="Run"
        searchable
        allowDeselect={false}
        data={[{ value: MADE_UP, label: 'A made-up run' }, ...runs]}
        value={of.flowRunId ?? MADE_UP}
        onChange={(run) => onChange({ flowRunId: run === MADE_UP ? null : run, state: null })}
      />
      <Select
        size="xs"
        label="State"
        searchable
        placeholder={of.flowRunId === null ? 'The first it tells of' : "The run's own"}
        clearable
        data={STATES.map(({ name, word }) => ({ value: name, label: word }))}
        value={of.state}
        onChange={(state) => onChange({ ...of, state })}
      />
    </Group>
  );
}

/** The runs of the flows that the hook watches. */
function watched({ scope, projectId, versionGroupId }: HookValues) {
  if (scope === 'project' && projectId !== null) {
    return { flow: { project_id: { _eq: projectId } } };
  }
  return scope === 'flow' && versionGroupId !== null
    ? { flow: { version_group_id: { _eq: versionGroupId } } }
    : {};
}
