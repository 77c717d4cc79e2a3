import { type UseFormReturnType, useForm } from '@mantine/form';
import { useEffect, useRef } from 'react';
import { missing } from './field-errors';
import type { HookValues } from './form';

export type HookFormApi = UseFormReturnType<HookValues>;

export interface HookFormState {
  readonly form: HookFormApi;
  /** Says that what comes next as `initial` is what was entered, now saved. */
  readonly expectSaved: (isExpected: boolean) => void;
}

/**
 * The form of a hook. When the hook is another at the server, so is the form: with secrets masked after they were
 * saved. But what somebody is just entering stays, if it was somebody else who changed the hook.
 */
export function useHookForm(initial: HookValues): HookFormState {
  const form = useForm<HookValues>({ initialValues: initial, validate: missing });
  const isSaved = useRef(false);
  const latest = useRef(form);
  latest.current = form;
  useEffect(() => {
    const { isDirty, setInitialValues, resetDirty, setValues } = latest.current;
    const isUntouched = isSaved.current || !isDirty();
    isSaved.current = false;
    setInitialValues(initial);
    resetDirty(initial);
    if (isUntouched) {
      setValues(initial);
    }
  }, [initial]);
  return {
    form,
    expectSaved: (isExpected) => {
      isSaved.current = isExpected;
    },
  };
}
