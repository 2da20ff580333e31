import { englishDesktop } from '../../shared/text/english-desktop.ts';
import { englishFeeds } from './english-feeds.ts';
import { englishLists } from './english-lists.ts';
import { englishRepairs } from './english-repairs.ts';
import { englishSettings } from './english-settings.ts';
import { englishSetup } from './english-setup.ts';
import { englishWindow } from './english-window.ts';

/** All texts of the screens. A translation is another value of this type, chosen here by the locale. */
export const text = {
  desktop: englishDesktop,
  ...englishWindow,
  ...englishSetup,
  ...englishFeeds,
  ...englishSettings,
  ...englishRepairs,
  ...englishLists,
};

/** Joins as the language joins: `Work, Family and Golf`. */
export const listText = (items: readonly string[]): string =>
  new Intl.ListFormat('en', { type: 'conjunction' }).format(items);

/** `a, b · c`: parts of a line, without those that have nothing to say. */
export const joined = (...parts: readonly (string | null | undefined | false)[]): string =>
  parts.filter((part) => typeof part === 'string' && part !== '').join(' · ');
