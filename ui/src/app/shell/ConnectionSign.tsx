import { Tooltip } from '@mantine/core';
import { IconBolt, IconBoltOff, IconRefresh, type TablerIcon } from '@tabler/icons-react';
import { type ConnectionState, useConnection } from '~/api/connection';
import classes from './ConnectionSign.module.css';

interface Sign {
  readonly word: string;
  readonly says: string;
  readonly icon: TablerIcon;
}

const SIGNS: Readonly<Record<ConnectionState, Sign>> = {
  connecting: { word: 'Connecting', says: 'Connecting to the server', icon: IconRefresh },
  live: { word: 'Live', says: 'Changes show at once', icon: IconBolt },
  polling: {
    word: 'Polling',
    says: 'Changes show within seconds: the WebSocket is not open',
    icon: IconRefresh,
  },
  lost: { word: 'Offline', says: 'The server does not answer; what is shown may be old', icon: IconBoltOff },
};

/** How fresh the page is. That the connection is lost is also said aloud. */
export function ConnectionSign() {
  const state = useConnection();
  const { word, says, icon: Icon } = SIGNS[state];
  return (
    <Tooltip label={says} events={{ hover: true, focus: true, touch: true }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what the sign means is for those without a mouse too */}
      <span className={classes['sign']} data-state={state} role="status" tabIndex={0}>
        <Icon size={16} aria-hidden />
        <span className={classes['word']}>{word}</span>
      </span>
    </Tooltip>
  );
}
