import { Text, Title } from '@mantine/core';
import { DataTable } from '~/components/DataTable';
import { deliveryColumns } from '~/pages/deliveries/columns';
import type { Delivery } from './DeliveryPage';

/** What a digest stands for. */
export function Members({ delivery: { digest_count: count, members } }: { readonly delivery: Delivery }) {
  return count === 0 ? null : (
    <section aria-label="Changes in this digest">
      <Title order={2} mt="xl" mb="xs">
        Changes in this digest
      </Title>
      <DataTable
        label="Changes in this digest"
        columns={deliveryColumns({ chosen: new Set(), onChoose: undefined, hasHook: false, hasRun: true })}
        rows={members}
        rowKey={({ id }) => id}
      />
      {count > members.length ? (
        <Text size="sm" c="dimmed" mt="xs">
          The first {members.length} of {count}.
        </Text>
      ) : null}
    </section>
  );
}
