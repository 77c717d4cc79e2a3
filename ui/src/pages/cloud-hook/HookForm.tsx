import { Alert, Button, Group, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { messageOf } from '~/api/errors';
import type { Test_Cloud_Hook_Input } from '~/api/generated/graphql';
import { useMay } from '~/api/session';
import { ConfigFields } from './ConfigFields';
import { fieldErrors } from './field-errors';
import { defaultName, type HookValues } from './form';
import classes from './hook-form.module.css';
import { Matches } from './Matches';
import { MessageSection } from './MessageSection';
import { Preview } from './Preview';
import { ScopeFields } from './ScopeFields';
import { SendTest } from './SendTest';
import { StatesField } from './StatesField';
import { TypeCards } from './TypeCards';
import { useHookForm } from './useHookForm';
import { type PreviewOf, usePreview } from './usePreview';

export interface HookFormProps {
  readonly initial: HookValues;
  /** Whether the hook is there already. Its type stays, and its secrets are masked. */
  readonly isSaved?: boolean;
  /** What sends a test of these values. */
  readonly testInput: (values: HookValues) => Test_Cloud_Hook_Input;
  readonly onSave: (values: HookValues) => Promise<void>;
}

/** Makes or changes a hook: what is entered on one side, what comes of it on the other. */
export function HookForm({ initial, isSaved = false, testInput, onSave }: HookFormProps) {
  const { form, expectSaved } = useHookForm(initial);
  const [failure, setFailure] = useState<string>();
  const [isSaving, setIsSaving] = useState(false);
  const [previewOf, setPreviewOf] = useState<PreviewOf>({ flowRunId: null, state: null });
  const maySave = useMay('admin');
  const { values } = form;
  const preview = usePreview(values, previewOf);

  /** Shows an error at the field that it names, and else above the buttons. */
  const show = (error: unknown) => {
    const errors = fieldErrors(error, values);
    form.setErrors(errors);
    setFailure(Object.keys(errors).length === 0 ? messageOf(error) : undefined);
    focusFirstError();
  };
  /** Whether all is there that has to be; what is not says so. */
  const isFilled = (): boolean => {
    const { hasErrors } = form.validate();
    if (hasErrors) {
      focusFirstError();
    }
    return !hasErrors;
  };
  /** Saves; false, if that failed, which then stands in the form. */
  const save = async (): Promise<boolean> => {
    setFailure(undefined);
    if (!isFilled()) {
      return false;
    }
    setIsSaving(true);
    expectSaved(true);
    try {
      await onSave(values);
      return true;
    } catch (error) {
      expectSaved(false);
      show(error);
      return false;
    } finally {
      setIsSaving(false);
    }
  };
  const [undone, setUndone] = useState(0);
  const undo = () => {
    form.reset();
    setFailure(undefined);
    setUndone(undone + 1);
  };
  const isChanged = form.isDirty();
  return (
    <div className={classes['layout']}>
      <form
        className={classes['form']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <fieldset className={classes['fields']} disabled={!maySave}>
          <TextInput label="Name" placeholder={defaultName(values)} {...form.getInputProps('name')} />
          <TypeCards
            value={values.type}
            isFixed={isSaved}
            onChange={(type) => form.setFieldValue('type', type)}
          />
          <ConfigFields form={form} isSaved={isSaved} />
          <StatesField key={undone} form={form} />
          <ScopeFields form={form} />
          <MessageSection form={form} templateError={fieldErrors(preview.error, values)['template']} />
        </fieldset>
        {failure === undefined ? null : (
          <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />} title="That failed">
            {failure}
          </Alert>
        )}
        {maySave ? (
          <Actions isSaved={isSaved} isChanged={isChanged} isSaving={isSaving} onUndo={undo} />
        ) : null}
      </form>
      {maySave ? (
        <aside className={classes['outcome']} aria-label="What comes of it">
          <Preview values={values} preview={preview} of={previewOf} onChange={setPreviewOf} />
          <SendTest
            input={() => testInput(values)}
            of={previewOf}
            // The server tests what it has: only it knows the secrets that are masked here.
            prepare={isSaved && isChanged ? save : isFilled}
            label={isSaved && isChanged ? 'Save and send test' : 'Send test'}
            onError={show}
          />
          <Matches values={values} />
        </aside>
      ) : (
        <Text c="dimmed">
          A key with the role admin may change this hook, preview its messages and try it out.
        </Text>
      )}
    </div>
  );
}

interface ActionsProps {
  readonly isSaved: boolean;
  readonly isChanged: boolean;
  readonly isSaving: boolean;
  readonly onUndo: () => void;
}

function Actions({ isSaved, isChanged, isSaving, onUndo }: ActionsProps) {
  return (
    <Group className={classes['actions'] ?? ''} gap="xs">
      <Button type="submit" loading={isSaving} disabled={isSaved && !isChanged}>
        {isSaved ? 'Save changes' : 'Create hook'}
      </Button>
      {isSaved && isChanged ? (
        <Button variant="default" onClick={onUndo}>
          Undo changes
        </Button>
      ) : null}
    </Group>
  );
}

/** To the first field that something is wrong with, once it says so. */
function focusFirstError(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('form [aria-invalid="true"]')?.focus());
}
