import { ActionIcon, Group, Select, Switch, TextInput, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import {
  IconCheck,
  IconChevronDown,
  IconChevronUp,
  IconCopy,
  IconDownload,
  IconSearch,
} from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import { isLevel, LEVELS, type LogFilter } from './filter';
import classes from './LogView.module.css';

type Filter = LogFilter & { readonly q?: string | undefined };

export interface LogToolbarProps {
  readonly tasks: readonly { readonly id: string; readonly name: string }[];
  readonly filter: Filter;
  readonly onFilter: (changed: Filter) => void;
  /** How many lines have what is searched for, and which of them is shown, from 1. */
  readonly found: number;
  readonly current: number;
  readonly onStep: (step: 1 | -1) => void;
  readonly isFollowing: boolean;
  readonly onFollow: (isFollowing: boolean) => void;
  readonly isWrapped: boolean;
  readonly onWrap: (isWrapped: boolean) => void;
  /** The lines that are shown; made only when it is asked for. */
  readonly text: () => string;
  readonly onDownload: () => void;
}

export function LogToolbar(props: LogToolbarProps) {
  const { tasks, filter, onFilter, isFollowing, onFollow, isWrapped, onWrap, text, onDownload } = props;
  return (
    <Group gap="xs" mb="xs">
      <Select
        aria-label="Level"
        flex="1 1 150px"
        maw={190}
        placeholder="All levels"
        clearable
        data={LEVELS.map((level) => ({
          value: level,
          label: level === 'CRITICAL' ? level : `${level} and up`,
        }))}
        value={filter.level ?? null}
        onChange={(level) => onFilter({ ...filter, level: isLevel(level) ? level : undefined })}
      />
      {tasks.length === 0 ? null : (
        <Select
          aria-label="Task"
          flex="1 1 150px"
          maw={190}
          placeholder="All tasks"
          searchable
          clearable
          data={tasks.map(({ id, name }) => ({ value: id, label: name }))}
          value={filter.task ?? null}
          onChange={(task) => onFilter({ ...filter, task: task ?? undefined })}
        />
      )}
      <Search {...props} />
      <Switch
        label="Follow"
        checked={isFollowing}
        onChange={({ currentTarget }) => onFollow(currentTarget.checked)}
      />
      <Switch
        label="Wrap"
        checked={isWrapped}
        onChange={({ currentTarget }) => onWrap(currentTarget.checked)}
      />
      <Group gap={4} ml="auto">
        <CopyLines text={text} />
        <Tooltip label="Download these lines">
          <ActionIcon variant="default" size={34} aria-label="Download these lines" onClick={onDownload}>
            <IconDownload size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
    </Group>
  );
}

function Search({ filter, onFilter, found, current, onStep }: LogToolbarProps) {
  const q = filter.q ?? '';
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      onStep(event.shiftKey ? -1 : 1);
    }
  };
  return (
    <Group gap={4} wrap="nowrap" className={classes['search'] ?? ''}>
      <TextInput
        aria-label="Search the log"
        placeholder="Search"
        flex={1}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={q}
        onChange={({ currentTarget }) => onFilter({ ...filter, q: currentTarget.value || undefined })}
        onKeyDown={onKeyDown}
      />
      <output className={classes['found']} aria-label="Found">
        {q === '' ? '' : `${current} of ${found.toLocaleString()}`}
      </output>
      <ActionIcon
        variant="default"
        size={34}
        aria-label="Previous match"
        disabled={found === 0}
        onClick={() => onStep(-1)}
      >
        <IconChevronUp size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="default"
        size={34}
        aria-label="Next match"
        disabled={found === 0}
        onClick={() => onStep(1)}
      >
        <IconChevronDown size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
}

/** Copies all lines; only when it is pressed are they made into a text. */
function CopyLines({ text }: { readonly text: () => string }) {
  const { copy, copied } = useClipboard();
  const label = copied ? 'Copied' : 'Copy these lines';
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size={34} aria-label="Copy these lines" onClick={() => copy(text())}>
        {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}
