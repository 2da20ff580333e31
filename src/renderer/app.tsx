import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { Router } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { Frame } from './layout/frame.tsx';
import { createAnswers } from './program/answers.ts';
import type { Program } from './program/program.ts';
import { ProgramContext } from './program/use-program.ts';
import { theme } from './theme/theme.ts';

/** The whole window over one program. */
export function App({ program }: { readonly program: Program }): ReactElement {
  const [answers] = useState(() => createAnswers(program));
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      // Both would write `<style>` elements, which the page's policy refuses: they are part of the bundle's sheet.
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <ProgramContext value={program}>
        <QueryClientProvider client={answers}>
          <Notifications position="bottom-right" limit={3} />
          <Router hook={useHashLocation}>
            <Frame />
          </Router>
        </QueryClientProvider>
      </ProgramContext>
    </MantineProvider>
  );
}
