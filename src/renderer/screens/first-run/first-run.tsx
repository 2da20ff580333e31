import { Anchor } from '@mantine/core';
import IconCheck from '@tabler/icons-react/icons/IconCheck';
import { type ReactElement, useEffect, useRef } from 'react';
import { Logo } from '../../components/logo.tsx';
import { Notice } from '../../layout/notice.tsx';
import { useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { ChooseStep } from './choose-step.tsx';
import { ConnectStep } from './connect-step.tsx';
import { EnrolStep } from './enrol-step.tsx';
import styles from './first-run.module.css';
import { markSetup, nextSetupStep, SETUP_STEPS, type SetupStep, useSetupMark } from './setup-state.ts';
import { StartStep } from './start-step.tsx';

const STEPS: Readonly<Record<SetupStep, () => ReactElement>> = {
  enrol: EnrolStep,
  connect: ConnectStep,
  choose: ChooseStep,
  start: StartStep,
};

/** From a new computer to the first sync. Each step is where the program says it is, so it can be left at any time. */
export function FirstRun(): ReactElement {
  const snapshot = useSnapshot();
  const previewDue = useSetupMark('setup-preview-due');
  const current = nextSetupStep(snapshot, previewDue) ?? 'start';
  const position = SETUP_STEPS.indexOf(current);
  const heading = useRef<HTMLHeadingElement>(null);
  const { firstRun } = text;

  useEffect(() => {
    document.title = `${text.firstRun.steps[current]} – ${text.desktop.product}`;
    // Each step is read from its heading on.
    heading.current?.focus();
  }, [current]);

  const Step = STEPS[current];
  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <header className={styles.intro}>
          <p className={styles.product}>
            <Logo /> {text.desktop.product}
          </p>
          {position === 0 && (
            <>
              <p className={styles.welcome}>{firstRun.title}</p>
              <p className={styles.lead}>{firstRun.lead}</p>
            </>
          )}
        </header>
        <Notice />
        <ol className={styles.steps}>
          {SETUP_STEPS.map((step, index) => (
            <li
              key={step}
              className={styles.step}
              data-state={stateOf(index, position)}
              aria-current={index === position ? 'step' : undefined}
            >
              <span className={styles.bullet} aria-hidden>
                {index < position ? <IconCheck size={14} /> : index + 1}
              </span>
              <span>{firstRun.steps[step]}</span>
            </li>
          ))}
        </ol>
        <section className={styles.card}>
          <div>
            <p className={styles.count}>{firstRun.stepOf(position + 1, SETUP_STEPS.length)}</p>
            <h1 className={styles.title} tabIndex={-1} ref={heading}>
              {firstRun.steps[current]}
            </h1>
          </div>
          <Step />
        </section>
        {snapshot.enrolled && (
          <Anchor
            component="button"
            type="button"
            className={styles.later ?? ''}
            onClick={() => markSetup('setup-postponed', true)}
          >
            {firstRun.later}
          </Anchor>
        )}
      </div>
    </main>
  );
}

function stateOf(index: number, position: number): 'done' | 'current' | 'ahead' {
  if (index === position) return 'current';
  return index < position ? 'done' : 'ahead';
}
