import { Button, Group } from '@mantine/core';
import { useId, useState } from 'react';
import { CopyButton } from '../CopyButton';
import classes from './Message.module.css';
import { traceOf } from './traces';

export interface MessageProps {
  readonly text: string;
  /** Whether it is an error, which is set as code and can be copied. */
  readonly isError?: boolean;
  readonly size?: 'md' | 'lg';
}

/** What a state says of itself; of a long traceback the error first, the rest on demand. */
export function Message({ text, isError = false, size = 'md' }: MessageProps) {
  const [isOpen, setIsOpen] = useState(false);
  const id = useId();
  const { headline, whole, lines } = traceOf(text);
  return (
    <div className={classes['message']} data-error={isError} data-size={size}>
      <pre id={id}>{isOpen ? text : headline}</pre>
      {isError || whole !== undefined ? (
        <Group gap={4} wrap="nowrap">
          {whole === undefined ? null : (
            <Button
              size="compact-xs"
              variant="default"
              aria-expanded={isOpen}
              aria-controls={id}
              onClick={() => setIsOpen(!isOpen)}
            >
              {isOpen ? 'Show less' : `Show all ${lines} lines`}
            </Button>
          )}
          <CopyButton value={text} what="message" />
        </Group>
      ) : null}
    </div>
  );
}
