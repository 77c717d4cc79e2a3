import { NumberInput, Switch, Textarea, TextInput } from '@mantine/core';
import type { Field, Parameter } from './parameters';

export interface ParameterFieldProps {
  readonly parameter: Parameter;
  readonly field: Field;
  readonly problem: string | undefined;
  readonly onChange: (field: Field) => void;
}

/** The input that suits the parameter's type. */
export function ParameterField({ parameter, field, problem, onChange }: ParameterFieldProps) {
  const { name, kind, isRequired } = parameter;
  const common = { label: name, error: problem, withAsterisk: isRequired };
  const text = String(field);
  if (kind === 'switch') {
    return (
      <Switch
        label={name}
        checked={field === true}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
    );
  }
  if (kind === 'number') {
    return <NumberInput {...common} value={text} onChange={(value) => onChange(String(value))} />;
  }
  const onText = ({ currentTarget }: { currentTarget: { value: string } }) => onChange(currentTarget.value);
  return kind === 'text' ? (
    <TextInput {...common} value={text} onChange={onText} />
  ) : (
    <Textarea
      {...common}
      description="Text, or JSON"
      autosize
      minRows={1}
      maxRows={12}
      value={text}
      onChange={onText}
    />
  );
}
