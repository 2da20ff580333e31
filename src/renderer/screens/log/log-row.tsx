import IconChevronDown from '@tabler/icons-react/icons/IconChevronDown';
import IconChevronRight from '@tabler/icons-react/icons/IconChevronRight';
import type { Row } from '@tanstack/react-table';
import { FlexRender } from '@tanstack/react-table';
import { memo, type ReactElement, type Ref } from 'react';
import type { LogEntry } from '../../../shared/domain/sync-log.ts';
import { readable } from '../../text/readable.ts';
import { text } from '../../text/text.ts';
import styles from './log.module.css';
import type { features } from './log-columns.tsx';
import { LogDetails } from './log-details.tsx';

export interface LogRowProps {
  readonly row: Row<typeof features, LogEntry>;
  /** Its place on the page. */
  readonly index: number;
  readonly open: boolean;
  /** How many columns a cell across all of them counts. */
  readonly columns: number;
  readonly onToggle: (id: number) => void;
  readonly ref: Ref<HTMLTableSectionElement>;
}

/** An operation, and what is behind it. Drawn anew only when it is another one: scrolling goes through thousands. */
export const LogRow = memo(function LogRow(props: LogRowProps): ReactElement {
  const { row, index, open, columns, onToggle, ref } = props;
  const entry = row.original;
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <tbody ref={ref} data-index={index} className={styles.group}>
      <tr aria-rowindex={index + 2}>
        {row.getAllCells().map((cell) => (
          <td key={cell.id} data-column={cell.column.id}>
            <FlexRender cell={cell} />
          </td>
        ))}
        <td data-column="expand">
          <button
            type="button"
            className={styles.expand}
            aria-expanded={open}
            aria-label={`${text.log.expand}: ${readable(entry.message)}`}
            onClick={() => onToggle(entry.id)}
          >
            <Chevron size={18} aria-hidden />
          </button>
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={columns} className={styles.detailsCell}>
            <LogDetails entry={entry} />
          </td>
        </tr>
      )}
    </tbody>
  );
});
