import { NumberInput, Stack, Switch, Textarea } from '@mantine/core';
import { useRef } from 'react';
import type { HookFormApi } from './useHookForm';
import { Variables } from './Variables';

export interface MessageSectionProps {
  readonly form: HookFormApi;
  /** What the server says against the template as it is now. */
  readonly templateError: string | undefined;
}

/** What the hook says, and how often at most. */
export function MessageSection({ form, templateError }: MessageSectionProps) {
  const { type, template, maxPerMinute } = form.values;
  const editor = useRef<HTMLTextAreaElement>(null);
  const isJson = type === 'WEBHOOK';
  const hasDigests = type !== 'WEBHOOK' && type !== 'PAGERDUTY';

  /** Puts text where the cursor is, and the cursor behind it. */
  const insert = (text: string) => {
    const { selectionStart = template.length, selectionEnd = template.length } = editor.current ?? {};
    form.setFieldValue('template', template.slice(0, selectionStart) + text + template.slice(selectionEnd));
    const place = selectionStart + text.length;
    requestAnimationFrame(() => {
      editor.current?.focus();
      editor.current?.setSelectionRange(place, place);
    });
  };
  return (
    <Stack gap="md">
      <div>
        <Textarea
          ref={editor}
          label="Template"
          description={
            isJson
              ? 'Jinja that makes the whole body, which has to be JSON. Empty: the usual body.'
              : 'Jinja that makes the text. Empty: the usual message.'
          }
          placeholder={
            isJson
              ? '{"run": {{ flow_run.name | tojson }}, "state": {{ state.type | tojson }}}'
              : '{{ flow.name }} is {{ state.type }}: {{ state.message }}'
          }
          error={templateError ?? form.errors['template']}
          autosize
          minRows={4}
          maxRows={18}
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.82rem' } }}
          value={template}
          onChange={({ currentTarget }) => {
            form.setFieldValue('template', currentTarget.value);
            form.clearFieldError('template');
          }}
        />
        <Variables isJson={isJson} onInsert={insert} />
      </div>
      <NumberInput
        label="Messages per minute, at most"
        description={
          hasDigests
            ? 'What exceeds this is gathered into one message each minute. Empty: no limit.'
            : 'This type has no digests: a program wants each change, and PagerDuty groups by itself.'
        }
        placeholder="No limit"
        min={1}
        allowDecimal={false}
        maw={320}
        error={form.errors['maxPerMinute']}
        value={maxPerMinute ?? ''}
        onChange={(value) => {
          form.setFieldValue('maxPerMinute', typeof value === 'number' ? value : null);
          form.clearFieldError('maxPerMinute');
        }}
      />
      <Switch
        label="Messages may show the parameters of the run"
        description="They may be confidential."
        {...form.getInputProps('includeParameters', { type: 'checkbox' })}
      />
    </Stack>
  );
}
