import IconAlertCircleFilled from '@tabler/icons-react/icons/IconAlertCircleFilled';
import IconCircleCheckFilled from '@tabler/icons-react/icons/IconCircleCheckFilled';
import IconCircleXFilled from '@tabler/icons-react/icons/IconCircleXFilled';
import IconCloudOff from '@tabler/icons-react/icons/IconCloudOff';
import IconPlayerPauseFilled from '@tabler/icons-react/icons/IconPlayerPauseFilled';
import IconRefresh from '@tabler/icons-react/icons/IconRefresh';
import type { ReactElement } from 'react';
import type { StatusIcon as Shape, Status } from '../../shared/status.ts';
import styles from './status-icon.module.css';

const SHAPES: Readonly<Record<Shape, typeof IconRefresh>> = {
  check: IconCircleCheckFilled,
  arrows: IconRefresh,
  bars: IconPlayerPauseFilled,
  'slashed-cloud': IconCloudOff,
  exclamation: IconAlertCircleFilled,
  cross: IconCircleXFilled,
};

/** A state's shape and tone; the words stand beside it. */
export function StatusIcon({ icon, tone }: Pick<Status, 'icon' | 'tone'>): ReactElement {
  const Shape = SHAPES[icon];
  return <Shape className={styles.icon} data-tone={tone} data-icon={icon} size={18} aria-hidden />;
}
