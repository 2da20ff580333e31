import { Button, Menu } from '@mantine/core';
import IconChevronDown from '@tabler/icons-react/icons/IconChevronDown';
import type { ReactElement } from 'react';
import type { ProviderName } from '../../../shared/domain/account.ts';
import { ProviderMark } from '../../components/provider-mark.tsx';
import { text } from '../../text/text.ts';
import styles from './connections.module.css';

export const OFFERED: readonly ProviderName[] = ['google', 'microsoft', 'caldav', 'ics'];

/** Where a calendar can be connected from. */
export const ConnectMenu = ({
  primary,
  onChoose,
}: {
  /** Whether nothing more pressing is to be done. */
  readonly primary: boolean;
  readonly onChoose: (provider: ProviderName) => void;
}): ReactElement => (
  <Menu position="bottom-end" width={290}>
    <Menu.Target>
      <Button
        variant={primary ? 'filled' : 'default'}
        rightSection={<IconChevronDown size={16} aria-hidden />}
      >
        {text.connections.connect}
      </Button>
    </Menu.Target>
    <Menu.Dropdown>
      {OFFERED.map((provider) => (
        <Menu.Item
          key={provider}
          leftSection={<ProviderMark provider={provider} />}
          onClick={() => onChoose(provider)}
        >
          <Offer provider={provider} />
        </Menu.Item>
      ))}
    </Menu.Dropdown>
  </Menu>
);

/** A provider by name, with whom it is for. */
export const Offer = ({ provider }: { readonly provider: ProviderName }): ReactElement => (
  <span className={styles.offer}>
    <span className={styles.offerName}>{text.connections.offers[provider].name}</span>
    <span className={styles.quiet}>{text.connections.offers[provider].hint}</span>
  </span>
);
