import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { theme } from '~/theme';
import { applyNonce, styleNonce } from './nonce';
import { createQueryClient } from './query-client';
import type { AppRouter } from './router';

applyNonce();

export function Providers({ router }: { readonly router: AppRouter }) {
  const [queries] = useState(() => createQueryClient(() => void toSignIn(router)));
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={styleNonce}>
      <QueryClientProvider client={queries}>
        <ModalsProvider>
          <Notifications position="bottom-right" />
          <RouterProvider router={router} />
        </ModalsProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** To the sign-in page, and from there back to where one is now. */
function toSignIn(router: AppRouter): Promise<void> {
  const { pathname, href } = router.state.location;
  return pathname === '/sign-in'
    ? Promise.resolve()
    : router.navigate({ to: '/sign-in', search: { next: href } });
}
