import { Button, Group } from '@mantine/core';
import IconAlertTriangleFilled from '@tabler/icons-react/icons/IconAlertTriangleFilled';
import IconCircleCheckFilled from '@tabler/icons-react/icons/IconCircleCheckFilled';
import IconCircleMinus from '@tabler/icons-react/icons/IconCircleMinus';
import IconCircleXFilled from '@tabler/icons-react/icons/IconCircleXFilled';
import type { ReactElement } from 'react';
import type { DoctorCheck, DoctorReport } from '../../../shared/domain/doctor.ts';
import { FormError } from '../../components/form-error.tsx';
import { locale, timeZone } from '../../program/clock.ts';
import { useAction } from '../../program/use-program.ts';
import { readable } from '../../text/readable.ts';
import { text } from '../../text/text.ts';
import { Diagnostics } from './diagnostics.tsx';
import { Section } from './section.tsx';
import styles from './settings.module.css';

const ICONS: Readonly<Record<DoctorCheck['status'], typeof IconCircleMinus>> = {
  ok: IconCircleCheckFilled,
  warning: IconAlertTriangleFilled,
  failed: IconCircleXFilled,
  skipped: IconCircleMinus,
};

/** Checking this computer, and what support is given, seen before it is saved. */
export function SupportSection(): ReactElement {
  const collect = useAction('diagnostics.collect');
  const doctor = useAction('doctor.run', { onError: () => undefined });
  const { settings } = text;
  return (
    <Section title={settings.support} hint={settings.supportHint}>
      <Group>
        <Button variant="default" loading={doctor.isPending} onClick={() => doctor.mutate({})}>
          {settings.doctor}
        </Button>
        <Button
          variant="default"
          loading={collect.isPending}
          onClick={() => collect.mutate({ machine: machine() })}
        >
          {settings.diagnostics}
        </Button>
      </Group>
      <FormError error={doctor.error} />
      <div role="status">{doctor.data !== undefined && <Report report={doctor.data} />}</div>
      {collect.data !== undefined && <Diagnostics files={collect.data.items} onClose={collect.reset} />}
    </Section>
  );
}

/** What only the browser knows of this computer. */
const machine = (): Record<string, string> => ({
  browser: navigator.userAgent,
  locale: locale(),
  timeZone: timeZone(),
  window: `${window.innerWidth} × ${window.innerHeight}`,
});

function Report({ report: { ok, checks } }: { readonly report: DoctorReport }): ReactElement {
  const { settings } = text;
  const failed = checks.filter((check) => !check.ok).length;
  return (
    <div className={styles.report}>
      <p className={styles.verdict}>{ok ? settings.doctorOk : settings.doctorFailed(failed)}</p>
      <ul className={styles.checks}>
        {checks.map(({ id, name, status, message }) => {
          const Icon = ICONS[status];
          return (
            <li key={id} className={styles.check} data-status={status}>
              <Icon size={18} aria-hidden />
              <div>
                <p>
                  <strong>{name}</strong>{' '}
                  <span className={styles.checkStatus}>{settings.checkStatuses[status]}</span>
                </p>
                <p className={styles.hint}>{readable(message)}</p>
              </div>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
