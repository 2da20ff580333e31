import IconArrowsLeftRight from '@tabler/icons-react/icons/IconArrowsLeftRight';
import IconCalendarWeek from '@tabler/icons-react/icons/IconCalendarWeek';
import IconListDetails from '@tabler/icons-react/icons/IconListDetails';
import IconPlugConnected from '@tabler/icons-react/icons/IconPlugConnected';
import IconRss from '@tabler/icons-react/icons/IconRss';
import IconScale from '@tabler/icons-react/icons/IconScale';
import IconSettings from '@tabler/icons-react/icons/IconSettings';
import { type ComponentType, lazy } from 'react';
import { Overview } from '../screens/overview/overview.tsx';
import { text } from '../text/text.ts';

export interface Route {
  readonly path: string;
  /** Where it takes something in its address. */
  readonly pattern?: string;
  readonly name: string;
  readonly icon: typeof IconSettings;
  readonly screen: ComponentType;
}

/** Every screen of the window. Overview comes with the first bytes, the others when they are opened. */
export const ROUTES: readonly Route[] = [
  { path: '/', name: text.nav.overview, icon: IconCalendarWeek, screen: Overview },
  {
    path: '/connections',
    name: text.nav.connections,
    icon: IconPlugConnected,
    screen: lazy(async () => ({
      default: (await import('../screens/connections/connections.tsx')).Connections,
    })),
  },
  {
    path: '/mappings',
    name: text.nav.mappings,
    icon: IconArrowsLeftRight,
    screen: lazy(async () => ({ default: (await import('../screens/mappings/mappings.tsx')).Mappings })),
  },
  {
    path: '/feeds',
    name: text.nav.feeds,
    icon: IconRss,
    screen: lazy(async () => ({ default: (await import('../screens/feeds/feeds.tsx')).Feeds })),
  },
  {
    path: '/conflicts',
    name: text.nav.conflicts,
    icon: IconScale,
    screen: lazy(async () => ({ default: (await import('../screens/conflicts/conflicts.tsx')).Conflicts })),
  },
  {
    path: '/log',
    pattern: '/log/:search?',
    name: text.nav.log,
    icon: IconListDetails,
    screen: lazy(async () => ({ default: (await import('../screens/log/log.tsx')).Log })),
  },
  {
    path: '/settings',
    name: text.nav.settings,
    icon: IconSettings,
    screen: lazy(async () => ({ default: (await import('../screens/settings/settings.tsx')).Settings })),
  },
];
