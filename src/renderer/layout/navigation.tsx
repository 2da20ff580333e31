import { Tooltip, VisuallyHidden } from '@mantine/core';
import type { ReactElement } from 'react';
import { Link, useLocation } from 'wouter';
import { Logo } from '../components/logo.tsx';
import { useSnapshot } from '../program/use-program.ts';
import { text } from '../text/text.ts';
import styles from './navigation.module.css';
import { ROUTES, type Route } from './routes.ts';

/** The screens, and for whom this computer is enrolled. Narrow windows show the icons alone. */
export function Navigation(): ReactElement {
  const { technician, bookingSystem, conflicts, holds } = useSnapshot();
  const waiting = conflicts + holds;
  return (
    <nav className={styles.nav} aria-label={text.nav.label}>
      <p className={styles.product}>
        <Logo />
        <span className={styles.word}>{text.desktop.product}</span>
      </p>
      <ul className={styles.list}>
        {ROUTES.map((route) => (
          <li key={route.path}>
            <Entry route={route} waiting={route.path === '/conflicts' ? waiting : 0} />
          </li>
        ))}
      </ul>
      <p className={styles.who}>
        <span>{technician?.name}</span>
        <span>{bookingSystem}</span>
      </p>
    </nav>
  );
}

function Entry({ route, waiting }: { readonly route: Route; readonly waiting: number }): ReactElement {
  const [path] = useLocation();
  const { icon: Icon, name } = route;
  const isCurrent = path === route.path || (route.pattern !== undefined && path.startsWith(`${route.path}/`));
  const label = waiting > 0 ? `${name}, ${text.nav.waiting(waiting)}` : name;
  return (
    <Tooltip
      label={label}
      position="right"
      events={{ hover: true, focus: true, touch: false }}
      classNames={{ tooltip: styles.tooltip ?? '' }}
    >
      <Link href={route.path} className={styles.entry ?? ''} aria-current={isCurrent ? 'page' : undefined}>
        <Icon className={styles.icon} stroke={1.8} aria-hidden />
        <span className={styles.word}>{name}</span>
        {waiting > 0 && (
          <span className={styles.badge}>
            {waiting}
            <VisuallyHidden> {text.nav.waitingWords}</VisuallyHidden>
          </span>
        )}
      </Link>
    </Tooltip>
  );
}
