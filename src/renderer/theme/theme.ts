import { createTheme } from '@mantine/core';

/** Where opened menus stand: within the screen, so that they belong to its landmark. */
export const MENUS = 'menus';

/** The one accent, from a tint for surfaces to the shade of pressed buttons. */
const accent = [
  '#e3f1f0',
  '#c6e3e1',
  '#9bcfcb',
  '#6dbab4',
  '#45b3ab',
  '#249089',
  '#0c6e69',
  '#0a615d',
  '#085450',
  '#064541',
] as const;

/** Blue-grey neutrals of the dark surfaces, from text to the page's ground. */
const dark = [
  '#eef1f5',
  '#c3cad4',
  '#9aa5b3',
  '#76818f',
  '#39424e',
  '#2b333e',
  '#222a34',
  '#1a2029',
  '#141920',
  '#10141a',
] as const;

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 4 },
  colors: { accent, dark },
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'Cascadia Mono', 'SF Mono', Consolas, 'DejaVu Sans Mono', monospace",
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: { fontWeight: '650' },
  // Said outright, so that the style sheet can tell.
  components: {
    Button: { defaultProps: { variant: 'filled' } },
    // The first entry takes the focus. A placeholder for it would stand in the menu as something that is no entry.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, portalProps: { target: `#${MENUS}` } } },
  },
});
