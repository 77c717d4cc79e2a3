import { Link, Outlet } from '@tanstack/react-router';
import { PageTabs } from '~/components/PageTabs';
import { useLoadedFlow } from '../useFlow';
import { SECTIONS } from './sections';

export function SettingsTab() {
  const flow = useLoadedFlow();
  return flow === undefined ? null : (
    <>
      <PageTabs label="Settings">
        {SECTIONS.map(({ label, to }) => (
          <Link key={to} to={to} params={{ flowGroupId: flow.flow_group_id }} activeOptions={{ exact: true }}>
            {label}
          </Link>
        ))}
      </PageTabs>
      <Outlet />
    </>
  );
}
