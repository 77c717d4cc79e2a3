import { Select, Stack, Textarea, TextInput } from '@mantine/core';
import { type ConfigField, channelOf } from './channels';
import type { HookFormApi } from './useHookForm';

export interface ConfigFieldsProps {
  readonly form: HookFormApi;
  readonly isSaved: boolean;
}

const SEVERITIES = ['info', 'warning', 'error', 'critical'];

/** Where the hook sends to: the fields of its type, each with where its value is found. */
export function ConfigFields({ form, isSaved }: ConfigFieldsProps) {
  return (
    <Stack gap="md">
      {channelOf(form.values.type).fields.map((field) => (
        <Field key={field.key} field={field} form={form} isSaved={isSaved} />
      ))}
    </Stack>
  );
}

function Field({ field, form, isSaved }: ConfigFieldsProps & { readonly field: ConfigField }) {
  const { key, label, help, kind, placeholder, isOptional = false } = field;
  const path = `config.${key}`;
  const value = form.values.config[key] ?? '';
  const isMasked = isSaved && value.includes('****');
  const common = {
    label,
    description: isMasked ? `${help} It is hidden; leave it as it is to keep it.` : help,
    error: form.errors[path],
    withAsterisk: !isOptional,
    'data-path': path,
  };
  const change = (text: string) => {
    form.setFieldValue('config', { ...form.values.config, [key]: text });
    form.clearFieldError(path);
  };
  if (kind === 'severity') {
    return (
      <Select
        {...common}
        data={SEVERITIES}
        allowDeselect={false}
        value={value === '' ? 'error' : value}
        onChange={(severity) => change(severity ?? 'error')}
      />
    );
  }
  const text = {
    ...common,
    placeholder: placeholder ?? '',
    value,
    // No secret belongs into what a browser offers the next time, nor to its spell checker, which may ask elsewhere.
    autoComplete: 'off',
    spellCheck: false,
    styles:
      kind === 'text' && key === 'to'
        ? {}
        : { input: { fontFamily: 'var(--mantine-font-family-monospace)' } },
  };
  return kind === 'texts' || kind === 'secrets' ? (
    <Textarea
      {...text}
      autosize
      minRows={2}
      maxRows={6}
      onChange={({ currentTarget }) => change(currentTarget.value)}
    />
  ) : (
    <TextInput {...text} onChange={({ currentTarget }) => change(currentTarget.value)} />
  );
}
