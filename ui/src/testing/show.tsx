import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { QueryClientProvider } from '@tanstack/react-query';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router';
import { act, type RenderResult, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { createQueryClient } from '~/app/query-client';
import { theme } from '~/theme';

/** Renders a piece of a page as the app would: with the theme, an empty cache, and a router that knows any address. */
export async function show(piece: ReactNode): Promise<RenderResult> {
  const root = createRootRoute();
  const any = createRoute({ getParentRoute: () => root, path: '$', component: () => piece });
  const router = createRouter({
    routeTree: root.addChildren([any]),
    history: createMemoryHistory({ initialEntries: ['/piece'] }),
  });
  await router.load();
  let result: RenderResult | undefined;
  await act(async () => {
    result = render(
      <MantineProvider theme={theme} env="test">
        <QueryClientProvider client={createQueryClient(() => undefined)}>
          <ModalsProvider>
            <RouterProvider router={router as never} />
          </ModalsProvider>
        </QueryClientProvider>
      </MantineProvider>,
    );
  });
  if (result === undefined) {
    throw new Error('nothing was rendered');
  }
  return result;
}
