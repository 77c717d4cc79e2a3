import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from '~/api/errors';

const RETRIES = 2;

/** The cache of answers. `onUnauthenticated` is called whenever the server wants to know who asks. */
export function createQueryClient(onUnauthenticated: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (error instanceof ApiError && error.kind === 'unauthenticated') {
      onUnauthenticated();
    }
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // Requests to the server's own machine work without the internet, which is what browsers mean by online.
        networkMode: 'always',
        retry: (failures, error) => failures < RETRIES && error instanceof ApiError && error.isTransient,
        staleTime: 2_000,
      },
      mutations: { networkMode: 'always' },
    },
  });
}
