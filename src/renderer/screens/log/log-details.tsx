import type { ReactElement } from 'react';
import type { LogEntry } from '../../../shared/domain/sync-log.ts';
import { useAnswer, useSnapshot } from '../../program/use-program.ts';
import { readable } from '../../text/readable.ts';
import { text } from '../../text/text.ts';
import styles from './log.module.css';

/** What support needs of one entry: who and what it was about, and what was sent or answered. */
export function LogDetails({ entry }: { readonly entry: LogEntry }): ReactElement {
  const { details } = text.log;
  const technician = useTechnicianName(entry.technicianId);
  const project = useProjectName(entry.projectId);
  const facts: readonly (readonly [string, string | null])[] = [
    [details.technician, technician],
    [details.project, project],
    [details.booking, entry.bookingId],
    [details.event, entry.externalId],
    [details.code, entry.code],
    [details.attempt, entry.attempt === null ? null : String(entry.attempt)],
    [details.duration, entry.durationMs === null ? null : text.log.milliseconds(entry.durationMs)],
    [details.run, entry.runId],
  ];
  return (
    <div className={styles.details}>
      <p className={styles.full}>{readable(entry.message)}</p>
      <dl className={styles.facts}>
        {facts
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {entry.payload === null || entry.payload === undefined ? (
        <p className={styles.quiet}>{text.log.noPayload}</p>
      ) : (
        <figure className={styles.payload}>
          <figcaption className={styles.quiet}>{text.log.payload}</figcaption>
          <pre>{JSON.stringify(entry.payload, null, 2)}</pre>
        </figure>
      )}
    </div>
  );
}

function useTechnicianName(id: string | null): string | null {
  const { technician } = useSnapshot();
  const known = id === null || technician?.id === id;
  const { data } = useAnswer('technicians.list', {}, { enabled: !known });
  if (id === null) return null;
  if (technician?.id === id) return technician.name;
  return data?.items.find((one) => one.id === id)?.name ?? id;
}

function useProjectName(id: string | null): string | null {
  const { data } = useAnswer('projects.list', {}, { enabled: id !== null });
  return data?.items.find((one) => one.id === id)?.name ?? id;
}
