import { Radio } from '@mantine/core';
import type { ReactElement } from 'react';
import styles from './choice-cards.module.css';

export interface Choice<V extends string> {
  readonly value: V;
  readonly name: string;
  readonly hint: string;
  readonly disabled?: boolean;
}

export interface ChoiceCardsProps<V extends string> {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly value: V;
  readonly choices: readonly Choice<V>[];
  readonly onChange: (value: V) => void;
}

/** One of a few choices, each with what it means. */
export const ChoiceCards = <V extends string>(props: ChoiceCardsProps<V>): ReactElement => (
  <Radio.Group
    label={props.label}
    description={props.hint}
    value={props.value}
    onChange={(value) => props.onChange(value as V)}
  >
    <div className={styles.cards}>
      {props.choices.map(({ value, name, hint, disabled }) => (
        <Radio
          key={value}
          value={value}
          label={name}
          description={hint}
          disabled={disabled ?? false}
          className={styles.card ?? ''}
        />
      ))}
    </div>
  </Radio.Group>
);
