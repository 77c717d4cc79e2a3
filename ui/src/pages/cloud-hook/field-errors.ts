import { messageOf } from '~/api/errors';
import { channelOf } from './channels';
import type { HookValues } from './form';

/** Texts below the fields of the form, by the field's name; those of the configuration as `config.url`. */
export type FieldErrors = Readonly<Record<string, string>>;

/** The name of what the server complains of, and the field of the form where that is entered. */
const FIELDS: Readonly<Record<string, string>> = {
  states: 'states',
  events: 'events',
  template: 'template',
  max_per_minute: 'maxPerMinute',
  version_group_id: 'versionGroupId',
  project_id: 'projectId',
  name: 'name',
  type: 'type',
};

/** The fields that an error of the server names; none: it belongs to no field, and to the form as a whole. */
export function fieldErrors(error: unknown, values: Pick<HookValues, 'type'>): FieldErrors {
  const message = messageOf(error);
  const config = /^config of an? \w+ hook: ([\s\S]*)$/.exec(message)?.[1];
  if (config !== undefined) {
    const key = configKey(config, values);
    return key === undefined ? {} : { [`config.${key}`]: sentence(config) };
  }
  const [, name = '', text = ''] = /^(\w+): ([\s\S]*)$/.exec(message) ?? [];
  const field = FIELDS[name];
  return field === undefined ? {} : { [field]: sentence(text) };
}

/** The key that stands first in the text, in quotes or by itself. */
function configKey(text: string, { type }: Pick<HookValues, 'type'>): string | undefined {
  // The names that follow are those that could have stood there.
  if (text.startsWith('unknown key')) {
    return undefined;
  }
  const places = channelOf(type)
    .fields.map(({ key }) => ({ key, at: text.search(new RegExp(`(?<![\\w])${key}(?![\\w])`)) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  return places[0]?.key;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** What is wrong before the server is asked: what is empty and has to be filled. */
export function missing(values: HookValues): FieldErrors {
  const errors: Record<string, string> = {};
  for (const { key, label, kind, isOptional = false } of channelOf(values.type).fields) {
    if (!isOptional && kind !== 'severity' && (values.config[key] ?? '').trim() === '') {
      errors[`config.${key}`] = `${label} is needed`;
    }
  }
  if (values.states.length + values.events.length === 0) {
    errors['states'] = 'Choose a state, or an event below: the hook would never tell anything';
  }
  if (values.scope === 'project' && values.projectId === null) {
    errors['projectId'] = 'Choose a project';
  }
  if (values.scope === 'flow' && values.versionGroupId === null) {
    errors['versionGroupId'] = 'Choose a flow';
  }
  return errors;
}
