import { SimpleGrid, Stack, Title } from '@mantine/core';
import { TaskRunAroundDocument } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { ErrorNote } from '~/components/ErrorNote';
import { Attempts } from './Attempts';
import { Neighbours } from './Neighbours';
import { taskRunRoute } from './route';
import { Siblings } from './Siblings';
import { type TaskRun, useTaskRun } from './useTaskRun';

/** How often it was tried, what it waited for, what waits for it, and how its siblings fare. */
export function OverviewTab() {
  const { taskRunId } = taskRunRoute.useParams();
  const taskRun = useTaskRun(taskRunId).data?.task_run_by_pk;
  return taskRun === null || taskRun === undefined ? null : <Overview taskRun={taskRun} />;
}

function Overview({ taskRun }: { readonly taskRun: TaskRun }) {
  const { data, error, refetch } = useLiveQuery(TaskRunAroundDocument, {
    flowRunId: taskRun.flow_run.id,
    taskId: taskRun.task.id,
  });
  const siblings = data?.siblings.filter(({ map_index }) => map_index >= 0) ?? [];
  return (
    <Stack gap="lg">
      <section>
        <Title order={2} mb={6}>
          Attempts
        </Title>
        <Attempts states={taskRun.states} />
      </section>
      {error === null ? null : (
        <ErrorNote what="Its neighbours could not be loaded" error={error} onRetry={() => void refetch()} />
      )}
      {siblings.length === 0 ? null : (
        <section>
          <Title order={2} mb={6}>
            {taskRun.map_index < 0 ? 'Children' : 'Siblings'}
          </Title>
          <Siblings taskRuns={siblings} currentId={taskRun.id} />
        </section>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Neighbours
          title="Upstream"
          none="It waits for no other task."
          edges={data?.upstream}
          mapIndex={taskRun.map_index}
        />
        <Neighbours
          title="Downstream"
          none="No other task waits for it."
          edges={data?.downstream}
          mapIndex={taskRun.map_index}
        />
      </SimpleGrid>
    </Stack>
  );
}
