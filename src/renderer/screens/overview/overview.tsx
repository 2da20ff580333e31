import type { ReactElement } from 'react';
import { Page } from '../../layout/page.tsx';
import { text } from '../../text/text.ts';
import { AttentionCards } from './attention-cards.tsx';
import { HealthLine } from './health-line.tsx';
import { SyncControls } from './sync-controls.tsx';
import { SyncProgress } from './sync-progress.tsx';
import { Week } from './week.tsx';

/** The first screen: how it stands, what waits, and the week. */
export const Overview = (): ReactElement => (
  <Page title={text.overview.title} lead={<HealthLine />} actions={<SyncControls />}>
    <SyncProgress />
    <AttentionCards />
    <Week />
  </Page>
);
