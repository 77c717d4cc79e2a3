import { AppShell, Burger, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSession } from '~/api/session';
import { NotFound } from '../NotFound';
import { AccountMenu } from './AccountMenu';
import { ConnectionSign } from './ConnectionSign';
import { InboxLink } from './InboxLink';
import { Navigation } from './Navigation';
import { SearchButton } from './SearchButton';
import classes from './Shell.module.css';
import { ThemeMenu } from './ThemeMenu';

/** The frame around every page: where one is, where one can go, and whether what one sees is fresh. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const { data: session } = useSession();
  const slug = useRouter().basepath.replaceAll('/', '');
  const isElsewhere = session !== undefined && slug !== '' && slug !== session.tenant.slug;
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <a href="#main" className={classes['skip']}>
        Skip to the page
      </a>
      <AppShell.Header>
        <Group h="100%" px="sm" gap="xs" wrap="nowrap">
          <Burger
            opened={isOpen}
            onClick={toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label={isOpen ? 'Close the navigation' : 'Open the navigation'}
            aria-expanded={isOpen}
            aria-controls="navigation"
          />
          <Link to="/" className={classes['brand'] ?? ''} aria-label="Campana">
            <img src="/campana.svg" alt="" width={26} height={26} />
            <span>Campana</span>
          </Link>
          <span className={classes['tenant']}>{session?.tenant.name}</span>
          <SearchButton />
          <Group gap={4} wrap="nowrap" ml="auto">
            <ConnectionSign />
            <InboxLink />
            <ThemeMenu />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" id="navigation" component="nav" aria-label="Pages">
        <Navigation onNavigate={close} />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={classes['main'] ?? ''}>
        <div className={classes['page']}>{isElsewhere ? <NotFound what="tenant" /> : children}</div>
      </AppShell.Main>
    </AppShell>
  );
}
