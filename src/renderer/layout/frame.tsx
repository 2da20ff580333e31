import { VisuallyHidden } from '@mantine/core';
import IconPlugConnectedX from '@tabler/icons-react/icons/IconPlugConnectedX';
import { lazy, type ReactElement, Suspense, useEffect, useRef } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { Broken } from '../components/broken.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ScreenSkeleton } from '../components/screen-skeleton.tsx';
import { useProgramState } from '../program/use-program.ts';
import { nextSetupStep, useSetupMark } from '../screens/first-run/setup-state.ts';
import { text } from '../text/text.ts';
import { MENUS } from '../theme/theme.ts';
import { useThemeSetting } from '../theme/use-theme-setting.ts';
import styles from './frame.module.css';
import { Navigation } from './navigation.tsx';
import { Notice } from './notice.tsx';
import { ROUTES } from './routes.ts';

const FirstRun = lazy(async () => ({
  default: (await import('../screens/first-run/first-run.tsx')).FirstRun,
}));

/** The window: navigation, what is wrong with the connection, and one screen; or the set-up until it is done. */
export function Frame(): ReactElement {
  const { snapshot, connected, refused } = useProgramState();
  useThemeSetting();
  const postponed = useSetupMark('setup-postponed');
  const previewDue = useSetupMark('setup-preview-due');

  if (snapshot === null) return <Waiting reachable={connected} refused={refused} />;
  if (nextSetupStep(snapshot, previewDue) !== null && !(postponed && snapshot.enrolled)) {
    return (
      <Suspense fallback={<ScreenSkeleton />}>
        <FirstRun />
      </Suspense>
    );
  }
  return (
    <div className={styles.frame}>
      <button type="button" className={styles.skip} onClick={focusMain}>
        {text.common.skipToContent}
      </button>
      <Navigation />
      <Main />
    </div>
  );
}

function Main(): ReactElement {
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(path);

  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    // A new screen is read from its beginning, by eyes and by a screen reader.
    main.current?.focus();
    main.current?.scrollTo({ top: 0 });
  }, [path]);

  return (
    <main id="main" ref={main} className={styles.main} tabIndex={-1}>
      <Notice />
      <Broken key={path}>
        <Suspense fallback={<ScreenSkeleton />}>
          <Switch>
            {ROUTES.map(({ path: at, pattern = at, screen: Screen }) => (
              <Route key={at} path={pattern}>
                <Screen />
              </Route>
            ))}
            <Route>
              <ToOverview />
            </Route>
          </Switch>
        </Suspense>
      </Broken>
      <div id={MENUS} className={styles.menus} />
    </main>
  );
}

/** An address that no screen has leads to the first one. */
function ToOverview(): null {
  const [, navigate] = useLocation();
  useEffect(() => navigate('/', { replace: true }), [navigate]);
  return null;
}

interface WaitingProps {
  readonly reachable: boolean;
  readonly refused: boolean;
}

function Waiting({ reachable, refused }: WaitingProps): ReactElement {
  const { connection } = text;
  return (
    <main className={styles.waiting} data-starting={reachable}>
      <VisuallyHidden>
        <h1>{text.desktop.product}</h1>
      </VisuallyHidden>
      {reachable ? (
        <ScreenSkeleton label={connection.starting} />
      ) : (
        <EmptyState
          icon={<IconPlugConnectedX aria-hidden />}
          title={refused ? connection.refused : connection.unreachable}
          body={refused ? connection.refusedBody : connection.unreachableBody}
        />
      )}
    </main>
  );
}

function focusMain(): void {
  document.getElementById('main')?.focus();
}
