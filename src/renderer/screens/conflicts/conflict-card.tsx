import { Button } from '@mantine/core';
import { type ReactElement, useRef } from 'react';
import type { ConflictItem, ConflictVersion } from '../../../shared/domain/decision.ts';
import { momentText, type Reader, timeText } from '../../../shared/text/moment.ts';
import { useReader } from '../../program/clock.ts';
import { useAction, useSnapshot } from '../../program/use-program.ts';
import { joined, text } from '../../text/text.ts';
import { useCalendarName } from '../mappings/calendar-name.ts';
import styles from './conflicts.module.css';
import { useFocusOn } from './use-focus-on.ts';

/** In the order in which a person reads a booking. */
const FIELDS = ['title', 'start', 'end', 'location', 'description', 'status'] as const;
type Field = (typeof FIELDS)[number];

/** Both versions side by side, the differing fields marked, and keeping one of them. */
export function ConflictCard({
  conflict,
  primary,
  arrived,
  onDecided,
}: {
  readonly conflict: ConflictItem;
  /** Whether it is the next one to decide. */
  readonly primary: boolean;
  /** Whether it was taken back here just now, so that the focus follows it. */
  readonly arrived: boolean;
  readonly onDecided: () => void;
}): ReactElement {
  const { mappings } = useSnapshot();
  const reader = useReader();
  const mapping = mappings.find(({ mappingId }) => mappingId === conflict.mappingId) ?? null;
  const calendar = useCalendarName(mapping);
  const first = useRef<HTMLButtonElement>(null);
  useFocusOn(first, arrived);
  const resolve = useAction('conflicts.resolve', { onSuccess: onDecided });
  // Once it is answered, it stays so until it is gone from here.
  const busy = resolve.isPending || resolve.isSuccess;
  const { conflicts } = text;
  const shown = FIELDS.filter((field) => conflict.fields.includes(field) || isTelling(field, conflict));
  const keep = (side: 'booking' | 'calendar') => () => resolve.mutate({ id: conflict.id, keep: side });
  return (
    <section className={styles.card} aria-labelledby={`conflict-${conflict.id}`}>
      <header>
        <h2 className={styles.title} id={`conflict-${conflict.id}`}>
          {conflict.booking.title || text.overview.untitled}
        </h2>
        <p className={styles.quiet}>
          {joined(
            conflicts.kinds[conflict.kind] ?? conflicts.otherKind,
            conflicts.since(momentText(conflict.createdAt, reader)),
          )}
        </p>
      </header>
      <div className={styles.scroll}>
        <table className={styles.versions}>
          <thead>
            <tr>
              <td />
              <th scope="col">{conflicts.booking}</th>
              <th scope="col">{calendar || conflicts.calendar}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((field) => {
              const differs = conflict.fields.includes(field);
              return (
                <tr key={field} data-differs={differs || undefined}>
                  <th scope="row">
                    {conflicts.fields[field]}
                    {differs && <span className={styles.badge}>{conflicts.differs}</span>}
                  </th>
                  <td>{valueText(field, conflict.booking, reader)}</td>
                  <td>{valueText(field, conflict.calendar, reader)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div className={styles.actions}>
        <Button ref={first} variant="default" onClick={keep('calendar')} disabled={busy}>
          {conflicts.keepCalendar}
        </Button>
        <Button variant={primary ? 'filled' : 'default'} onClick={keep('booking')} disabled={busy}>
          {conflicts.keepBooking}
        </Button>
      </div>
    </section>
  );
}

/** Fields that both sides agree on are shown where they help to recognise the booking. */
const isTelling = (field: Field, { booking }: ConflictItem): boolean =>
  field === 'start' || field === 'end' || (field === 'location' && booking.location !== '');

function valueText(field: Field, version: ConflictVersion, reader: Reader): string {
  const value = version[field];
  if (value === '') return text.conflicts.empty;
  if (field === 'status') return text.conflicts.statuses[value] ?? value;
  if (field !== 'start' && field !== 'end') return value;
  const isDay = !value.includes('T');
  const day = new Intl.DateTimeFormat(reader.locale, {
    timeZone: isDay ? 'UTC' : reader.timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  }).format(new Date(value));
  return isDay ? day : `${day}, ${timeText(value, reader)}`;
}
