import { PageHeader } from '~/components/PageHeader';
import { CreateHookLink } from './CreateHookLink';
import { HookList } from './HookList';

export function CloudHooksPage() {
  return (
    <>
      <PageHeader
        title="Cloud Hooks"
        description="Who is told when runs change their state. What a hook owes is delivered, whatever crashes."
        actions={<CreateHookLink />}
      />
      <HookList />
    </>
  );
}
