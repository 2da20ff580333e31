import { Button } from '@mantine/core';
import IconPlus from '@tabler/icons-react/icons/IconPlus';
import IconRss from '@tabler/icons-react/icons/IconRss';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import type { FeedItem } from '../../../shared/domain/feed.ts';
import type { Output } from '../../../shared/rpc/contract.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Failure } from '../../components/failure.tsx';
import { ListSkeleton } from '../../components/screen-skeleton.tsx';
import { Page } from '../../layout/page.tsx';
import { useAnswer } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { CreateFeed } from './create-feed.tsx';
import { FeedCard } from './feed-card.tsx';
import { DisableFeed, RotateFeed } from './feed-changes.tsx';
import styles from './feeds.module.css';
import { QrCode } from './qr-code.tsx';

/** What is open above the list. */
type Opened =
  | { readonly kind: 'nothing' | 'create' }
  | { readonly kind: 'rotate' | 'disable' | 'qr'; readonly feed: FeedItem };

/** The links that others can subscribe to, who sees what by them, and taking them back. */
export function Feeds(): ReactElement {
  const { data, error, refetch } = useAnswer('feeds.list', {});
  const answers = useQueryClient();
  const [opened, setOpened] = useState<Opened>({ kind: 'nothing' });
  const close = (): void => setOpened({ kind: 'nothing' });
  const added = (): void => {
    void refetch();
    close();
  };
  const changed = (feed: FeedItem): void => {
    // At once, so that nobody copies the link that has just stopped working.
    answers.setQueryData<Output<'feeds.list'>>(
      ['feeds.list', {}],
      (known) => known && { items: known.items.map((one) => (one.id === feed.id ? feed : one)) },
    );
    void refetch();
    close();
  };
  const { feeds } = text;
  const add = (
    <Button leftSection={<IconPlus size={17} aria-hidden />} onClick={() => setOpened({ kind: 'create' })}>
      {feeds.add}
    </Button>
  );
  const items = data?.items ?? [];
  return (
    <Page title={feeds.title} lead={feeds.lead} actions={items.length > 0 ? add : undefined}>
      {error !== null && <Failure title={feeds.failed} error={error} onRetry={() => void refetch()} />}
      {error === null && data === undefined && <ListSkeleton rows={3} />}
      {error === null && data !== undefined && items.length === 0 && (
        <EmptyState
          icon={<IconRss aria-hidden />}
          title={feeds.emptyTitle}
          body={feeds.emptyBody}
          action={add}
        />
      )}
      {error === null && items.length > 0 && (
        <ul className={styles.cards}>
          {items.map((feed) => (
            <FeedCard key={feed.id} feed={feed} onOpen={(kind) => setOpened({ kind, feed })} />
          ))}
        </ul>
      )}
      {opened.kind === 'create' && <CreateFeed onCreated={added} onClose={close} />}
      {opened.kind === 'rotate' && <RotateFeed feed={opened.feed} onChanged={changed} onClose={close} />}
      {opened.kind === 'disable' && <DisableFeed feed={opened.feed} onChanged={changed} onClose={close} />}
      {opened.kind === 'qr' && <QrCode feed={opened.feed} onClose={close} />}
    </Page>
  );
}
