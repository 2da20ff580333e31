import { notifications } from '@mantine/notifications';
import type { ReactElement } from 'react';
import type { FeedItem } from '../../../shared/domain/feed.ts';
import type { Output } from '../../../shared/rpc/contract.ts';
import { Confirm } from '../../components/confirm.tsx';
import { useAction } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';

export interface FeedChangeProps {
  readonly feed: FeedItem;
  /** Told of the feed as it is now. */
  readonly onChanged: (feed: FeedItem) => void;
  readonly onClose: () => void;
}

/** Before a feed gets another link: that the old one stops. One that is off has none to lose. */
export function RotateFeed({ feed, onChanged, onClose }: FeedChangeProps): ReactElement {
  const { feeds } = text;
  const rotate = useAction('feeds.rotate', {
    onSuccess: ({ feed: now, pending }) => {
      say(feeds.rotated, pending);
      onChanged(now);
    },
  });
  return (
    <Confirm
      opened
      title={feeds.rotateTitle(feed.name)}
      action={feed.enabled ? feeds.rotateAction : feeds.switchOn}
      danger={feed.enabled}
      pending={rotate.isPending}
      onConfirm={() => rotate.mutate({ id: feed.id })}
      onClose={onClose}
    >
      <p>{feed.enabled ? feeds.rotateBody : feeds.whoSees[feed.visibility]}</p>
    </Confirm>
  );
}

/** Before a feed is switched off: that everybody who follows it loses it. */
export function DisableFeed({ feed, onChanged, onClose }: FeedChangeProps): ReactElement {
  const { feeds } = text;
  const disable = useAction('feeds.disable', {
    onSuccess: ({ feed: now, pending }) => {
      say(feeds.disabled, pending);
      onChanged(now);
    },
  });
  return (
    <Confirm
      opened
      title={feeds.disableTitle(feed.name)}
      action={feeds.disableAction}
      danger
      pending={disable.isPending}
      onConfirm={() => disable.mutate({ id: feed.id })}
      onClose={onClose}
    >
      <p>{feeds.disableBody}</p>
    </Confirm>
  );
}

function say(message: string, pending: Output<'feeds.rotate'>['pending']): void {
  const isWarning = pending !== null;
  notifications.show({
    message: isWarning ? `${message} ${text.feeds.pending(pending.message)}` : message,
    ...(isWarning && { color: 'yellow', autoClose: 12_000 }),
  });
}
