import { type ReactElement, useState } from 'react';
import type { ProviderName } from '../../../shared/domain/account.ts';
import { ProviderMark } from '../../components/provider-mark.tsx';
import { useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { ConnectForm } from '../connections/connect-form.tsx';
import { OFFERED, Offer } from '../connections/connect-menu.tsx';
import { SignIns } from '../connections/sign-ins.tsx';
import styles from './first-run.module.css';

/** The first calendar account. */
export function ConnectStep(): ReactElement {
  const { technician } = useSnapshot();
  const [connecting, setConnecting] = useState<ProviderName | null>(null);
  const { firstRun } = text;
  return (
    <>
      {technician !== null && <p className={styles.done}>{firstRun.enrolledAs(technician.name)}</p>}
      <p className={styles.lead}>{firstRun.connectBody}</p>
      <SignIns />
      <ul className={styles.offers}>
        {OFFERED.map((provider) => (
          <li key={provider}>
            <button type="button" className={styles.offer} onClick={() => setConnecting(provider)}>
              <ProviderMark provider={provider} />
              <Offer provider={provider} />
            </button>
          </li>
        ))}
      </ul>
      <ConnectForm provider={connecting} onClose={() => setConnecting(null)} />
    </>
  );
}
