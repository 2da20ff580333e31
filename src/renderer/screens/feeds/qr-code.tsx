import { Modal } from '@mantine/core';
import { QRCodeSVG } from 'qrcode.react';
import type { ReactElement } from 'react';
import type { FeedItem } from '../../../shared/domain/feed.ts';
import { FocusBack } from '../../components/focus-back.tsx';
import { text } from '../../text/text.ts';
import styles from './feeds.module.css';

export interface QrCodeProps {
  readonly feed: FeedItem;
  readonly onClose: () => void;
}

/** The published link for a phone's camera. As `webcal:`, phones offer to subscribe instead of to download. */
export function QrCode({ feed: { name, publishedUrl }, onClose }: QrCodeProps): ReactElement {
  const { feeds } = text;
  return (
    <Modal
      opened
      onClose={onClose}
      title={feeds.qrTitle(name)}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': text.common.close }}
    >
      <FocusBack />
      <div className={styles.qr}>
        <QRCodeSVG
          value={(publishedUrl ?? '').replace(/^https?:/, 'webcal:')}
          size={232}
          marginSize={4}
          title={feeds.qrLabel}
        />
        <p>{feeds.qrBody}</p>
      </div>
    </Modal>
  );
}
