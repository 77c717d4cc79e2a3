import { FlowRunStatesDocument } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { ErrorNote } from '~/components/ErrorNote';
import { StateHistory } from '~/components/run/StateHistory';
import { flowRunRoute } from './route';
import { flowRunTopic } from './useTaskRuns';

/** Every state that the run has had. */
export function StatesTab() {
  const { flowRunId } = flowRunRoute.useParams();
  const { data, error, refetch } = useLiveQuery(
    FlowRunStatesDocument,
    { id: flowRunId },
    { topic: flowRunTopic(flowRunId) },
  );
  if (error !== null && data === undefined) {
    return <ErrorNote what="The states could not be loaded" error={error} onRetry={() => void refetch()} />;
  }
  return <StateHistory states={data?.flow_run_state} />;
}
