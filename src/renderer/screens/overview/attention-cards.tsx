import type { ReactElement } from 'react';
import type { Account } from '../../../shared/domain/account.ts';
import { momentText } from '../../../shared/text/moment.ts';
import { Attention } from '../../components/card.tsx';
import { LinkButton } from '../../components/link-button.tsx';
import { useReader } from '../../program/clock.ts';
import { useAnswer, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';

/** What waits for the user, most pressing first; nothing of it stops the sync. */
export function AttentionCards(): ReactElement {
  const { accounts, mappings, conflicts, holds, pausedUntil, enrolled, maintenance } = useSnapshot();
  const { overview } = text;
  return (
    <>
      {maintenance?.damaged === true && <DamagedCard />}
      {accounts.filter(({ state }) => state === 'needs-sign-in').map(signInCard)}
      {accounts.filter(({ state, error }) => state === 'error' && error !== null).map(failingCard)}
      {conflicts > 0 && <ConflictCard count={conflicts} />}
      {holds > 0 && <HoldCard />}
      {maintenance !== undefined && maintenance.discrepancies > 0 && (
        <DiscrepancyCard count={maintenance.discrepancies} />
      )}
      {pausedUntil !== null && <PausedCard until={pausedUntil} />}
      {enrolled && accounts.length === 0 && (
        <Attention
          tone="quiet"
          title={text.connections.emptyTitle}
          body={text.connections.emptyBody}
          action={<LinkButton to="/connections">{overview.connect}</LinkButton>}
        />
      )}
      {accounts.length > 0 && mappings.length === 0 && (
        <Attention
          tone="quiet"
          title={text.mappings.emptyTitle}
          body={text.mappings.emptyBody}
          action={<LinkButton to="/mappings">{overview.choose}</LinkButton>}
        />
      )}
    </>
  );
}

const signInCard = ({ id, provider, email }: Account): ReactElement => (
  <Attention
    key={id}
    tone="warning"
    title={text.overview.signInTitle}
    body={text.overview.signInBody(text.desktop.providers[provider], email)}
    action={<LinkButton to="/connections">{text.overview.signIn}</LinkButton>}
  />
);

const failingCard = ({ id, error }: Account): ReactElement => (
  <Attention
    key={id}
    tone="bad"
    title={text.overview.failingTitle}
    body={error?.message}
    action={<LinkButton to="/log">{text.overview.seeWhy}</LinkButton>}
  />
);

function ConflictCard({ count }: { readonly count: number }): ReactElement {
  const { data } = useAnswer('conflicts.list', {});
  const { overview } = text;
  const title = data?.items[0]?.booking.title;
  const body = title === undefined ? overview.conflictUnknown : several(title, count);
  return (
    <Attention
      tone="warning"
      title={overview.conflictsTitle(count)}
      body={body}
      action={<LinkButton to="/conflicts">{overview.review}</LinkButton>}
    />
  );
}

const several = (title: string, count: number): string =>
  count === 1 ? text.overview.conflictOne(title) : text.overview.conflictMany(title, count - 1);

function HoldCard(): ReactElement {
  const { data } = useAnswer('holds.list', {});
  const { holds } = useSnapshot();
  const deletions = data?.items.reduce((sum, hold) => sum + hold.deletions.length, 0) ?? holds;
  return (
    <Attention
      tone="warning"
      title={text.overview.holdsTitle(deletions)}
      body={text.overview.holdsBody}
      action={<LinkButton to="/conflicts">{text.overview.review}</LinkButton>}
    />
  );
}

const DamagedCard = (): ReactElement => (
  <Attention
    tone="bad"
    title={text.desktop.notices.damagedTitle}
    body={text.desktop.notices.damagedBody}
    action={<LinkButton to="/settings">{text.repairs.toSettings}</LinkButton>}
  />
);

const DiscrepancyCard = ({ count }: { readonly count: number }): ReactElement => (
  <Attention
    tone="warning"
    title={text.repairs.found(count)}
    body={text.desktop.notices.discrepanciesBody}
    action={<LinkButton to="/settings">{text.overview.review}</LinkButton>}
  />
);

function PausedCard({ until }: { readonly until: string }): ReactElement {
  const reader = useReader();
  const { status } = text.desktop;
  const title = until === 'resumed' ? status.paused : status.pausedUntil(momentText(until, reader));
  return <Attention tone="quiet" title={title} body={text.overview.pausedBody} action={null} />;
}
