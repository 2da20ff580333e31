import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import 'virtual:mantine-variables.css';
import './theme/theme.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { closeByBack } from './layout/back.ts';
import { connectProgram } from './program/program.ts';
import { openWay } from './transport/open-transport.ts';

const root = document.getElementById('root');
if (root === null) throw new TypeError('The page has no root element.');

closeByBack();
createRoot(root).render(
  <StrictMode>
    <App program={connectProgram(openWay())} />
  </StrictMode>,
);
