import {
  IconAlertTriangle,
  IconBan,
  IconCheck,
  IconClockPause,
  IconRefresh,
  type TablerIcon,
} from '@tabler/icons-react';
import classes from './DeliveryStatus.module.css';

export interface DeliveryStatusProps {
  readonly delivery: { readonly status: string; readonly attempts: number };
  readonly size?: 'sm' | 'lg';
}

interface Look {
  readonly word: string;
  readonly tone: 'good' | 'bad' | 'waiting' | 'quiet';
  readonly icon: TablerIcon;
}

const LOOKS: Readonly<Record<string, Look>> = {
  delivered: { word: 'Delivered', tone: 'good', icon: IconCheck },
  dead: { word: 'Dead', tone: 'bad', icon: IconAlertTriangle },
  pending: { word: 'Pending', tone: 'waiting', icon: IconClockPause },
  cancelled: { word: 'Cancelled', tone: 'quiet', icon: IconBan },
};

/** One that has failed so far, and is tried again. */
const RETRYING: Look = { word: 'Retrying', tone: 'waiting', icon: IconRefresh };

/** What became of a delivery, by colour, icon and word. */
export function DeliveryStatus({ delivery: { status, attempts }, size = 'sm' }: DeliveryStatusProps) {
  const usual = LOOKS[status] ?? { word: status, tone: 'quiet', icon: IconClockPause };
  const { word, tone, icon: Icon } = status === 'pending' && attempts > 0 ? RETRYING : usual;
  return (
    <span className={classes['status']} data-size={size}>
      <span className={classes['icon']} data-tone={tone}>
        <Icon size={size === 'lg' ? 18 : 12} stroke={2.5} aria-hidden />
      </span>
      {word}
    </span>
  );
}
