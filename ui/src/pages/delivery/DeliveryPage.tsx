import { Group, Skeleton, Stack, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { DeliveryDocument, type DeliveryQuery } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { NotFound } from '~/app/NotFound';
import { ErrorNote } from '~/components/ErrorNote';
import { MessageView } from '~/components/message/MessageView';
import { storedPayload } from '~/components/message/payload';
import { PageHeader } from '~/components/PageHeader';
import { Subject, What } from '~/pages/deliveries/columns';
import { Attempts } from './Attempts';
import { DeliveryActionButtons } from './DeliveryActionButtons';
import { DeliveryFacts } from './DeliveryFacts';
import classes from './delivery.module.css';
import { Members } from './Members';
import { Outcome } from './Outcome';
import { deliveryRoute } from './route';

export type Delivery = NonNullable<DeliveryQuery['delivery_by_pk']>;

export function DeliveryPage() {
  const { deliveryId } = deliveryRoute.useParams();
  const { data, error, refetch } = useLiveQuery(DeliveryDocument, { id: deliveryId });
  if (data === undefined) {
    return error === null ? (
      <Stack aria-busy aria-label="Loading the delivery">
        <Skeleton height={56} width="50%" />
        <Skeleton height={84} />
        <Skeleton height={320} />
      </Stack>
    ) : (
      <ErrorNote what="The delivery could not be loaded" error={error} onRetry={() => void refetch()} />
    );
  }
  return data.delivery_by_pk === null ? (
    <NotFound what="delivery" />
  ) : (
    <Shown delivery={data.delivery_by_pk} />
  );
}

function Shown({ delivery }: { readonly delivery: Delivery }) {
  const { cloud_hook: hook } = delivery;
  const payload = storedPayload(delivery.payload);
  return (
    <>
      <PageHeader
        title={`Delivery to ${hook.name}`}
        parents={[
          <Link key="deliveries" to="/deliveries">
            Deliveries
          </Link>,
          <Link key="hook" to="/team/cloud-hooks/$hookId" params={{ hookId: hook.id }}>
            {hook.name}
          </Link>,
        ]}
        description={
          <Group gap="xs">
            <What delivery={delivery} />
            <Subject event={delivery.event} />
          </Group>
        }
        actions={<DeliveryActionButtons delivery={delivery} />}
      />
      <Outcome delivery={delivery} />
      <DeliveryFacts delivery={delivery} />
      <div className={classes['layout']}>
        <section aria-label="Attempts">
          <Title order={2} mb="xs">
            Attempts
          </Title>
          <Attempts delivery={delivery} />
        </section>
        <section aria-label="Message">
          <Title order={2} mb="xs">
            Message
          </Title>
          {payload === undefined ? (
            <p className={classes['none']}>It is made at the first attempt.</p>
          ) : (
            <MessageView type={hook.type} payload={payload} />
          )}
        </section>
      </div>
      <Members delivery={delivery} />
    </>
  );
}
