import { UnstyledButton } from '@mantine/core';
import classes from './hook-form.module.css';

/** What templates can speak of, in the groups that people think in. */
const GROUPS: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: 'Message', names: ['title', 'text'] },
  { title: 'Flow', names: ['flow.name', 'flow.project', 'flow.version_group_id', 'flow.id'] },
  { title: 'Run', names: ['flow_run.name', 'flow_run.id', 'flow_run.scheduled_start_time', 'parameters'] },
  {
    title: 'State',
    names: [
      'state.type',
      'state.message',
      'state.previous',
      'state.color',
      'state.start_time',
      'state.end_time',
      'state.is_failed',
      'state.is_successful',
      'state.is_finished',
    ],
  },
  {
    title: 'Task run',
    names: ['task.name', 'task.full_name', 'task.slug', 'task.map_index', 'task.run_id'],
  },
  { title: 'Failure', names: ['failed_task.name', 'failed_task.reason', 'failed_task.link'] },
  { title: 'Attempt', names: ['run_count', 'will_retry', 'is_final', 'duration'] },
  { title: 'Links', names: ['links.flow_run', 'links.task_run', 'links.flow'] },
  { title: 'Event', names: ['event.kind', 'event.timestamp', 'event.message', 'event.is_test', 'event.id'] },
  { title: 'Others', names: ['logs', 'tenant.slug', 'agent.name', 'delivery.hook_name', 'delivery.reason'] },
];

export interface VariablesProps {
  /** Whether what they are put into is JSON, where each value is written as such. */
  readonly isJson: boolean;
  readonly onInsert: (text: string) => void;
}

/** What a template can speak of; a press puts it where the cursor is. */
export function Variables({ isJson, onInsert }: VariablesProps) {
  return (
    <details className={classes['variables']}>
      <summary>What a template can speak of</summary>
      <dl>
        {GROUPS.map(({ title, names }) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>
              {names.map((name) => (
                <UnstyledButton
                  key={name}
                  className={classes['variable'] ?? ''}
                  data-dense
                  onClick={() => onInsert(isJson ? `{{ ${name} | tojson }}` : `{{ ${name} }}`)}
                >
                  {name}
                </UnstyledButton>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
