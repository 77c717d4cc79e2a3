import { Group, Text, Title } from '@mantine/core';
import { CopyButton } from '../CopyButton';
import classes from './JsonView.module.css';
import { type Token, tokensOf } from './json-tokens';

export interface JsonViewProps {
  readonly title: string;
  readonly value: unknown;
}

/** A JSON value, indented and coloured, to be read and copied. */
export function JsonView({ title, value }: JsonViewProps) {
  const isEmpty = typeof value !== 'object' || value === null || Object.keys(value).length === 0;
  const text = isEmpty ? '' : JSON.stringify(value, null, 2);
  return (
    <section>
      <Group gap={4} mb={6}>
        <Title order={2}>{title}</Title>
        {isEmpty ? null : <CopyButton value={text} what={title.toLowerCase()} />}
      </Group>
      {isEmpty ? (
        <Text c="dimmed">none</Text>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what is long is scrolled by keys too
        <pre className={classes['json']} tabIndex={0}>
          {tokensOf(text).map(paint)}
        </pre>
      )}
    </section>
  );
}

function paint({ kind, text, at }: Token) {
  return kind === 'plain' ? (
    text
  ) : (
    <span key={at} data-kind={kind}>
      {text}
    </span>
  );
}
