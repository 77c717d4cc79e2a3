import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconFolder, IconRun, IconSearch, IconTopologyStar3 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { execute } from '~/api/execute';
import { SearchIndexDocument } from '~/api/generated/graphql';

const MOST_FOUND = 12;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Goes to a flow or a project by its name, or to a run by the id that a message or a log line has. */
export function SearchBox() {
  const [query, setQuery] = useState('');
  const [wasOpened, setWasOpened] = useState(false);
  const actions = useActions(query.trim(), wasOpened);
  return (
    <Spotlight
      query={query}
      onQueryChange={setQuery}
      onSpotlightOpen={() => setWasOpened(true)}
      actions={actions}
      limit={MOST_FOUND}
      shortcut={['mod + K', '/']}
      highlightQuery
      scrollable
      maxHeight={420}
      nothingFound="No flow or project has this in its name."
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: 'Flow, project, or the id of a run',
        'aria-label': 'Search',
      }}
    />
  );
}

function useActions(query: string, wasOpened: boolean): (SpotlightActionData | SpotlightActionGroupData)[] {
  const navigate = useNavigate();
  const { data } = useQuery({
    queryKey: ['SearchIndex'],
    queryFn: ({ signal }) => execute(SearchIndexDocument, {}, { signal }),
    enabled: wasOpened,
    staleTime: 30_000,
  });
  if (ID.test(query)) {
    return [
      {
        id: query,
        label: `Open the flow run ${query}`,
        leftSection: <IconRun size={18} aria-hidden />,
        onClick: () => void navigate({ to: '/flow-run/$flowRunId', params: { flowRunId: query } }),
      },
    ];
  }
  const flows = (data?.flow ?? []).map((flow) => ({
    id: flow.id,
    label: flow.name,
    description: flow.project.name,
    leftSection: <IconTopologyStar3 size={18} aria-hidden />,
    onClick: () => void navigate({ to: '/flow/$flowGroupId', params: { flowGroupId: flow.flow_group_id } }),
  }));
  const projects = (data?.project ?? []).map((project) => ({
    id: project.id,
    label: project.name,
    leftSection: <IconFolder size={18} aria-hidden />,
    onClick: () => void navigate({ to: '/flows', search: { project: project.id } }),
  }));
  return [
    { group: 'Flows', actions: flows },
    { group: 'Projects', actions: projects },
  ];
}
