import { Skeleton, Stack } from '@mantine/core';
import { Link, Outlet } from '@tanstack/react-router';
import { NotFound } from '~/app/NotFound';
import { ErrorNote } from '~/components/ErrorNote';
import { PageHeader } from '~/components/PageHeader';
import { PageTabs } from '~/components/PageTabs';
import { taskRunName } from '~/components/run/names';
import { StatePanel } from '~/components/run/StatePanel';
import { taskRunRoute } from './route';
import { TaskRunActions } from './TaskRunActions';
import { TaskRunFacts } from './TaskRunFacts';
import { TABS } from './tabs';
import { type TaskRun, useTaskRun } from './useTaskRun';

/** One run of a task: its state and error before anything else. */
export function TaskRunPage() {
  const { taskRunId } = taskRunRoute.useParams();
  const { data, error, refetch } = useTaskRun(taskRunId);
  if (data === undefined) {
    return error === null ? (
      <Loading />
    ) : (
      <ErrorNote what="The task run could not be loaded" error={error} onRetry={() => void refetch()} />
    );
  }
  return data.task_run_by_pk === null ? (
    <NotFound what="task run" />
  ) : (
    <Frame taskRun={data.task_run_by_pk} />
  );
}

function Frame({ taskRun }: { readonly taskRun: TaskRun }) {
  const { flow_run: flowRun, task } = taskRun;
  const { flow } = flowRun;
  return (
    <>
      <PageHeader
        title={taskRunName(taskRun.name, task.name, taskRun.map_index)}
        parents={[
          <Link key="flows" to="/flows">
            Flows
          </Link>,
          <Link key="project" to="/flows" search={{ project: flow.project.id }}>
            {flow.project.name}
          </Link>,
          <Link key="flow" to="/flow/$flowGroupId" params={{ flowGroupId: flow.flow_group_id }}>
            {flow.name}
          </Link>,
          <Link key="run" to="/flow-run/$flowRunId" params={{ flowRunId: flowRun.id }}>
            {flowRun.name}
          </Link>,
        ]}
        actions={<TaskRunActions taskRun={taskRun} />}
      />
      <StatePanel
        state={taskRun.state}
        message={taskRun.state_message}
        since={taskRun.state_timestamp}
        startsAt={taskRun.state_start_time}
        isCause
      />
      <TaskRunFacts taskRun={taskRun} />
      <PageTabs label="Parts of the task run">
        {TABS.map(({ label, to }) => (
          <Link
            key={to}
            to={to}
            params={{ taskRunId: taskRun.id }}
            activeOptions={{ exact: true, includeSearch: false }}
          >
            {label}
          </Link>
        ))}
      </PageTabs>
      <Outlet />
    </>
  );
}

function Loading() {
  return (
    <Stack aria-busy aria-label="Loading the task run">
      <Skeleton height={56} width="60%" />
      <Skeleton height={72} />
      <Skeleton height={84} />
      <Skeleton height={240} />
    </Stack>
  );
}
