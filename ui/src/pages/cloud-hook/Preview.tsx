import { Skeleton, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ApiError } from '~/api/errors';
import type { PreviewHookQuery } from '~/api/generated/graphql';
import { ErrorNote } from '~/components/ErrorNote';
import { MessageView } from '~/components/message/MessageView';
import type { HookValues } from './form';
import { PreviewChoice } from './PreviewChoice';
import { Section } from './Section';
import type { PreviewOf } from './usePreview';

export interface PreviewProps {
  readonly values: HookValues;
  readonly preview: UseQueryResult<PreviewHookQuery, ApiError>;
  readonly of: PreviewOf;
  readonly onChange: (of: PreviewOf) => void;
}

/** The message as whoever gets it would see it, of a run that there is, or of a made-up one. */
export function Preview({ values, preview, of, onChange }: PreviewProps) {
  const message = preview.data?.preview_cloud_hook;
  return (
    <Section title="Preview" description={`What ${RECEIVERS[values.type] ?? 'its receiver'} would see.`}>
      <PreviewChoice values={values} of={of} onChange={onChange} />
      {preview.error === null ? null : <ErrorNote what="There is no preview" error={preview.error} />}
      {message === undefined ? (
        preview.error === null ? (
          <Skeleton height={220} />
        ) : null
      ) : (
        // What is seen is of before, while something is wrong with what is entered now.
        <div style={{ opacity: preview.error === null ? 1 : 0.5 }}>
          <MessageView
            type={values.type}
            payload={{ contentType: message.content_type, body: message.body }}
          />
        </div>
      )}
      {values.type === 'WEBHOOK' ? (
        <Text size="xs" c="dimmed">
          Sent as a POST with the headers webhook-id, webhook-timestamp and, with a secret, webhook-signature.
        </Text>
      ) : null}
    </Section>
  );
}

const RECEIVERS: Readonly<Record<string, string>> = {
  EMAIL: 'a mail program',
  SLACK_WEBHOOK: 'the channel',
  TEAMS: 'the channel',
  TWILIO: 'the telephone',
  PAGERDUTY: 'PagerDuty',
  WEBHOOK: 'your program',
  PREFECT_MESSAGE: 'the inbox',
};
