import { Anchor } from '@mantine/core';
import IconCloudOff from '@tabler/icons-react/icons/IconCloudOff';
import IconFlask from '@tabler/icons-react/icons/IconFlask';
import IconPlugConnectedX from '@tabler/icons-react/icons/IconPlugConnectedX';
import type { ReactElement } from 'react';
import { momentText } from '../../shared/text/moment.ts';
import { useReader } from '../program/clock.ts';
import { useProgramState } from '../program/use-program.ts';
import { text } from '../text/text.ts';
import styles from './notice.module.css';

/** Above every screen: that the program or the network is away, and that nothing is lost by it. */
export function Notice(): ReactElement {
  const { snapshot, connected, refused } = useProgramState();
  const reader = useReader();
  const offlineSince = snapshot?.offlineSince ?? null;
  const sample = snapshot?.host.sample ?? null;
  return (
    <div role="status" className={styles.region}>
      {sample !== null && (
        <p className={styles.notice}>
          <IconFlask size={18} aria-hidden />
          <strong>{text.connection.sampleTitle}</strong> <span>{text.connection.sample}</span>
          {sample.leaveTo !== null && (
            <Anchor className={styles.leave ?? ''} href={sample.leaveTo}>
              {text.connection.sampleLeave}
            </Anchor>
          )}
        </p>
      )}
      {!connected && (
        <p className={styles.notice}>
          <IconPlugConnectedX size={18} aria-hidden />
          <strong>{refused ? text.connection.refused : text.connection.title}</strong>{' '}
          <span>{refused ? text.connection.refusedBody : text.connection.body}</span>
        </p>
      )}
      {connected && offlineSince !== null && (
        <p className={styles.notice}>
          <IconCloudOff size={18} aria-hidden />
          <strong>{text.connection.offlineTitle}</strong>{' '}
          <span>{text.connection.offline(momentText(offlineSince, reader))}</span>
        </p>
      )}
    </div>
  );
}
