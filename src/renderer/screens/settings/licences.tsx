import licences from 'virtual:licences';
import { Modal } from '@mantine/core';
import type { ReactElement } from 'react';
import { FocusBack } from '../../components/focus-back.tsx';
import { text } from '../../text/text.ts';
import styles from './settings.module.css';

/** Every package that is part of the program, under which licence. Listed from the lock file when it was built. */
export function Licences({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { settings } = text;
  return (
    <Modal
      opened
      onClose={onClose}
      size={640}
      title={settings.licencesTitle}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': text.common.close }}
    >
      <FocusBack />
      <p className={styles.hint}>{settings.licencesBody(licences.length)}</p>
      <ul className={styles.licences}>
        {licences.map(({ name, version, licence }) => (
          <li key={`${name} ${version}`}>
            <span className={styles.path}>
              {name} {version}
            </span>
            <span className={styles.hint}>{licence}</span>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
