import { Stack, Switch, type SwitchProps } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { messageOf } from '~/api/errors';
import {
  SetScheduleActiveDocument,
  SetScheduleInactiveDocument,
  UpdateFlowGroupSettingsDocument,
} from '~/api/generated/graphql';
import { useChange } from '~/api/useChange';
import { Panel } from '~/components/Panel';
import { scheduleText } from '~/components/schedules';
import type { Flow } from '../useFlow';

export interface FlowSettingsProps {
  readonly flow: Flow;
  readonly mayChange: boolean;
}

const SETTINGS = [
  {
    key: 'heartbeat_enabled',
    label: 'Heartbeat',
    description: 'Runs give signs of life, and a run that stops giving them is found out.',
  },
  {
    key: 'lazarus_enabled',
    label: 'Lazarus',
    description: 'A run that was lost is begun again, instead of being failed.',
  },
  {
    key: 'version_locking_enabled',
    label: 'Version locking',
    description: 'A report counts only if it knows the run as it is: no run is executed twice.',
  },
] as const;

const refused = (error: unknown) =>
  notifications.show({ color: 'red', title: 'The setting was not changed', message: messageOf(error) });

/** Each takes effect as it is switched. */
export function Switches({ flow, mayChange }: FlowSettingsProps) {
  const change = useChange(UpdateFlowGroupSettingsDocument);
  return (
    <Panel title="Behaviour">
      <Stack gap="md">
        <ScheduleSwitch flow={flow} mayChange={mayChange} />
        {SETTINGS.map(({ key, label, description }) => (
          <Setting
            key={key}
            label={label}
            description={description}
            checked={isOn(flow.settings, key)}
            disabled={!mayChange || change.isPending}
            onChange={({ currentTarget: { checked } }) =>
              change.mutate(
                { input: { flow_group_id: flow.flow_group_id, [key]: checked } },
                { onError: refused },
              )
            }
          />
        ))}
      </Stack>
    </Panel>
  );
}

function ScheduleSwitch({ flow, mayChange }: FlowSettingsProps) {
  const switchOn = useChange(SetScheduleActiveDocument);
  const switchOff = useChange(SetScheduleInactiveDocument);
  const schedule = scheduleText(flow.schedule, true);
  return (
    <Setting
      label="Schedule"
      description={schedule === 'none' ? 'The flow has none.' : `The server makes runs by it: ${schedule}.`}
      checked={flow.is_schedule_active}
      disabled={!mayChange || schedule === 'none' || switchOn.isPending || switchOff.isPending}
      onChange={({ currentTarget: { checked } }) =>
        (checked ? switchOn : switchOff).mutate({ flowId: flow.id }, { onError: refused })
      }
    />
  );
}

function Setting(props: SwitchProps) {
  return <Switch labelPosition="left" styles={{ body: { justifyContent: 'space-between' } }} {...props} />;
}

function isOn(settings: unknown, key: string): boolean {
  return (
    typeof settings === 'object' && settings !== null && key in settings && settings[key as never] === true
  );
}
