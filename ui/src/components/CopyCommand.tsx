import { CopyButton } from './CopyButton';
import classes from './CopyCommand.module.css';

export interface CopyCommandProps {
  readonly command: string;
}

/** A command for a terminal, with a button that copies it. */
export function CopyCommand({ command }: CopyCommandProps) {
  return (
    <div className={classes['command']}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long command is scrolled by keys too */}
      <pre tabIndex={0}>
        <code>{command}</code>
      </pre>
      <CopyButton value={command} what="command" />
    </div>
  );
}
