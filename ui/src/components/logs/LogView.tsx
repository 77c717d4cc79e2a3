import { Skeleton, Text } from '@mantine/core';
import { IconFileText } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { EmptyState } from '../EmptyState';
import { ErrorNote } from '../ErrorNote';
import { filterLines, type LogFilter, search } from './filter';
import { LogLines } from './LogLines';
import { LogToolbar } from './LogToolbar';
import { download, textOf } from './text';
import { MOST_LINES, useLogs } from './useLogs';

export interface LogTaskRun {
  readonly label: string;
  readonly taskId: string;
}

export interface LogViewProps {
  readonly flowRunId: string;
  /** Only the lines of this task run. */
  readonly taskRunId?: string;
  /** Those that lines may be of, by their ids. */
  readonly taskRuns?: ReadonlyMap<string, LogTaskRun>;
  /** What the lines can be filtered by. */
  readonly tasks?: readonly { readonly id: string; readonly name: string }[];
  readonly filter: LogFilter & { readonly q?: string | undefined };
  readonly onFilter: (changed: LogFilter & { readonly q?: string | undefined }) => void;
  /** Whether more lines are to be expected, so that the view follows them at first. */
  readonly isOpen: boolean;
}

const NOBODY: ReadonlyMap<string, LogTaskRun> = new Map();

/** A log: filtered, searched, and followed while it is written. */
export function LogView(props: LogViewProps) {
  const { flowRunId, taskRunId = null, taskRuns = NOBODY, tasks = [], filter, onFilter, isOpen } = props;
  const { data, error, refetch } = useLogs(flowRunId, taskRunId);
  const [isFollowing, setIsFollowing] = useState(isOpen);
  const [isWrapped, setIsWrapped] = useState(true);
  const { level, task, q = '' } = filter;
  const lines = useMemo(
    () => filterLines(data?.lines ?? [], { level, task }, (id) => taskRuns.get(id)?.taskId),
    [data, level, task, taskRuns],
  );
  const found = useMemo(() => search(lines, q), [lines, q]);
  const [current, setCurrent] = useState(0);
  const place = found.length === 0 ? undefined : found[Math.min(current, found.length - 1)];

  if (data === undefined) {
    return error === null ? (
      <Skeleton height={420} />
    ) : (
      <ErrorNote what="The log could not be loaded" error={error} onRetry={() => void refetch()} />
    );
  }
  const labelOf = (id: string) => taskRuns.get(id)?.label;
  const text = () => textOf(lines, labelOf);
  return (
    <section aria-label="Log">
      <LogToolbar
        tasks={tasks}
        filter={filter}
        onFilter={(changed) => {
          setCurrent(0);
          onFilter(changed);
        }}
        found={found.length}
        current={place === undefined ? 0 : Math.min(current, found.length - 1) + 1}
        onStep={(step) => setCurrent((at) => wrapAround(at + step, found.length))}
        isFollowing={isFollowing}
        onFollow={setIsFollowing}
        isWrapped={isWrapped}
        onWrap={setIsWrapped}
        text={text}
        onDownload={() => download(text(), `${taskRunId ?? flowRunId}.log`)}
      />
      <Text c="dimmed" size="xs" mb={4}>
        {countText(lines.length, data.lines.length)}
        {data.isCut ? `; only the last ${MOST_LINES.toLocaleString()} are here` : ''}
      </Text>
      {lines.length === 0 ? (
        <EmptyState
          icon={IconFileText}
          title={data.lines.length === 0 ? 'Nothing is written yet' : 'No line passes the filters'}
        >
          {data.lines.length === 0
            ? 'Lines appear here as they are written. A run sends them every few seconds while it runs.'
            : 'Choose a lower level, or all tasks.'}
        </EmptyState>
      ) : (
        <LogLines
          lines={lines}
          labelOf={labelOf}
          search={q}
          current={place}
          isFollowing={isFollowing}
          onFollow={setIsFollowing}
          isWrapped={isWrapped}
        />
      )}
    </section>
  );
}

const wrapAround = (at: number, count: number): number => (count === 0 ? 0 : (at + count) % count);

function countText(shown: number, all: number): string {
  const lines = all === 1 ? 'line' : 'lines';
  return shown === all
    ? `${all.toLocaleString()} ${lines}`
    : `${shown.toLocaleString()} of ${all.toLocaleString()} ${lines}`;
}
