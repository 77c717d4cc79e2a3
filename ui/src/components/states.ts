import {
  IconArrowForwardUp,
  IconBan,
  IconCalendarEvent,
  IconCheck,
  IconChecks,
  IconCircleDashed,
  IconClockExclamation,
  IconHourglass,
  IconLoader2,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerTrackNext,
  IconPlugConnectedX,
  IconRefresh,
  IconRepeat,
  IconSend,
  IconSquareX,
  IconSubtask,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react';

/** What a person wants to know first of a state: the coarse groups that filters and counts go by. */
export type StateGroup = 'waiting' | 'running' | 'success' | 'failed' | 'cancelled';

export interface StateLook {
  /** The name as the API has it: `TimedOut`. */
  readonly name: string;
  /** The name as people read it: `Timed out`. */
  readonly word: string;
  readonly color: string;
  readonly icon: TablerIcon;
  readonly group: StateGroup;
}

const look = (name: string, word: string, color: string, icon: TablerIcon, group: StateGroup): StateLook => ({
  name,
  word,
  color,
  icon,
  group,
});

/** Every kind of state, in the colours of the documents. */
export const STATES: readonly StateLook[] = [
  look('Pending', 'Pending', '#7ebdff', IconCircleDashed, 'waiting'),
  look('Scheduled', 'Scheduled', '#ffab00', IconCalendarEvent, 'waiting'),
  look('Paused', 'Paused', '#99a8e8', IconPlayerPause, 'waiting'),
  look('Resume', 'Resume', '#f58c0c', IconPlayerTrackNext, 'waiting'),
  look('Retrying', 'Retrying', '#f66a0a', IconRefresh, 'waiting'),
  look('Submitted', 'Submitted', '#ffdf5d', IconSend, 'waiting'),
  look('Queued', 'Queued', '#ffea7f', IconHourglass, 'waiting'),
  look('ClientFailed', 'Client failed', '#eb0000', IconPlugConnectedX, 'failed'),
  look('Running', 'Running', '#3d67ff', IconPlayerPlay, 'running'),
  look('Cancelling', 'Cancelling', '#e8e8e8', IconLoader2, 'running'),
  look('Finished', 'Finished', '#003ccb', IconCheck, 'success'),
  look('Looped', 'Looped', '#003ccb', IconRepeat, 'success'),
  look('Success', 'Success', '#28a745', IconCheck, 'success'),
  look('Cached', 'Cached', '#34d058', IconChecks, 'success'),
  look('Mapped', 'Mapped', '#003ccb', IconSubtask, 'success'),
  look('Skipped', 'Skipped', '#62757f', IconArrowForwardUp, 'success'),
  look('Cancelled', 'Cancelled', '#bdbdbd', IconBan, 'cancelled'),
  look('Failed', 'Failed', '#eb0000', IconX, 'failed'),
  look('TimedOut', 'Timed out', '#ff4e33', IconClockExclamation, 'failed'),
  look('TriggerFailed', 'Trigger failed', '#ff5131', IconSquareX, 'failed'),
  look('ValidationFailed', 'Validation failed', '#ff5131', IconSquareX, 'failed'),
];

const BY_NAME: ReadonlyMap<string, StateLook> = new Map(
  STATES.map((state) => [state.name.toLowerCase(), state]),
);

/** The look of a state by its name in any case; a state of a newer server looks like Pending, under its own name. */
export function stateLook(name: string): StateLook {
  return BY_NAME.get(name.toLowerCase()) ?? look(name, name, '#7ebdff', IconCircleDashed, 'waiting');
}

export function statesOf(group: StateGroup): string[] {
  return STATES.filter((state) => state.group === group).map((state) => state.name);
}

export const isFailed = (name: string): boolean => stateLook(name).group === 'failed';

/** Whether a run in this state will not change any more by itself. */
export function isFinished(name: string): boolean {
  const { group } = stateLook(name);
  return group === 'success' || group === 'failed' || group === 'cancelled';
}

/** Black or white: whichever is better seen on the colour. */
export function inkOn(color: string): string {
  const channel = (from: number) => {
    const value = Number.parseInt(color.slice(from, from + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  return luminance > 0.3 ? '#000000' : '#ffffff';
}
