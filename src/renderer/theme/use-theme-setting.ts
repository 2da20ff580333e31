import { useMantineColorScheme } from '@mantine/core';
import { useEffect } from 'react';
import { useAnswer } from '../program/use-program.ts';

/**
 * Follows the theme that is set. Mantine remembers the last one, so that a window begins in it before the program has
 * answered; the setting decides.
 */
export function useThemeSetting(): void {
  // Holding transitions back takes a `<style>` element, which the page's policy refuses.
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const { data } = useAnswer('settings.get', {});
  const theme = data?.values.theme;
  useEffect(() => {
    if (theme !== undefined) setColorScheme(theme === 'system' ? 'auto' : theme);
  }, [theme, setColorScheme]);
}
