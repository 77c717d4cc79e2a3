import type { SearchByIdQuery, SearchByNameQuery } from '~/api/generated/graphql';
import { stateLook } from '~/components/states';

export type FoundKind = 'flow' | 'project' | 'flow run' | 'task run';

/** Something that a search has found. */
export interface Found {
  readonly kind: FoundKind;
  /** What leads to its page: of a flow, the id of its group. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isId = (query: string): boolean => ID.test(query);

/** A part of a name as the server looks for it: what is typed stands for itself. */
export function patternOf(query: string): string {
  return `%${query.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}

const flowFound = (flow: SearchByNameQuery['flow'][number]): Found => ({
  kind: 'flow',
  id: flow.flow_group_id,
  name: flow.name,
  description: flow.project.name,
});

const projectFound = ({ id, name }: SearchByNameQuery['project'][number]): Found => ({
  kind: 'project',
  id,
  name,
  description: 'Project',
});

const runFound = ({ id, name, state, flow }: SearchByNameQuery['flow_run'][number]): Found => ({
  kind: 'flow run',
  id,
  name,
  description: `${stateLook(state).word}, run of ${flow.name}`,
});

const taskRunFound = (run: NonNullable<SearchByIdQuery['task_run_by_pk']>): Found => ({
  kind: 'task run',
  id: run.id,
  name: run.name ?? (run.map_index < 0 ? run.task.name : `${run.task.name}[${run.map_index}]`),
  description: `${stateLook(run.state).word}, task run of ${run.flow_run.name}`,
});

export function foundByName({ flow, project, flow_run }: SearchByNameQuery): Found[] {
  return [...flow.map(flowFound), ...project.map(projectFound), ...flow_run.map(runFound)];
}

export function foundById(answer: SearchByIdQuery): Found[] {
  const { flow_run_by_pk: run, task_run_by_pk: taskRun, flow, project_by_pk: project } = answer;
  return [
    ...(run === null ? [] : [runFound(run)]),
    ...(taskRun === null ? [] : [taskRunFound(taskRun)]),
    ...flow.map(flowFound),
    ...(project === null ? [] : [projectFound(project)]),
  ];
}
