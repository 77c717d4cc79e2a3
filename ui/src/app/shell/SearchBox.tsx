import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, type SpotlightActionData } from '@mantine/spotlight';
import {
  IconFolder,
  IconRun,
  IconSearch,
  IconSubtask,
  IconTopologyStar3,
  type TablerIcon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { messageOf } from '~/api/errors';
import { execute } from '~/api/execute';
import { SearchByIdDocument, SearchByNameDocument } from '~/api/generated/graphql';
import { type Found, type FoundKind, foundById, foundByName, isId, patternOf } from './found';

/** Of each kind. */
const MOST_FOUND = 6;
const TYPING_MS = 150;

const ICONS: Readonly<Record<FoundKind, TablerIcon>> = {
  flow: IconTopologyStar3,
  project: IconFolder,
  'flow run': IconRun,
  'task run': IconSubtask,
};

/** Goes to a flow, a project or a run by its name, or to any of them by the id that a message or a log line has. */
export function SearchBox() {
  const [query, setQuery] = useState('');
  const [typed] = useDebouncedValue(query.trim(), TYPING_MS);
  const { data, error, isFetching } = useQuery({
    queryKey: ['Search', typed],
    queryFn: ({ signal }) => search(typed, signal),
    enabled: typed !== '',
  });
  return (
    <Spotlight
      query={query}
      onQueryChange={setQuery}
      actions={useActions(typed === '' ? [] : (data ?? []))}
      filter={(_, actions) => actions}
      shortcut={['mod + K', '/']}
      highlightQuery
      scrollable
      maxHeight={420}
      nothingFound={nothingText(query, isFetching, error)}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: 'Name of a flow, project or run, or any id',
        'aria-label': 'Search',
      }}
    />
  );
}

async function search(typed: string, signal: AbortSignal): Promise<Found[]> {
  return isId(typed)
    ? foundById(await execute(SearchByIdDocument, { id: typed.toLowerCase() }, { signal }))
    : foundByName(
        await execute(SearchByNameDocument, { name: patternOf(typed), limit: MOST_FOUND }, { signal }),
      );
}

function useActions(found: readonly Found[]): SpotlightActionData[] {
  const navigate = useNavigate();
  const open: Readonly<Record<FoundKind, (id: string) => Promise<void>>> = {
    flow: (flowGroupId) => navigate({ to: '/flow/$flowGroupId', params: { flowGroupId } }),
    project: (projectId) => navigate({ to: '/project/$projectId', params: { projectId } }),
    'flow run': (flowRunId) => navigate({ to: '/flow-run/$flowRunId', params: { flowRunId } }),
    'task run': (taskRunId) => navigate({ to: '/task-run/$taskRunId', params: { taskRunId } }),
  };
  return found.map(({ kind, id, name, description }) => {
    const Icon = ICONS[kind];
    return {
      id: `${kind} ${id}`,
      label: name,
      description,
      leftSection: <Icon size={18} aria-hidden />,
      onClick: () => void open[kind](id),
    };
  });
}

function nothingText(query: string, isFetching: boolean, error: unknown): string {
  if (query.trim() === '') {
    return 'Flows, projects and runs are found by a part of their name; they and task runs by their id.';
  }
  if (error !== null) {
    return messageOf(error);
  }
  return isFetching ? 'Looking…' : 'Nothing has this name or id.';
}
