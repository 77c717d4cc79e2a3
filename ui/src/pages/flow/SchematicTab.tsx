import { Skeleton } from '@mantine/core';
import { IconTopologyStar3 } from '@tabler/icons-react';
import { FlowSchematicDocument } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { EmptyState } from '~/components/EmptyState';
import { ErrorNote } from '~/components/ErrorNote';
import { Schematic } from '~/components/schematic/Schematic';
import { useLoadedFlow } from './useFlow';

/** The newest version as a graph of its tasks. */
export function SchematicTab() {
  const flow = useLoadedFlow();
  const { data, error, refetch } = useLiveQuery(
    FlowSchematicDocument,
    { flowId: flow?.id ?? '' },
    { enabled: flow !== undefined, topic: null },
  );
  if (data === undefined) {
    return error === null ? (
      <Skeleton height={480} />
    ) : (
      <ErrorNote what="The schematic could not be loaded" error={error} onRetry={() => void refetch()} />
    );
  }
  return data.task.length === 0 ? (
    <EmptyState icon={IconTopologyStar3} title="No tasks">
      This version was registered without any.
    </EmptyState>
  ) : (
    <Schematic tasks={data.task} edges={data.edge} />
  );
}
