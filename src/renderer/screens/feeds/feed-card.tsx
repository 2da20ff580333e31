import { ActionIcon, Button, Menu } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import IconDots from '@tabler/icons-react/icons/IconDots';
import IconEye from '@tabler/icons-react/icons/IconEye';
import IconEyeOff from '@tabler/icons-react/icons/IconEyeOff';
import IconQrcode from '@tabler/icons-react/icons/IconQrcode';
import type { ReactElement } from 'react';
import type { FeedItem } from '../../../shared/domain/feed.ts';
import { useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { feedState, localLink } from './feed-link.ts';
import styles from './feeds.module.css';

export interface FeedCardProps {
  readonly feed: FeedItem;
  readonly onOpen: (what: 'rotate' | 'disable' | 'qr') => void;
}

/** One feed: whose bookings, how it stands, who can see what, and its links. */
export function FeedCard({ feed, onOpen }: FeedCardProps): ReactElement {
  const { feeds } = text;
  const { name, technicianId, visibility, publishedUrl } = feed;
  const state = feedState(feed);
  const { host } = useSnapshot();
  const local = localLink(feed, host.origin);
  return (
    <li className={styles.card} data-off={state === 'off' || undefined}>
      <div className={styles.head}>
        <div className={styles.heading}>
          <h2 className={styles.name}>{name}</h2>
          <p className={styles.quiet}>{technicianId === null ? feeds.ofProject : feeds.ofTechnician}</p>
        </div>
        <span className={styles.state} data-state={state}>
          {feeds.states[state]}
        </span>
        {state !== 'off' && (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="default" size={34} aria-label={feeds.more(name)}>
                <IconDots size={18} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => onOpen('rotate')}>{feeds.rotate}</Menu.Item>
              <Menu.Item onClick={() => onOpen('disable')}>{feeds.disable}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {state === 'off' ? (
        <>
          <p className={styles.quiet}>{feeds.offBody}</p>
          <Button variant="default" className={styles.inline ?? ''} onClick={() => onOpen('rotate')}>
            {feeds.switchOn}
          </Button>
        </>
      ) : (
        <>
          <p className={styles.who}>
            {visibility === 'details' ? (
              <IconEye size={17} aria-hidden />
            ) : (
              <IconEyeOff size={17} aria-hidden />
            )}
            {feeds.whoSees[visibility]}
          </p>
          {publishedUrl !== null && (
            <Link
              where={feeds.publishedLink}
              hint={feeds.publishedHint}
              link={publishedUrl}
              of={name}
              onQr={() => onOpen('qr')}
            />
          )}
          {state === 'not-published' && <p className={styles.quiet}>{feeds.notPublishedBody}</p>}
          {local !== null && <Link where={feeds.localLink} hint={feeds.localHint} link={local} of={name} />}
          {feed.path === null && <p className={styles.quiet}>{feeds.noLink}</p>}
        </>
      )}
    </li>
  );
}

interface LinkProps {
  readonly where: string;
  readonly hint: string;
  readonly link: string;
  /** Whose. */
  readonly of: string;
  /** Where a phone can reach it too. */
  readonly onQr?: () => void;
}

function Link({ where, hint, link, of, onQr }: LinkProps): ReactElement {
  const clipboard = useClipboard();
  const { feeds } = text;
  return (
    <div className={styles.link}>
      <div className={styles.where}>
        <span className={styles.whereName}>{where}</span>
        <span className={styles.quiet}>{hint}</span>
      </div>
      <div className={styles.linkActions}>
        {onQr !== undefined && (
          <Button
            variant="default"
            leftSection={<IconQrcode size={17} aria-hidden />}
            aria-label={feeds.qrOf(of)}
            onClick={onQr}
          >
            {feeds.qr}
          </Button>
        )}
        <Button variant="default" aria-label={feeds.copyOf(where, of)} onClick={() => clipboard.copy(link)}>
          {clipboard.copied ? text.common.copied : text.common.copy}
        </Button>
      </div>
    </div>
  );
}
