import 'graphiql/style.css';
import { useComputedColorScheme } from '@mantine/core';
import { GraphiQL } from 'graphiql';
import { PageHeader } from '~/components/PageHeader';
import { fetcher } from './fetcher';
import classes from './InteractiveApiPage.module.css';

const EXAMPLE = `# What the pages show comes from this API, and everything that they do can be done here.
# Ctrl-Space completes, Ctrl-Enter runs. The docs are behind the book on the left.

query LastFailures {
  flow_run(
    where: { state: { _in: ["Failed", "TimedOut"] } }
    order_by: [{ end_time: desc }]
    limit: 5
  ) {
    id
    name
    state_message
    flow {
      name
    }
  }
}
`;

/** The API by hand, with its documentation, as whoever is signed in. */
export function InteractiveApiPage() {
  const scheme = useComputedColorScheme();
  return (
    <>
      <PageHeader title="Interactive API" />
      <div className={classes['frame']}>
        <GraphiQL
          // The theme is the app's: GraphiQL reads it once.
          key={scheme}
          forcedTheme={scheme}
          fetcher={fetcher}
          defaultQuery={EXAMPLE}
          isHeadersEditorEnabled={false}
        >
          <GraphiQL.Logo> </GraphiQL.Logo>
        </GraphiQL>
      </div>
    </>
  );
}
