import { Switch } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { SwitchHookOffDocument, SwitchHookOnDocument } from '~/api/generated/graphql';
import { useMay } from '~/api/session';
import { useChange } from '~/api/useChange';

export interface HookSwitchProps {
  readonly hook: { readonly id: string; readonly name: string; readonly active: boolean };
  readonly label?: string;
}

/** Lets a hook match, or not. It shows what was chosen at once, and what is so once the server has answered. */
export function HookSwitch({ hook, label }: HookSwitchProps) {
  const mayChange = useMay('admin');
  const on = useChange(SwitchHookOnDocument);
  const off = useChange(SwitchHookOffDocument);
  const isOn = on.isPending || (hook.active && !off.isPending);
  const flip = (isWanted: boolean) =>
    (isWanted ? on : off).mutate(
      { id: hook.id },
      {
        onError: (error) =>
          notifications.show({
            color: 'red',
            title: `${hook.name} could not be switched ${isWanted ? 'on' : 'off'}`,
            message: error.message,
          }),
      },
    );
  return (
    <Switch
      checked={isOn}
      disabled={!mayChange || on.isPending || off.isPending}
      onChange={({ currentTarget }) => flip(currentTarget.checked)}
      {...(label === undefined ? { 'aria-label': `${hook.name} is on` } : { label })}
    />
  );
}
